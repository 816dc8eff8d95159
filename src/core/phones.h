/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose phone: the sources of smsotp.conf, asked in order. */
#ifndef SMSOTP_CORE_PHONES_H
#define SMSOTP_CORE_PHONES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/e164.h"

#define PHONES_MAX 8

#define PHONES_LINE_SIZE 1024	/* a user's numbers as a source has them, with NUL */

struct config;
struct config_source;
struct fault;

enum phones_outcome {
	PHONES_FOUND, /* at least one allowed number */
	PHONES_NONE, /* every source was asked, none knows the user and a number */
	PHONES_BAD, /* the first source that knows the user has no valid number; see bad */
	PHONES_NOT_ALLOWED, /* … only refused by allowed_prefixes: number[0] is the first, count 0
			     */
	PHONES_UNAVAILABLE /* none that could be asked knows the user, one could not; see fault */
};

struct phones {
	enum phones_outcome outcome;
	size_t count;
	struct e164 number[PHONES_MAX];	/* valid, allowed, each once, in the order of the source */
	const char *source;		/* config_source_name(); NULL if no source knows the user */
	int bad;			/* PHONES_BAD: enum e164_error of the first */
};

/*
 * How to ask sources of kinds LDAP and COMMAND, which takes processes; as phones_file_find.
 * *ret_found is false also where the source knows the user and no number.
 */
typedef int phones_ask(const char *helper, const struct config_source *source, const char *user,
	bool *ret_found, char ret_line[static PHONES_LINE_SIZE], struct fault *fault);

/* What a source said; fault is NULL unless it could not be asked. */
typedef void phones_heard(void *context, const struct config_source *source, bool found,
	const struct fault *fault);

struct phones_asker {
	phones_ask *ask;
	const char *helper;		/* its first argument */
	phones_heard *heard;		/* told of each source that was asked; NULL: nobody is */
	void *context;			/* heard's */
};

/*
 * Asks the sources in order; the first that knows the user decides. asker (NULL: there is none)
 * asks those outside this process, each for as long as its ask may take: call with no lock held.
 * fault says why a source could not be asked, also where a later source then knew the user
 * (fault->text is "" if all went well). Never fails otherwise.
 */
void phones_find(const struct config *config, const struct phones_asker *asker, const char *user,
	struct phones *ret_phones, struct fault *fault);

void phones_wipe(struct phones *phones);

/*
 * A phone file: lines "USER  NUMBER[, NUMBER…]  [# comment]", blank lines and lines of comment.
 * Finds the line of user and copies what follows the name, comment removed, into ret_line. Returns
 * 0 (*ret_found says whether there is one) or FAULT_STATE/FAULT_CONFIG (unreadable, loose
 * permissions, a line too long). Read by read(2), never mapped: a truncated map is SIGBUS in sshd.
 */
int phones_file_find(const char *path, const char *user, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Goes through every number of every list and file, as it is written, with its user and the file
 * and line (0: not known) it stands in. For who looks at all of them; a login asks phones_find.
 * Returns 0, or the fault of the first file that cannot be read, or has a line that a login would
 * refuse, after all the others; of that file what stands before it has been visited.
 */
struct phones_entry {
	const char *user, *number;	/* good during the visit */
	const char *file;
	unsigned int line;
};
int phones_each(const struct config *config,
	void (*visit)(void *data, const struct phones_entry *entry), void *data,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
