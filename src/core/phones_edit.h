/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changing one user's line of a phone file, whose grammar is phones_line.h. Every other byte of the
 * file stays, and so do its owner and mode. The file is replaced whole by a rename: whoever reads
 * it, or comes after a crash, finds the one or the other.
 */
#ifndef SMSOTP_CORE_PHONES_EDIT_H
#define SMSOTP_CORE_PHONES_EDIT_H

#include <stdbool.h>

struct e164;
struct fault;

enum phones_change {
	PHONES_SET,		/* this number in place of those he has; the comment stays */
	PHONES_ADD,		/* this one behind those he has */
	PHONES_REMOVE,		/* the line goes, with its comment */
	PHONES_REMOVE_NUMBER	/* this one goes; the line, if it was the last */
};

struct phones_edit {
	const char *path;		/* absolute */
	const char *user;
	enum phones_change change;
	const struct e164 *number;	/* PHONES_REMOVE: NULL */
	const char *country_code;	/* of national numbers in the file; may be NULL */
	bool look;			/* finds out whether it can be done; changes nothing */
};

enum phones_edited {
	PHONES_UNCHANGED,	/* the number is there already; or nothing is there to be removed */
	PHONES_NEW,		/* a line was put behind the last */
	PHONES_CHANGED,
	PHONES_REMOVED		/* the line */
};

/*
 * Does it under a lock on the file. Returns 0, FAULT_BUSY (another one holds it, or the file was
 * changed meanwhile), FAULT_CONFIG (what reading it would refuse as well; a name that cannot stand
 * in it; a user with two lines, of which it cannot be told which is meant; too many numbers; the
 * line would be too long), FAULT_STATE (it cannot be written) or FAULT_MEMORY: then nothing has
 * changed, but for a directory that could not be synced.
 */
int phones_edit(const struct phones_edit *edit, enum phones_edited *ret_edited,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
