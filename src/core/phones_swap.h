/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another content for a phone file, which is replaced whole by a rename: whoever reads it, or comes
 * after a crash, finds the one or the other. For what changes phone files.
 */
#ifndef SMSOTP_CORE_PHONES_SWAP_H
#define SMSOTP_CORE_PHONES_SWAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/phones_reader.h"

struct fault;

struct phones_swap {
	const char *path;
	struct phones_reader reader;	/* of the file as it is; its fd is -1 if there is none */
	struct stat before;		/* of the file that was locked */
	int directory, locked, copy;	/* locked: the file's descriptor or the directory's */
	char name[NAME_MAX + 1], scratch[NAME_MAX + 1];	/* in directory */
	bool scratch_named;
};

#define PHONES_SWAP_NONE \
	{ .reader = PHONES_READER_NONE, .directory = -1, .locked = -1, .copy = -1 }

enum phones_swap_lack { PHONES_SWAP_THERE, PHONES_SWAP_MAY_LACK };

/*
 * Opens, checks and locks the file at path, which is absolute and outlives swap. Where it is
 * missing and may be, the lock is on its directory. Returns 0, FAULT_CONFIG (what reading it would
 * refuse), FAULT_BUSY (another process holds the lock), FAULT_STATE or FAULT_MEMORY.
 */
int phones_swap_open(const char *path, enum phones_swap_lack lack, struct phones_swap *swap,
	struct fault *fault) __attribute__((warn_unused_result));

/* Opens what is to take its place. */
int phones_swap_copy(struct phones_swap *swap, struct fault *fault)
	__attribute__((warn_unused_result));

/* Appends to that, if it is open. */
int phones_swap_put(struct phones_swap *swap, const char *bytes, size_t size,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * It takes the file's name, owner and mode; without one before, it is the effective user's, 0600.
 * FAULT_BUSY: somebody has changed the file meanwhile. After a fault the file is as it was, but
 * for a directory that could not be synced.
 */
int phones_swap_finish(struct phones_swap *swap, struct fault *fault)
	__attribute__((warn_unused_result));

/* Ends it, and the lock. Safe on PHONES_SWAP_NONE. */
void phones_swap_close(struct phones_swap *swap);

#endif
