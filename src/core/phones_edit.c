/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_edit.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/e164.h"
#include "core/fault.h"
#include "core/phones_edit_line.h"
#include "core/phones_line.h"
#include "core/phones_reader.h"
#include "core/replace.h"

/* One editing on its way. */
struct editor {
	const struct phones_edit *edit;
	struct phones_name user;
	struct replace replace;
	struct phones_reader reader;
	bool seen;			/* the user's line */
	bool crlf, open_end;		/* how the last line read ends */
	enum phones_edited edited;
};

static int
refuse(struct editor *it, const char *line, const char *what, struct fault *fault)
{
	return phones_reader_refuse(&it->reader,
		it->reader.offset + (line - it->reader.buffer), what, fault);
}

/*
 * The user's line, [line, end), which next follows. What the copy lacks before it begins at *kept,
 * which moves to what stays unchanged behind it.
 */
static int
change(struct editor *it, const char *line, const char *rest, const char *end, const char *next,
	const char **kept, struct fault *fault)
{
	struct phones_edit_line made = { .length = 0 };
	const char *problem;
	int result;

	if (it->seen)
		return refuse(it, line, "the user's second line; only one can stay", fault);
	it->seen = true;
	it->edited = phones_edit_line(it->edit, line, rest, end, &made, &problem);
	if (problem != NULL) {
		result = refuse(it, line, problem, fault);
	} else if (it->edited == PHONES_UNCHANGED) {
		result = 0;
	} else {
		result = replace_put(&it->replace, *kept, (size_t)(line - *kept), fault);
		if (result == 0)
			result = replace_put(&it->replace, made.text, made.length, fault);
		*kept = it->edited == PHONES_REMOVED ? next : end;
	}
	sodium_memzero(&made, sizeof made);
	return result;
}

/* The lines that the buffer holds whole, and the last one at the end of the file. */
static int
pass_lines(struct editor *it, size_t *ret_used, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;
	const char *const stop = reader->buffer + reader->have;
	const char *line = reader->buffer, *kept = line;
	int result = 0;

	while (result == 0 && line < stop) {
		const char *end = memchr(line, '\n', (size_t)(stop - line)), *next, *rest;

		if (end == NULL && !reader->ended)
			break;
		it->open_end = end == NULL;
		next = end == NULL ? stop : end + 1;
		end = end == NULL ? stop : end;
		it->crlf = end > line && end[-1] == '\r';
		rest = phones_line_rest(line, end, &it->user);
		if (rest != NULL)
			result = change(it, line, rest, end, next, &kept, fault);
		line = next;
	}
	if (result == 0)
		result = replace_put(&it->replace, kept, (size_t)(line - kept), fault);
	*ret_used = (size_t)(line - reader->buffer);
	return result;
}

/* A line longer than the buffer, which holds its beginning: another's, and copied as it is. */
static int
pass_long_line(struct editor *it, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;
	int result;

	if (phones_line_rest(reader->buffer, reader->buffer + reader->have, &it->user) != NULL)
		return refuse(it, reader->buffer, "line too long", fault);
	for (;;) {
		const char *newline = memchr(reader->buffer, '\n', reader->have);
		size_t size = newline != NULL ? (size_t)(newline - reader->buffer) + 1
			: reader->have;

		it->open_end = newline == NULL;
		it->crlf = false;
		result = replace_put(&it->replace, reader->buffer, size, fault);
		phones_reader_drop(reader, size);
		if (result != 0 || newline != NULL || reader->ended)
			return result;
		result = phones_reader_fill(reader, fault);
		if (result != 0)
			return result;
	}
}

static int
pass_all(struct editor *it, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;

	for (;;) {
		size_t used = 0;
		int result = phones_reader_fill(reader, fault);

		if (result == 0)
			result = pass_lines(it, &used, fault);
		if (result != 0)
			return result;
		if (used == 0 && reader->have == PHONES_READER_CHUNK) {
			result = pass_long_line(it, fault);
			if (result != 0)
				return result;
			continue;
		}
		phones_reader_drop(reader, used);
		if (reader->ended)
			return 0;
	}
}

/* Behind the last line, and ended as that is. */
static int
append(struct editor *it, struct fault *fault)
{
	const char *const end = it->crlf ? "\r\n" : "\n";
	char line[PHONES_LINE_NAME_MAX + E164_SIZE + 8];
	int length, result;

	length = snprintf(line, sizeof line, "%s%s  %s%s", it->open_end ? end : "", it->user.text,
		it->edit->number->text, end);
	result = replace_put(&it->replace, line, (size_t)length, fault);
	sodium_memzero(line, sizeof line);
	it->edited = PHONES_NEW;
	return result;
}

static int
run(struct editor *it, struct fault *fault)
{
	const bool removes = it->edit->change == PHONES_REMOVE ||
		it->edit->change == PHONES_REMOVE_NUMBER;
	const struct replace_terms terms = { .secrecy = CONF_SECRET };
	int result = replace_open(it->edit->path, terms, &it->replace, fault);

	if (result == 0)
		result = phones_reader_share(it->edit->path, it->replace.fd, &it->reader, fault);
	if (result == 0 && !it->edit->look)
		result = replace_begin(&it->replace, fault);
	if (result == 0)
		result = pass_all(it, fault);
	if (result == 0 && !it->seen && !removes)
		result = append(it, fault);
	if (result == 0 && !it->edit->look && it->edited != PHONES_UNCHANGED)
		result = replace_finish(&it->replace, fault);
	return result;
}

int
phones_edit(const struct phones_edit *edit, enum phones_edited *ret_edited, struct fault *fault)
{
	struct editor it = {
		.edit = edit, .user = { edit->user, strlen(edit->user) },
		.replace = REPLACE_NONE, .reader = PHONES_READER_NONE,
	};
	int result;

	if (!phones_line_writable(&it.user))
		return fault_set(fault, FAULT_CONFIG, "%s: no line can have the name \"%s\"",
			edit->path, edit->user);
	result = run(&it, fault);
	phones_reader_close(&it.reader);
	replace_close(&it.replace);
	if (result == 0)
		*ret_edited = it.edited;
	return result;
}
