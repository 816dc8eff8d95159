/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phone file, read from the start to the user's line in large pieces. Every line's beginning is
 * looked at, which costs the same whatever names and comments there are; a search for the name
 * would be at the mercy of a file that has it in every comment.
 */
#include "core/phones.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/phones_line.h"
#include "core/phones_reader.h"

/* One user's line: where it begins, where what follows the name does, where it ends. */
struct phones_line {
	const char *start, *rest, *end;
};

/* Reads on until the line too long for the buffer, of which it holds the beginning, has ended. */
static int
phones_skip_line(struct phones_reader *reader, struct fault *fault)
{
	for (;;) {
		const char *newline = memchr(reader->buffer, '\n', reader->have);
		int status;

		if (newline != NULL) {
			phones_reader_drop(reader, (size_t)(newline - reader->buffer) + 1);
			return 0;
		}
		phones_reader_drop(reader, reader->have);
		if (reader->ended)
			return 0;
		status = phones_reader_fill(reader, fault);
		if (status != 0)
			return status;
	}
}

#ifdef __SSE2__
/* The newlines among the 64 bytes at p, one bit each. */
static uint64_t
phones_newlines(const char *p)
{
	const __m128i newline = _mm_set1_epi8('\n');
	uint64_t mask = 0;

	for (unsigned int i = 0; i < 64; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i equal = _mm_cmpeq_epi8(bytes, newline);

		mask |= (uint64_t)(unsigned int)_mm_movemask_epi8(equal) << i;
	}
	return mask;
}

/*
 * Goes through the lines from *line on that end before the last 64 bytes before end. The same as
 * what memchr(3) does below, with its calls, which cost more than the work where lines are short,
 * left out. True if name's line is found.
 */
static bool
phones_search_blocks(const struct phones_name *name, const char *end, const char **line,
	struct phones_line *ret_line)
{
	for (const char *block = *line; end - block >= 64; block += 64) {
		for (uint64_t mask = phones_newlines(block); mask != 0; mask &= mask - 1) {
			const char *newline = block + __builtin_ctzll(mask);
			const char *rest = phones_line_rest(*line, newline, name);

			if (rest != NULL) {
				*ret_line = (struct phones_line){ *line, rest, newline };
				return true;
			}
			*line = newline + 1;
		}
	}
	return false;
}
#else
static bool
phones_search_blocks(const struct phones_name *name, const char *end, const char **line,
	struct phones_line *ret_line)
{
	(void)name, (void)end, (void)line, (void)ret_line;
	return false;
}
#endif

/*
 * Looks through the lines that the buffer holds whole (and the last one, at the end of the file).
 * True if name's is among them; else *ret_used bytes need not be looked at again.
 */
static bool
phones_search_buffer(const struct phones_reader *reader, const struct phones_name *name,
	struct phones_line *ret_line, size_t *ret_used)
{
	const char *line = reader->buffer, *end = reader->buffer + reader->have;

	if (phones_search_blocks(name, end, &line, ret_line))
		return true;
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line)), *rest;

		if (newline == NULL && !reader->ended)
			break;
		if (newline == NULL)
			newline = end;
		rest = phones_line_rest(line, newline, name);
		if (rest != NULL) {
			*ret_line = (struct phones_line){ line, rest, newline };
			return true;
		}
		line = newline < end ? newline + 1 : end;
	}
	*ret_used = (size_t)(line - reader->buffer);
	return false;
}

/* The found line without its comment and the blanks around; what it does not fill is zeroed. */
static int
phones_take_line(struct phones_reader *reader, const struct phones_line *line,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	off_t offset = reader->offset + (line->start - reader->buffer);
	const char *rest = line->rest, *end = line->end;
	struct phones_value value;

	if (end - line->start >= PHONES_LINE_SIZE)
		return phones_reader_refuse(reader, offset, "line too long", fault);
	if (memchr(rest, '\0', (size_t)(end - rest)) != NULL)
		return phones_reader_refuse(reader, offset, "a NUL byte", fault);
	value = phones_line_value(rest, end);
	memset(ret_line, 0, PHONES_LINE_SIZE);
	memcpy(ret_line, value.start, (size_t)(value.end - value.start));
	return 0;
}

static int
phones_search(struct phones_reader *reader, const struct phones_name *name,
	bool *ret_found, char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	for (;;) {
		struct phones_line line;
		size_t used = 0;
		int status = phones_reader_fill(reader, fault);

		if (status != 0)
			return status;
		if (phones_search_buffer(reader, name, &line, &used)) {
			status = phones_take_line(reader, &line, ret_line, fault);
			*ret_found = status == 0;
			return status;
		}
		if (used == 0 && reader->have == PHONES_READER_CHUNK) {
			/* One line fills the buffer. Another user's must not matter. */
			if (phones_line_rest(reader->buffer, reader->buffer + reader->have, name)) {
				return phones_reader_refuse(reader, reader->offset,
					"line too long", fault);
			}
			status = phones_skip_line(reader, fault);
			if (status != 0)
				return status;
			continue;
		}
		phones_reader_drop(reader, used);
		if (reader->ended)
			return 0;
	}
}

int
phones_file_find(const char *path, const char *user, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	const struct phones_name name = { .text = user, .length = strlen(user) };
	struct phones_reader reader = PHONES_READER_NONE;
	bool found = false;
	int status;

	/* Opened even if the name cannot be in it: whose login it is must not hide a bad file. */
	status = phones_reader_open(path, &reader, fault);
	if (status == 0 && phones_line_possible(&name))
		status = phones_search(&reader, &name, &found, ret_line, fault);
	phones_reader_close(&reader);
	if (status == 0)
		*ret_found = found;
	return status;
}
