/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another content for a file of the administrator's, which is replaced whole by a rename: whoever
 * reads it, or comes after a crash, finds the one or the other. Owner and mode stay. Files of the
 * state are file.h's.
 */
#ifndef SMSOTP_CORE_REPLACE_H
#define SMSOTP_CORE_REPLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "core/conf_file.h"

struct fault;

struct replace {
	const char *path;
	int fd;				/* of the file as it is, to be read; -1: there is none */
	struct stat before;		/* of the file that was locked */
	int directory, locked, copy;	/* locked: the file's descriptor or the directory's */
	char name[NAME_MAX + 1], scratch[NAME_MAX + 1];	/* in directory */
	bool scratch_named;
};

#define REPLACE_NONE { .fd = -1, .directory = -1, .locked = -1, .copy = -1 }

struct replace_terms {
	enum conf_secrecy secrecy;	/* as conf_file_open, which opens it */
	bool may_lack;
	/*
	 * Takes no lock: who may read a file may lock it, and so keep it as it is. The caller sees
	 * to it that no other process replaces it at the same time.
	 */
	bool unlocked;
};

/*
 * Opens, checks and locks the file at path, which is absolute and outlives it. Where it is missing
 * and may be, the lock is on its directory. Returns 0, FAULT_CONFIG (what conf_file_open refuses:
 * symlinks and what others own or may write, the directory too), FAULT_BUSY (another process holds
 * the lock), FAULT_STATE or FAULT_MEMORY.
 */
int replace_open(const char *path, struct replace_terms terms, struct replace *it,
	struct fault *fault) __attribute__((warn_unused_result));

/* Opens what is to take its place; what was begun before is dropped. */
int replace_begin(struct replace *it, struct fault *fault) __attribute__((warn_unused_result));

/* Appends to that, if it is open. */
int replace_put(struct replace *it, const char *bytes, size_t size, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * It takes the file's name, owner and mode; without one before, it is the effective user's, 0600.
 * FAULT_BUSY: somebody has changed the file meanwhile. After a fault the file is as it was, but
 * for a directory that could not be synced.
 */
int replace_finish(struct replace *it, struct fault *fault) __attribute__((warn_unused_result));

/* Ends it, and the lock. Safe on REPLACE_NONE. */
void replace_close(struct replace *it);

#endif
