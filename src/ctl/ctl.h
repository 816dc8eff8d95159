/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of smsotpctl, and how it speaks: what its commands share. */
#ifndef SMSOTP_CTL_CTL_H
#define SMSOTP_CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/fault.h"
#include "core/store.h"

#define CTL_OPTIONS_MAX 24

/* Exit statuses: smsotpctl(8). */
enum ctl_exit {
	CTL_DONE = 0,
	CTL_FOUND = 1,		/* there is something to say that the caller asked to be told */
	CTL_FAILED = 2,
	CTL_USAGE = 64		/* sysexits.h */
};

struct command;
struct command_option;

struct ctl {
	const struct command *command;
	const char *conf_path;
	char *const *environment;	/* the caller's: for the editor that he chose, and no other
					   program */
	bool json, show;	/* --json; --show: whole numbers */
	char *const *operands;
	size_t operand_count;
	/* The options given, and their values. */
	const struct command_option *options[CTL_OPTIONS_MAX];
	const char *values[CTL_OPTIONS_MAX];
	size_t option_count;
};

/*
 * Prints what a command found: as JSON, or by show for people. Takes document. NULL (no memory)
 * is an error. Returns status, or CTL_FAILED if it could not be printed.
 */
int ctl_print(const struct ctl *ctl, json_t *document, void (*show)(const json_t *document),
	int status);

/*
 * Says what failed and what to do about it (NULL: nothing that is known) on standard error, with
 * --json as {"error": …} on standard output. Returns CTL_FAILED.
 */
int ctl_fail(const struct ctl *ctl, const struct fault *fault, const char *advice);

/* What an administrator can do about a fault of that kind. NULL if that depends. */
const char *ctl_advice(enum fault_kind kind);

/* --- what goes into a document, and comes out of it ------------------------ */

/*
 * A name, a path or what others wrote: what is no UTF-8 becomes "?" and costs no more than itself.
 * NULL becomes null. Returns NULL without memory.
 */
json_t *ctl_text(const char *text);

/* Appends item, which it takes. *list is freed and NULL if there is no memory, or was before. */
void ctl_append(json_t **list, json_t *item);

/* Whole seconds, rounded up: what is promised is kept. */
json_int_t ctl_seconds(int64_t ms);

/* "free", "locked", "disabled". */
const char *ctl_standing_name(enum store_standing standing);

/* Of an object; NULL and 0 where it has none. */
const char *ctl_string(const json_t *object, const char *key);
long long ctl_number(const json_t *object, const char *key);

#endif
