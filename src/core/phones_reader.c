/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"

/* Takes fd. */
static int
begin(const char *path, int fd, struct phones_reader *ret_reader, struct fault *fault)
{
	struct phones_reader reader = { .path = path, .fd = fd };

	reader.buffer = malloc(PHONES_READER_CHUNK);
	if (reader.buffer == NULL) {
		close(fd);
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	}
	*ret_reader = reader;
	return 0;
}

int
phones_reader_open(const char *path, struct phones_reader *ret_reader, struct fault *fault)
{
	int fd = -1, result = conf_file_open(path, CONF_SECRET, &fd, fault);

	return result != 0 ? result : begin(path, fd, ret_reader, fault);
}

int
phones_reader_share(const char *path, int fd, struct phones_reader *ret_reader,
	struct fault *fault)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (own < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be read", path);
	return begin(path, own, ret_reader, fault);
}

void
phones_reader_close(struct phones_reader *reader)
{
	if (reader->buffer != NULL)
		sodium_memzero(reader->buffer, reader->most);
	free(reader->buffer);
	reader->buffer = NULL;
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
}

int
phones_reader_fill(struct phones_reader *reader, struct fault *fault)
{
	while (reader->have < PHONES_READER_CHUNK && !reader->ended) {
		ssize_t n = read(reader->fd, reader->buffer + reader->have,
			PHONES_READER_CHUNK - reader->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be read",
				reader->path);
		reader->have += (size_t)n;
		reader->ended = n == 0;
		if (reader->most < reader->have)
			reader->most = reader->have;
	}
	return 0;
}

void
phones_reader_drop(struct phones_reader *reader, size_t size)
{
	memmove(reader->buffer, reader->buffer + size, reader->have - size);
	reader->have -= size;
	reader->offset += (off_t)size;
}

/* The number of the line at offset, counted only for a message. 0: cannot be read again. */
static unsigned long
line_number(struct phones_reader *reader, off_t offset)
{
	unsigned long line = 1;
	off_t at = 0;

	while (at < offset) {
		size_t left = (size_t)(offset - at);
		ssize_t n = pread(reader->fd, reader->buffer,
			left < PHONES_READER_CHUNK ? left : PHONES_READER_CHUNK, at);

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

int
phones_reader_refuse(struct phones_reader *reader, off_t offset, const char *what,
	struct fault *fault)
{
	unsigned long line = line_number(reader, offset);

	return fault_set(fault, FAULT_CONFIG, "%s:%lu: %s", reader->path, line, what);
}
