/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phone file, read from the start to the user's line in large pieces. Every line's beginning is
 * looked at, which costs the same whatever names and comments there are; a search for the name
 * would be at the mercy of a file that has it in every comment.
 */
#include "core/phones.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/conf_file.h"
#include "core/fault.h"

#define PHONES_FILE_CHUNK ((size_t)256 * 1024)
#define PHONES_FILE_NAME_MAX 256

struct phones_reader {
	int fd;
	char *buffer;		/* PHONES_FILE_CHUNK bytes */
	size_t have;
	size_t most;		/* ever held: to be wiped */
	off_t offset;		/* of buffer[0] in the file */
	bool ended;
};

struct phones_name {
	const char *text;
	size_t length;
};

/* One user's line: where it begins, where what follows the name does, where it ends. */
struct phones_line {
	const char *start, *rest, *end;
};

static bool
phones_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A name that no line can begin with is nobody's: it is not searched for. */
static bool
phones_name_possible(const struct phones_name *name)
{
	return name->length > 0 && name->length <= PHONES_FILE_NAME_MAX && name->text[0] != '#' &&
		strpbrk(name->text, " \t\r\n") == NULL;
}

/*
 * Whether [line, end) is the line of name; end is where the line ends or, if it is too long for the
 * buffer, where that ends. Returns what follows the name, or NULL.
 */
static const char *
phones_line_rest(const char *line, const char *end, const struct phones_name *name)
{
	while (line < end && phones_is_blank(*line))
		line++;
	/* The last byte first: names share their beginnings. */
	if ((size_t)(end - line) < name->length ||
		line[name->length - 1] != name->text[name->length - 1] ||
		memcmp(line, name->text, name->length) != 0)
		return NULL;
	line += name->length;
	return line == end || phones_is_blank(*line) || *line == '\r' ? line : NULL;
}

/* Fills the buffer behind what it holds. */
static int
phones_reader_fill(struct phones_reader *reader, const char *path, struct fault *fault)
{
	while (reader->have < PHONES_FILE_CHUNK && !reader->ended) {
		ssize_t n = read(reader->fd, reader->buffer + reader->have,
			PHONES_FILE_CHUNK - reader->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be read",
				path);
		reader->have += (size_t)n;
		reader->ended = n == 0;
		if (reader->most < reader->have)
			reader->most = reader->have;
	}
	return 0;
}

static void
phones_reader_drop(struct phones_reader *reader, size_t size)
{
	memmove(reader->buffer, reader->buffer + size, reader->have - size);
	reader->have -= size;
	reader->offset += (off_t)size;
}

/* The number of the line at offset, counted only for a message. 0: cannot be read again. */
static unsigned long
phones_line_number(struct phones_reader *reader, off_t offset)
{
	unsigned long line = 1;
	off_t at = 0;

	while (at < offset) {
		size_t left = (size_t)(offset - at);
		ssize_t n = pread(reader->fd, reader->buffer,
			left < PHONES_FILE_CHUNK ? left : PHONES_FILE_CHUNK, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		for (ssize_t i = 0; i < n; i++)
			line += reader->buffer[i] == '\n';
		at += n;
	}
	return line;
}

static int
phones_refuse_line(struct phones_reader *reader, const char *path, off_t offset, const char *what,
	struct fault *fault)
{
	unsigned long line = phones_line_number(reader, offset);

	return fault_set(fault, FAULT_CONFIG, "%s:%lu: %s", path, line, what);
}

/* Reads on until the line too long for the buffer, of which it holds the beginning, has ended. */
static int
phones_skip_line(struct phones_reader *reader, const char *path, struct fault *fault)
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
		status = phones_reader_fill(reader, path, fault);
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
phones_take_line(struct phones_reader *reader, const char *path, const struct phones_line *line,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	off_t offset = reader->offset + (line->start - reader->buffer);
	const char *rest = line->rest, *end = line->end, *comment;

	if (end - line->start >= PHONES_LINE_SIZE)
		return phones_refuse_line(reader, path, offset, "line too long", fault);
	if (memchr(rest, '\0', (size_t)(end - rest)) != NULL)
		return phones_refuse_line(reader, path, offset, "a NUL byte", fault);
	comment = memchr(rest, '#', (size_t)(end - rest));
	if (comment != NULL)
		end = comment;
	while (rest < end && phones_is_blank(*rest))
		rest++;
	while (end > rest && (phones_is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	memset(ret_line, 0, PHONES_LINE_SIZE);
	memcpy(ret_line, rest, (size_t)(end - rest));
	return 0;
}

static int
phones_search(struct phones_reader *reader, const char *path, const struct phones_name *name,
	bool *ret_found, char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	for (;;) {
		struct phones_line line;
		size_t used = 0;
		int status = phones_reader_fill(reader, path, fault);

		if (status != 0)
			return status;
		if (phones_search_buffer(reader, name, &line, &used)) {
			status = phones_take_line(reader, path, &line, ret_line, fault);
			*ret_found = status == 0;
			return status;
		}
		if (used == 0 && reader->have == PHONES_FILE_CHUNK) {
			/* One line fills the buffer. Another user's must not matter. */
			if (phones_line_rest(reader->buffer, reader->buffer + reader->have, name)) {
				return phones_refuse_line(reader, path, reader->offset,
					"line too long", fault);
			}
			status = phones_skip_line(reader, path, fault);
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
	struct phones_reader reader = { .fd = -1 };
	bool found = false;
	int status;

	/* Opened even if the name cannot be in it: whose login it is must not hide a bad file. */
	status = conf_file_open(path, CONF_SECRET, &reader.fd, fault);
	if (status != 0)
		return status;
	reader.buffer = malloc(PHONES_FILE_CHUNK);
	if (reader.buffer == NULL)
		status = fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	else if (phones_name_possible(&name))
		status = phones_search(&reader, path, &name, &found, ret_line, fault);
	if (reader.buffer != NULL) {
		sodium_memzero(reader.buffer, reader.most);
		free(reader.buffer);
	}
	close(reader.fd);
	if (status == 0)
		*ret_found = found;
	return status;
}
