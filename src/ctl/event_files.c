/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/events.h"
#include "core/fault.h"
#include "core/file.h"
#include "ctl/event.h"

#define BUFFER_SIZE 65536

static int
open_one(const struct directory *directory, const char *name, int *ret_fd, struct fault *fault)
{
	int result = file_open_reading(directory, name, ret_fd, fault);

	return result == FILE_ABSENT ? 0 : result;
}

/* Put aside between the two: the former one is then the one that is open already. */
static bool
same(int a, int b)
{
	struct stat of_a, of_b;

	return fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_ino == of_b.st_ino &&
		of_a.st_dev == of_b.st_dev;
}

int
event_open(const char *state_dir, struct event_files *ret_files, struct fault *fault)
{
	struct event_files files = { .fd = { -1, -1 } };
	struct directory directory = DIRECTORY_NONE;
	/* Nothing is to be made. */
	int result = directory_open(state_dir, DIRECTORY_REHEARSED, &directory, fault);

	if (result == 0)
		result = open_one(&directory, EVENTS_FILE, &files.fd[1], fault);
	if (result == 0)
		result = open_one(&directory, EVENTS_FORMER, &files.fd[0], fault);
	directory_close(&directory);
	if (files.fd[0] >= 0 && files.fd[1] >= 0 && same(files.fd[0], files.fd[1])) {
		close(files.fd[0]);
		files.fd[0] = -1;
	}
	if (result == 0)
		*ret_files = files;
	else
		event_close(&files);
	return result;
}

void
event_close(struct event_files *files)
{
	for (size_t i = 0; i < 2; i++) {
		if (files->fd[i] >= 0)
			close(files->fd[i]);
		files->fd[i] = -1;
	}
}

/* The lines of a buffer; *ret_used is behind the last one. */
static int
each_in(const char *buffer, size_t size, int (*take)(void *data, const char *line, size_t size),
	void *data, size_t *ret_used)
{
	const char *line = buffer, *end;
	int result = 0;

	while (result == 0 &&
	    (end = memchr(line, '\n', size - (size_t)(line - buffer))) != NULL) {
		result = take(data, line, (size_t)(end - line));
		line = end + 1;
	}
	*ret_used = (size_t)(line - buffer);
	return result;
}

int
event_each(int fd, int64_t *at, int (*take)(void *data, const char *line, size_t size),
	void *data, struct fault *fault)
{
	char *buffer = malloc(BUFFER_SIZE);
	bool cut = false;
	int result = 0;

	if (buffer == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	while (result == 0) {
		ssize_t got = pread(fd, buffer, BUFFER_SIZE, *at);
		size_t begin = 0, used;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			result = fault_set_errno(fault, FAULT_STATE, errno, "the event file");
		if (got <= 0)
			break;
		/* The rest of a line that filled a whole buffer and was handed over. */
		if (cut) {
			const char *end = memchr(buffer, '\n', (size_t)got);

			begin = end == NULL ? (size_t)got : (size_t)(end - buffer) + 1;
			cut = end == NULL;
			*at += (int64_t)begin;
			continue;
		}
		result = each_in(buffer, (size_t)got, take, data, &used);
		*at += (int64_t)used;
		if (used > 0)
			continue;
		if (got < BUFFER_SIZE)
			break;
		result = take(data, buffer, BUFFER_SIZE);
		*at += BUFFER_SIZE;
		cut = true;
	}
	free(buffer);
	return result;
}
