/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/expand.h"

#include <stdint.h>
#include <string.h>

#include "core/utf8.h"

/* XML 1.0, section 2.2: there is no way to write the others. */
static bool
is_xml(const char *value)
{
	size_t step;

	for (; *value != '\0'; value += step) {
		uint32_t point = 0;

		step = utf8_decode(value, &point);
		if (step == 0 || point == 0xfffe || point == 0xffff ||
			(point < 0x20 && strchr("\t\n\r", (int)point) == NULL))
			return false;
	}
	return true;
}

/* Not only line ends: there are servers that take U+0085 for one. */
static bool
has_control(const char *value)
{
	size_t step;

	for (; *value != '\0'; value += step) {
		uint32_t point = 0;

		step = utf8_decode(value, &point);
		if (step == 0 || utf8_is_control(point))
			return true;
	}
	return false;
}

static bool
may_stand(const char *value, enum expand_place place)
{
	static const char host[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.";

	switch (place) {
	case EXPAND_HOST: return value[strspn(value, host)] == '\0';
	case EXPAND_XML: return is_xml(value);
	case EXPAND_HEADER: return !has_control(value);
	case EXPAND_PLAIN:
	case EXPAND_URL: break;
	}
	return true;
}

/* Line ends and tabs too: a reader would make others, or spaces, of them (section 2.11, 3.3.3). */
static void
add_xml(struct buffer *buffer, const char *value)
{
	for (; *value != '\0'; value++) {
		switch (*value) {
		case '&': buffer_add_text(buffer, "&amp;"); break;
		case '<': buffer_add_text(buffer, "&lt;"); break;
		case '>': buffer_add_text(buffer, "&gt;"); break;
		case '"': buffer_add_text(buffer, "&quot;"); break;
		case '\'': buffer_add_text(buffer, "&apos;"); break;
		case '\t': buffer_add_text(buffer, "&#9;"); break;
		case '\n': buffer_add_text(buffer, "&#10;"); break;
		case '\r': buffer_add_text(buffer, "&#13;"); break;
		default: buffer_add(buffer, value, 1); break;
		}
	}
}

static void
add_value(struct buffer *buffer, const char *value, enum expand_place place)
{
	if (place == EXPAND_URL)
		buffer_add_percent(buffer, value);
	else if (place == EXPAND_XML)
		add_xml(buffer, value);
	else
		buffer_add_text(buffer, value);
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
		add_value(buffer, value, place);
		text += length + 1;
	}
	return 0;
}
