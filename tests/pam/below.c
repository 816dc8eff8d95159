/* SPDX-License-Identifier: BSD-2-Clause */
#include "below.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "script.h"

/* The parent, or 0 if there is none; *ret_state is the letter of proc(5). */
static pid_t
parent_of(pid_t pid, char *ret_state)
{
	char name[64], text[512], *after;
	FILE *file;
	int parent = 0;

	*ret_state = 'X';
	snprintf(name, sizeof name, "/proc/%d/stat", (int)pid);
	file = fopen(name, "re");
	if (file == NULL)
		return 0;
	if (fgets(text, sizeof text, file) != NULL) {
		/* The program's name, in parentheses, may hold anything. */
		after = strrchr(text, ')');
		if (after == NULL || sscanf(after, ") %c %d", ret_state, &parent) != 2)
			parent = 0;
	}
	fclose(file);
	return (pid_t)parent;
}

static bool
is_descendant(pid_t pid)
{
	char state;

	for (int depth = 0; depth < 16 && pid > 1; depth++) {
		pid = parent_of(pid, &state);
		if (pid == getpid())
			return true;
	}
	return false;
}

/* Calls see for every process below this one. */
static void
each_descendant(void (*see)(pid_t pid, void *data), void *data)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;

	if (processes == NULL)
		abort();
	while ((entry = readdir(processes)) != NULL) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && pid > 1 && is_descendant((pid_t)pid))
			see((pid_t)pid, data);
	}
	closedir(processes);
}

static size_t
read_whole(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while (length < size && (got = read(fd, to + length, size - length)) > 0)
		length += (size_t)got;
	close(fd);
	return length;
}

/* So large that malloc(3) maps it: it writes over nothing that was freed before. */
#define PIECE (256 * 1024)

struct named {
	const char *program;
	unsigned int count;
};

static void
see_name(pid_t pid, void *data)
{
	struct named *named = data;
	char path[64], text[64], state;
	size_t length;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	length = read_whole(path, text, sizeof text - 1);
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	/* What has ended and was not reaped yet runs no more. */
	if (strcmp(text, named->program) == 0 && parent_of(pid, &state) != 0 && state != 'Z')
		named->count++;
}

unsigned int
below_named(const char *program)
{
	struct named named = { .program = program };

	each_descendant(see_name, &named);
	return named.count;
}

struct blob {
	char *bytes;
	size_t size;
};

static void
see_memory(pid_t pid, void *data)
{
	static const char *const files[] = { "cmdline", "environ", "comm" };
	struct blob *blob = data;
	char *piece = script_alloc(PIECE);

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[64];
		size_t length;

		snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, files[i]);
		length = read_whole(path, piece, PIECE);
		blob->bytes = realloc(blob->bytes, blob->size + length + 1);
		if (blob->bytes == NULL)
			abort();
		memcpy(blob->bytes + blob->size, piece, length);
		blob->size += length;
		blob->bytes[blob->size++] = '\0';
	}
	free(piece);
}

char *
below_memory(size_t *ret_size)
{
	struct blob blob = { NULL, 0 };

	each_descendant(see_memory, &blob);
	*ret_size = blob.size;
	return blob.bytes;
}
