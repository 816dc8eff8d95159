/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of /etc/pam.d as Linux-PAM reads them (pam.d(5), and libpam's pam_handlers.c): lines
 * joined by a backslash, comments, types with "-", controls as words and as [value=action …],
 * include, substack, and Debian's @include. Pure: no file, no allocation.
 */
#ifndef SMSOTP_CTL_PAM_STACK_H
#define SMSOTP_CTL_PAM_STACK_H

#include <stdbool.h>
#include <stddef.h>

#define PAM_STACK_LINE_MAX 2048	/* of a line, joined, with NUL */

enum pam_type { PAM_TYPE_AUTH, PAM_TYPE_ACCOUNT, PAM_TYPE_PASSWORD, PAM_TYPE_SESSION };

enum pam_entry_kind {
	PAM_ENTRY_MODULE,
	PAM_ENTRY_INCLUDE,	/* the lines of this type of another file */
	PAM_ENTRY_SUBSTACK,	/* the same, as one module */
	PAM_ENTRY_INCLUDE_ALL,	/* @include: all lines; type means nothing */
	PAM_ENTRY_BROKEN	/* libpam makes it fail always; wrong says why */
};

/* What a module can return: the numbers are Linux-PAM's. Those that are spoken of have a name. */
enum {
	PAM_RETURN_SUCCESS = 0,
	PAM_RETURN_SYSTEM_ERR = 4,
	PAM_RETURN_BUF_ERR = 5,
	PAM_RETURN_AUTH_ERR = 7,
	PAM_RETURN_AUTHINFO_UNAVAIL = 9,
	PAM_RETURN_MAXTRIES = 11,
	PAM_RETURN_CONV_ERR = 19,
	PAM_RETURN_IGNORE = 25,
	PAM_RETURN_MUST_FAIL = 6,	/* PAM_PERM_DENIED */
	PAM_RETURN_COUNT = 32
};

/* What is done then; a positive number skips so many lines. */
enum pam_action {
	PAM_ACTION_IGNORE = 0,
	PAM_ACTION_OK = -1,
	PAM_ACTION_DONE = -2,
	PAM_ACTION_BAD = -3,
	PAM_ACTION_DIE = -4,
	PAM_ACTION_RESET = -5
};

struct pam_entry {
	unsigned int line;	/* the first of those that were joined */
	size_t from;		/* where that begins; reader->at is where what follows does */
	enum pam_entry_kind kind;
	enum pam_type type;
	int actions[PAM_RETURN_COUNT];	/* MODULE: enum pam_action, or a jump */
	const char *wrong;	/* BROKEN: static */
	/* Within text: the control as a word ("" if in brackets), the module or file. */
	const char *control, *target;
	const char *arguments;	/* each ended by NUL */
	size_t argument_count;
	char text[PAM_STACK_LINE_MAX];
};

struct pam_reader {
	const char *text;
	size_t size, at;
	unsigned int line;	/* begins at 0 */
};

/* Whether the argument is among entry's. */
bool pam_stack_has(const struct pam_entry *entry, const char *argument);

/* The next line that says something. False: there is none. *ret_entry must not be copied. */
bool pam_stack_next(struct pam_reader *reader, struct pam_entry *ret_entry)
	__attribute__((warn_unused_result));

/* The argument behind this one. */
const char *pam_stack_argument(const char *argument);

/* The name of a module: what follows the last "/", without ".so". *ret_length is its length. */
const char *pam_stack_module_name(const char *target, size_t *ret_length);

#endif
