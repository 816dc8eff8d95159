/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar of a phone file's line, for what reads it and what changes it. Inline: reading goes
 * through every line of a file.
 */
#ifndef SMSOTP_CORE_PHONES_LINE_H
#define SMSOTP_CORE_PHONES_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PHONES_LINE_NAME_MAX 256

struct phones_name {
	const char *text;
	size_t length;
};

static inline bool
phones_line_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A name that no line can begin with is nobody's. */
static inline bool
phones_line_possible(const struct phones_name *name)
{
	return name->length > 0 && name->length <= PHONES_LINE_NAME_MAX && name->text[0] != '#' &&
		strpbrk(name->text, " \t\r\n") == NULL;
}

/* Only what a line can begin with, and what a terminal can show as it is. */
static inline bool
phones_line_writable(const struct phones_name *name)
{
	for (size_t i = 0; i < name->length; i++) {
		if ((unsigned char)name->text[i] < ' ' || name->text[i] == 0x7f)
			return false;
	}
	return phones_line_possible(name);
}

/*
 * Whether [line, end) is the line of name; end is where the line ends or, if it is too long for the
 * buffer, where that ends. Returns what follows the name, or NULL.
 */
static inline const char *
phones_line_rest(const char *line, const char *end, const struct phones_name *name)
{
	while (line < end && phones_line_blank(*line))
		line++;
	/* The last byte first: names share their beginnings. */
	if ((size_t)(end - line) < name->length ||
		line[name->length - 1] != name->text[name->length - 1] ||
		memcmp(line, name->text, name->length) != 0)
		return NULL;
	line += name->length;
	return line == end || phones_line_blank(*line) || *line == '\r' ? line : NULL;
}

/* From and up to where the numbers stand in what follows the name: no comment, no blanks around. */
struct phones_value {
	const char *start, *end;
};

static inline struct phones_value
phones_line_value(const char *rest, const char *end)
{
	const char *comment = memchr(rest, '#', (size_t)(end - rest));

	if (comment != NULL)
		end = comment;
	while (rest < end && phones_line_blank(*rest))
		rest++;
	while (end > rest && (phones_line_blank(end[-1]) || end[-1] == '\r'))
		end--;
	return (struct phones_value){ rest, end };
}

#endif
