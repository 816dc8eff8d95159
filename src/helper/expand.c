/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/expand.h"

#include <string.h>

static bool
may_stand(const char *value, enum expand_place place)
{
	static const char host[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";

	if (place == EXPAND_HOST)
		return value[strspn(value, host)] == '\0';
	if (place != EXPAND_HEADER)
		return true;
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	}
	return true;
}

int
expand_add(struct buffer *buffer, const char *text, const struct values *values,
	enum expand_place place)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, "{}");
		const char *value;
		size_t length;

		buffer_add(buffer, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		if (*text == '}' || text[1] == '{') {
			/* "{{" or "}}" */
			buffer_add(buffer, text, 1);
			text += 2;
			continue;
		}
		length = strcspn(++text, "}");
		value = values_get(values, text, length);
		if (!may_stand(value, place))
			return -1;
		if (place == EXPAND_URL)
			buffer_add_percent(buffer, value);
		else
			buffer_add_text(buffer, value);
		text += length + 1;
	}
	return 0;
}
