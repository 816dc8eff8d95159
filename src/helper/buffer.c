/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/buffer.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static bool
make_room(struct buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity == 0 ? 256 : buffer->capacity;
	char *data;

	if (more > BUFFER_MAX - buffer->size)
		return false;
	while (capacity < buffer->size + more + 1)
		capacity *= 2;
	if (capacity == buffer->capacity)
		return true;
	/* Not realloc: it may leave a copy of a secret behind. */
	data = malloc(capacity);
	if (data == NULL)
		return false;
	if (buffer->data != NULL) {
		memcpy(data, buffer->data, buffer->size);
		sodium_memzero(buffer->data, buffer->capacity);
		free(buffer->data);
	}
	buffer->data = data;
	buffer->capacity = capacity;
	return true;
}

void
buffer_add(struct buffer *buffer, const char *bytes, size_t size)
{
	if (buffer->spoilt)
		return;
	if (!make_room(buffer, size)) {
		buffer->spoilt = true;
		return;
	}
	if (size > 0)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size += size;
}

void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

static bool
is_unreserved(unsigned char c)
{
	/* Not isalnum: that asks the locale. */
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

void
buffer_add_percent(struct buffer *buffer, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_unreserved(c)) {
			buffer_add(buffer, text, 1);
		} else {
			const char escape[3] = { '%', hex[c >> 4], hex[c & 15] };

			buffer_add(buffer, escape, sizeof escape);
		}
	}
}

const char *
buffer_text(struct buffer *buffer)
{
	if (!buffer->spoilt && !make_room(buffer, 0))
		buffer->spoilt = true;
	if (buffer->spoilt)
		return NULL;
	buffer->data[buffer->size] = '\0';
	return buffer->data;
}

void
buffer_free(struct buffer *buffer)
{
	if (buffer->data != NULL)
		sodium_memzero(buffer->data, buffer->capacity);
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
