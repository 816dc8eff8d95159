/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A phone file that is made whole from another source, and says so in its first line. One that a
 * person keeps is never replaced by it.
 */
#ifndef SMSOTP_CORE_PHONES_MADE_H
#define SMSOTP_CORE_PHONES_MADE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/e164.h"
#include "core/phones.h"

struct fault;

enum phones_made_change {
	PHONES_MADE_SAME,
	PHONES_MADE_ADDED,	/* he has a number and had none */
	PHONES_MADE_CHANGED,	/* others, or in another order */
	PHONES_MADE_REMOVED	/* he had one */
};

struct phones_made_user {
	const char *name;	/* phones_line_writable; each once */
	struct e164 number[PHONES_MAX];
	size_t count;		/* 0: the source has something for him that is no number */
	enum phones_made_change change;	/* filled in */
};

struct phones_made {
	const char *path;	/* absolute */
	const char *origin;	/* for the first line: where the numbers come from */
	struct phones_made_user *users;	/* sorted on the way */
	size_t count;
	bool may_shrink;	/* by more than a tenth */
	/* Filled in; phones_made_free takes removed. */
	size_t before;		/* users who had a number */
	char **removed;		/* who is not among users, and had one */
	size_t removed_count;
	bool fresh;		/* there was no file, or an empty one */
	bool shrinks;		/* more than a tenth of before would lose theirs: nothing is done */
	bool written;		/* false: it shrinks, or says all that already */
};

/*
 * Whether the file at path may be replaced, as far as can be known beforehand: one that is missing,
 * empty or made so. Returns 0, FAULT_SYSTEM (a person keeps it), or as replace_open.
 */
int phones_made_look(const char *path, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Compares the file with users under a lock on it, and replaces it if that is needed. Returns 0,
 * or as phones_made_look; FAULT_STATE also if it cannot be written, FAULT_CONFIG if a line of it
 * would be refused by who reads it. Then nothing has changed, but for a directory that could not
 * be synced.
 */
int phones_made_write(struct phones_made *made, struct fault *fault)
	__attribute__((warn_unused_result));

/* Safe on a zeroed one; users stay the caller's. */
void phones_made_free(struct phones_made *made);

/* Whether the file's first line says so. False also of one that cannot be read. */
bool phones_made_is(const char *path);

#endif
