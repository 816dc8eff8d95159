/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_edit_line.h"

#include <sodium.h>
#include <string.h>

#include "core/e164.h"
#include "core/phones_line.h"

static void
put(struct phones_edit_line *to, const char *bytes, size_t size)
{
	memcpy(to->text + to->length, bytes, size);
	to->length += size;
}

static bool
is_number(const struct phones_edit *edit, const char *start, size_t length)
{
	char text[PHONES_LINE_SIZE];
	struct e164 number = { .text = "" };
	bool same;

	memcpy(text, start, length);
	text[length] = '\0';
	same = e164_parse(text, edit->country_code, &number) == 0 &&
		strcmp(number.text, edit->number->text) == 0;
	sodium_memzero(text, sizeof text);
	e164_wipe(&number);
	return same;
}

/* The numbers of a line, one after another, without the blanks around; NULL ends them. */
static const char *
next_number(const char **from, const char *end, size_t *ret_length)
{
	while (*from < end) {
		const char *start = *from, *comma = memchr(start, ',', (size_t)(end - start));
		const char *stop = comma != NULL ? comma : end;

		*from = comma != NULL ? comma + 1 : end;
		while (start < stop && phones_line_blank(*start))
			start++;
		while (stop > start && phones_line_blank(stop[-1]))
			stop--;
		if (start < stop) {
			*ret_length = (size_t)(stop - start);
			return start;
		}
	}
	return NULL;
}

struct phones_found {
	size_t count;	/* numbers on the line */
	bool has;	/* the one that is asked for */
};

static struct phones_found
look(const struct phones_edit *edit, struct phones_value value)
{
	struct phones_found found = { .count = 0 };
	const char *from = value.start, *number;
	size_t length;

	while ((number = next_number(&from, value.end, &length)) != NULL) {
		found.count++;
		found.has = found.has || is_number(edit, number, length);
	}
	return found;
}

static void
put_others(const struct phones_edit *edit, struct phones_value value, struct phones_edit_line *to)
{
	const char *from = value.start, *number;
	size_t length, before = to->length;

	while ((number = next_number(&from, value.end, &length)) != NULL) {
		if (is_number(edit, number, length))
			continue;
		if (to->length > before)
			put(to, ", ", 2);
		put(to, number, length);
	}
}

static void
put_value(const struct phones_edit *edit, struct phones_value value, struct phones_edit_line *to)
{
	if (edit->change == PHONES_REMOVE_NUMBER) {
		put_others(edit, value, to);
		return;
	}
	if (edit->change == PHONES_ADD && value.start < value.end) {
		put(to, value.start, (size_t)(value.end - value.start));
		put(to, ", ", 2);
	}
	put(to, edit->number->text, strlen(edit->number->text));
}

enum phones_edited
phones_edit_line(const struct phones_edit *edit, const char *line, const char *rest,
	const char *end, struct phones_edit_line *ret_line, const char **ret_problem)
{
	struct phones_value value = phones_line_value(rest, end);
	struct phones_found found;

	*ret_problem = NULL;
	if (end - line >= PHONES_LINE_SIZE) {
		*ret_problem = "line too long";
		return PHONES_UNCHANGED;
	}
	if (memchr(rest, '\0', (size_t)(end - rest)) != NULL) {
		*ret_problem = "a NUL byte";
		return PHONES_UNCHANGED;
	}
	if (edit->change == PHONES_REMOVE)
		return PHONES_REMOVED;
	found = look(edit, value);
	if (edit->change == PHONES_REMOVE_NUMBER ? !found.has
	    : found.has && (edit->change == PHONES_ADD || found.count == 1))
		return PHONES_UNCHANGED;
	if (edit->change == PHONES_REMOVE_NUMBER && found.count == 1)
		return PHONES_REMOVED;
	if (edit->change == PHONES_ADD && found.count >= PHONES_MAX) {
		*ret_problem = "has as many numbers as a user can have";
		return PHONES_UNCHANGED;
	}
	/* Without a number the blanks behind the name are the comment's. */
	if (value.start == value.end)
		value = (struct phones_value){ rest, rest };
	put(ret_line, line, (size_t)(value.start - line));
	if (value.start == rest)
		put(ret_line, "  ", 2);
	put_value(edit, value, ret_line);
	put(ret_line, value.end, (size_t)(end - value.end));
	if (ret_line->length >= PHONES_LINE_SIZE)
		*ret_problem = "would become too long";
	return PHONES_CHANGED;
}
