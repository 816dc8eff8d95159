/* SPDX-License-Identifier: BSD-2-Clause */
/* Names from outside in the text: message_clean of message.h. */
#include <string.h>

#include "core/message.h"
#include "core/utf8.h"

#define DIGITS_SHOWN_MAX 4	/* a code has six or more */

enum look { LOOK_END, LOOK_DIGIT, LOOK_JOINT, LOOK_OTHER };

/* The character that text begins with; bytes that are none are taken one by one. */
struct glyph {
	size_t length;
	enum look look;
	bool bad;	/* must not stand in a text */
	bool space;
	bool at;
};

/* Full width and small too: gateways that squeeze a text into GSM-7 make plain ones of them. */
static bool
is_hash(uint32_t point)
{
	return point == '#' || point == 0xfe5f || point == 0xff03;
}

static bool
is_at(uint32_t point)
{
	return point == '@' || point == 0xfe6b || point == 0xff20;
}

/*
 * What is not ASCII joins the digits on its two sides: combining marks and keycaps stand on them,
 * and of the rest there is too much to tell what of it looks like a gap.
 */
static struct glyph
look_at(const char *text)
{
	uint32_t point = 0;
	size_t length = utf8_decode(text, &point);

	if (*text == '\0')
		return (struct glyph){ .look = LOOK_END };
	if (length == 0)
		return (struct glyph){ .length = 1, .look = LOOK_JOINT, .bad = true };
	return (struct glyph){
		.length = length,
		.look = utf8_is_digit(point) ? LOOK_DIGIT
			: point >= 0x80 || utf8_is_control(point) || strchr(" -", *text) != NULL
			? LOOK_JOINT : LOOK_OTHER,
		.bad = utf8_is_control(point) || utf8_is_reordering(point) ||
			utf8_is_invisible(point) || is_hash(point),
		.space = utf8_is_space(point),
		.at = is_at(point),
	};
}

/* The bytes from the first digit to the last of a run that text begins with. */
static size_t
run_at(const char *text, size_t *ret_digits)
{
	struct glyph glyph = look_at(text);
	size_t at = 0, length = 0, digits = 0;

	while (glyph.look == LOOK_DIGIT || glyph.look == LOOK_JOINT) {
		at += glyph.length;
		if (glyph.look == LOOK_DIGIT) {
			digits++;
			length = at;
		}
		glyph = look_at(text + at);
	}
	*ret_digits = digits;
	return length;
}

/*
 * "10-0-12-34", as providers name hosts after their addresses; not more of a code than with dots.
 */
static bool
is_address(const char *run, size_t length)
{
	size_t groups = 0;
	const char *at = run;

	for (;; at++) {
		size_t digits = strspn(at, "0123456789");
		unsigned int number = 0;

		if (digits == 0 || digits > 3)
			return false;
		for (size_t i = 0; i < digits; i++)
			number = number * 10 + (unsigned int)(at[i] - '0');
		if (number > 255)
			return false;
		groups++;
		at += digits;
		if (at >= run + length || *at != '-')
			break;
	}
	return groups == 4 && at == run + length;
}

void
message_clean(const char *value, char ret_value[static MESSAGE_VALUE_SIZE])
{
	const char *run_end = NULL;
	bool hide = false, start = true;
	size_t used = 0;

	if (value == NULL)
		value = "";
	for (struct glyph glyph = look_at(value); glyph.look != LOOK_END;
	    value += glyph.length, glyph = look_at(value)) {
		const char *put = value;
		size_t length = glyph.length;

		if (glyph.look == LOOK_DIGIT && (run_end == NULL || value >= run_end)) {
			size_t digits = 0, run = run_at(value, &digits);

			run_end = value + run;
			/* An address that is cut short is none. */
			hide = digits > DIGITS_SHOWN_MAX && (!is_address(value, run) ||
				used + run >= MESSAGE_VALUE_SIZE);
		}
		if (glyph.look == LOOK_DIGIT && hide)
			put = "*";
		else if (glyph.bad || (start && glyph.at))
			put = "?";
		if (put != value)
			length = 1;
		if (used + length >= MESSAGE_VALUE_SIZE)
			break;
		memcpy(ret_value + used, put, length);
		used += length;
		start = start && glyph.space;
	}
	ret_value[used] = '\0';
}
