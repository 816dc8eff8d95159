/* SPDX-License-Identifier: BSD-2-Clause */
#include "outbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script.h"
#include "world.h"

struct outbox {
	char *path;
	const char *bytes; /* mapped, or NULL */
	size_t size, count;
	ino_t inode;
};

struct outbox *
outbox_new(const char *path)
{
	struct outbox *outbox = script_alloc(sizeof *outbox);

	outbox->path = script_copy(path);
	return outbox;
}

static void
forget(struct outbox *outbox)
{
	if (outbox->bytes != NULL)
		munmap((void *)(unsigned long)outbox->bytes, outbox->size);
	outbox->bytes = NULL;
	outbox->size = outbox->count = 0;
}

void
outbox_free(struct outbox **outbox)
{
	if (*outbox == NULL)
		return;
	forget(*outbox);
	free((*outbox)->path);
	free(*outbox);
	*outbox = NULL;
}

/*
 * Texts are only ever added: a file of the same size is the same. It is asked for many times at
 * every message.
 */
static void
look(struct outbox *outbox)
{
	struct stat status;
	void *bytes;
	int fd;

	if (outbox->bytes != NULL && stat(outbox->path, &status) == 0 &&
		status.st_ino == outbox->inode && (size_t)status.st_size == outbox->size)
		return;
	forget(outbox);
	fd = open(outbox->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && status.st_size > 0) {
		bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (bytes == MAP_FAILED)
			abort();
		outbox->bytes = bytes;
		outbox->size = (size_t)status.st_size;
		outbox->inode = status.st_ino;
		for (size_t i = 0; i < outbox->size; i++)
			outbox->count += outbox->bytes[i] == '\n';
	}
	close(fd);
}

size_t
outbox_count(struct outbox *outbox)
{
	look(outbox);
	return outbox->count;
}

/*
 * The string value of a key in a line; values hold no quotes and no escapes in what scripts look
 * at.
 */
static bool
find_string(const char *line, size_t length, const char *key, const char **ret_value,
	size_t *ret_length)
{
	const char *at = memmem(line, length, key, strlen(key)), *end = line + length, *close;

	if (at == NULL)
		return false;
	at += strlen(key);
	while (at < end && (*at == ' ' || *at == ':'))
		at++;
	if (at == end || *at++ != '"')
		return false;
	close = memchr(at, '"', (size_t)(end - at));
	if (close == NULL)
		return false;
	*ret_value = at;
	*ret_length = (size_t)(close - at);
	return true;
}

bool
outbox_text(struct outbox *outbox, size_t number, struct world_text *ret_text)
{
	const char *line, *end;

	look(outbox);
	line = outbox->bytes;
	if (line == NULL || number == 0)
		return false;
	end = line + outbox->size;
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t length = newline == NULL ? 0 : (size_t)(newline - line);

		if (newline == NULL)
			return false;
		if (--number == 0)
			return find_string(line, length, "\"to\"", &ret_text->to,
				       &ret_text->to_length) &&
				find_string(line, length, "\"text\"", &ret_text->text,
					&ret_text->text_length);
		line = newline + 1;
	}
	return false;
}
