/* SPDX-License-Identifier: BSD-2-Clause */
/* All numbers of all sources: plain and complete, where a login is fast and wants one line. */
#include "core/phones_each.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/phones_line.h"
#include "core/phones_reader.h"

struct phones_visitor {
	void (*visit)(void *data, const struct phones_entry *entry);
	void *data;
};

/* numbers is cut up at its commas. */
static void
phones_each_number(const struct phones_visitor *visitor, struct phones_entry entry, char *numbers)
{
	char *next = numbers, *piece;

	while ((piece = strsep(&next, ",")) != NULL) {
		entry.number = piece;
		visitor->visit(visitor->data, &entry);
	}
}

static void
phones_each_of_list(const struct config *config, const struct config_source *source,
	const struct phones_visitor *visitor)
{
	char numbers[CONFIG_PHONE_MAX + 1];

	for (size_t i = 0; i < source->user_count; i++) {
		struct phones_entry entry = { .user = source->users[i].name,
			.file = conf_file_path(config->file) };

		snprintf(numbers, sizeof numbers, "%s", source->users[i].phone);
		phones_each_number(visitor, entry, numbers);
	}
	sodium_memzero(numbers, sizeof numbers);
}

/* What a login of its user would refuse is refused here as well. */
static int
phones_each_of_line(struct phones_reader *reader, const char *line, const char *end,
	struct phones_entry entry, const struct phones_visitor *visitor, struct fault *fault)
{
	const off_t offset = reader->offset + (line - reader->buffer);
	char text[PHONES_LINE_SIZE + 1] = "", *numbers;
	struct phones_value value;
	const char *rest;

	while (line < end && phones_line_blank(*line))
		line++;
	for (rest = line; rest < end && !phones_line_blank(*rest) && *rest != '\r';)
		rest++;
	if (rest == line || *line == '#')
		return 0;
	if (end - line >= PHONES_LINE_SIZE)
		return phones_reader_refuse(reader, offset, "line too long", fault);
	if (memchr(line, '\0', (size_t)(end - line)) != NULL)
		return phones_reader_refuse(reader, offset, "a NUL byte", fault);
	value = phones_line_value(rest, end);
	memcpy(text, line, (size_t)(rest - line));
	numbers = text + (rest - line) + 1;
	memcpy(numbers, value.start, (size_t)(value.end - value.start));
	entry.user = text;
	phones_each_number(visitor, entry, numbers);
	sodium_memzero(text, sizeof text);
	return 0;
}

/* The lines that the buffer holds whole, and the last one at the end of the file. */
static int
phones_each_of_buffer(struct phones_reader *reader, struct phones_entry *entry,
	const struct phones_visitor *visitor, struct fault *fault)
{
	const char *const stop = reader->buffer + reader->have;
	const char *line = reader->buffer;

	while (line < stop) {
		const char *end = memchr(line, '\n', (size_t)(stop - line));
		int status;

		if (end == NULL && !reader->ended)
			break;
		entry->line++;
		status = phones_each_of_line(reader, line, end != NULL ? end : stop, *entry,
			visitor, fault);
		if (status != 0)
			return status;
		line = end != NULL ? end + 1 : stop;
	}
	if (line == reader->buffer && reader->have == PHONES_READER_CHUNK)
		return phones_reader_refuse(reader, reader->offset, "line too long", fault);
	phones_reader_drop(reader, (size_t)(line - reader->buffer));
	return 0;
}

int
phones_each_read(struct phones_reader *reader,
	void (*visit)(void *data, const struct phones_entry *entry), void *data,
	struct fault *fault)
{
	const struct phones_visitor visitor = { visit, data };
	struct phones_entry entry = { .file = reader->path };
	int status = 0;

	while (status == 0) {
		status = phones_reader_fill(reader, fault);
		if (status == 0)
			status = phones_each_of_buffer(reader, &entry, &visitor, fault);
		if (reader->ended)
			break;
	}
	return status;
}

static int
phones_each_of_file(const char *path, const struct phones_visitor *visitor, struct fault *fault)
{
	struct phones_reader reader = PHONES_READER_NONE;
	int status = phones_reader_open(path, &reader, fault);

	if (status == 0)
		status = phones_each_read(&reader, visitor->visit, visitor->data, fault);
	phones_reader_close(&reader);
	return status;
}

int
phones_each(const struct config *config,
	void (*visit)(void *data, const struct phones_entry *entry), void *data,
	struct fault *fault)
{
	const struct phones_visitor visitor = { visit, data };
	int status = 0;

	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *source = &config->sources[i];
		int failed = 0;

		if (source->kind == CONFIG_SOURCE_LIST)
			phones_each_of_list(config, source, &visitor);
		else if (source->kind == CONFIG_SOURCE_FILE)
			failed = phones_each_of_file(source->path, &visitor,
				status == 0 ? fault : NULL);
		if (status == 0)
			status = failed;
	}
	return status;
}
