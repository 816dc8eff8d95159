/* SPDX-License-Identifier: BSD-2-Clause */
/* A phone file, read in large pieces: by read(2), never mapped, for a truncated map is SIGBUS. */
#ifndef SMSOTP_CORE_PHONES_READER_H
#define SMSOTP_CORE_PHONES_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fault;

#define PHONES_READER_CHUNK ((size_t)256 * 1024)

struct phones_reader {
	const char *path;
	int fd;
	char *buffer;		/* PHONES_READER_CHUNK bytes */
	size_t have;
	size_t most;		/* ever held: to be wiped */
	off_t offset;		/* of buffer[0] in the file */
	bool ended;
};

#define PHONES_READER_NONE { .fd = -1 }

/* Opens and checks it: conf_file_open, with secrets. path must outlive it. */
int phones_reader_open(const char *path, struct phones_reader *ret_reader, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Reads one that is open and checked, from its beginning. fd stays the caller's, and is not read
 * meanwhile by anybody else.
 */
int phones_reader_share(const char *path, int fd, struct phones_reader *ret_reader,
	struct fault *fault) __attribute__((warn_unused_result));

/* Wipes and closes. Safe on PHONES_READER_NONE. */
void phones_reader_close(struct phones_reader *reader);

/* Fills the buffer behind what it holds. */
int phones_reader_fill(struct phones_reader *reader, struct fault *fault)
	__attribute__((warn_unused_result));

/* Forgets what the buffer begins with. */
void phones_reader_drop(struct phones_reader *reader, size_t size);

/* "path:line: what" of the line at that offset. Reads into the buffer. Returns FAULT_CONFIG. */
int phones_reader_refuse(struct phones_reader *reader, off_t offset, const char *what,
	struct fault *fault);

#endif
