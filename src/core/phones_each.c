/* SPDX-License-Identifier: BSD-2-Clause */
/* All numbers of all sources: plain and complete, where a login is fast and wants one line. */
#include "core/phones.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/fault.h"

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

/* As phones_file_find reads a line: USER, blanks, numbers, a comment. */
static void
phones_each_of_line(char *line, struct phones_entry *entry, const struct phones_visitor *visitor)
{
	char *user = line + strspn(line, " \t"), *numbers;
	size_t length = strcspn(user, " \t\r\n");

	if (length == 0 || user[0] == '#')
		return;
	numbers = user + length;
	if (*numbers != '\0')
		*numbers++ = '\0';
	numbers[strcspn(numbers, "#\r\n")] = '\0';
	entry->user = user;
	phones_each_number(visitor, *entry, numbers);
}

static int
phones_each_of_file(const char *path, const struct phones_visitor *visitor, struct fault *fault)
{
	struct phones_entry entry = { .file = path };
	char *line = NULL;
	size_t size = 0;
	FILE *file = NULL;
	int fd = -1, status = conf_file_open(path, CONF_SECRET, &fd, fault);

	if (status != 0)
		return status;
	file = fdopen(fd, "r");
	if (file == NULL) {
		close(fd);
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	}
	errno = 0;
	while (getline(&line, &size, file) > 0) {
		entry.line++;
		phones_each_of_line(line, &entry, visitor);
		sodium_memzero(line, size);
	}
	if (ferror(file))
		status = fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be read", path);
	free(line);
	fclose(file);
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
