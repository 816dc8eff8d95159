/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a source of phone numbers that smsotp-lookup asks in a process of its own. */
#ifndef SMSOTP_WIRE_LOOKUP_H
#define SMSOTP_WIRE_LOOKUP_H

#include <stdbool.h>

#include "core/phones.h"

/* No source is waited for longer, whatever its own time-out. */
#define LOOKUP_MAX_MS 10000
/* Of the time in a request, what the helper keeps to say what became of it. */
#define LOOKUP_REPLY_MS 250

/*
 * A phones_ask for kinds LDAP and COMMAND; helper is the absolute path of smsotp-lookup. Starts a
 * keeper: call with no lock held. Returns 0, FAULT_SYSTEM or FAULT_MEMORY: the source could not
 * be asked, in time or at all.
 */
int lookup_ask(const char *helper, const struct config_source *source, const char *user,
	bool *ret_found, char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Whether the files of a source of kind LDAP or COMMAND are right: nobody is asked, and no program
 * is run. The same results.
 */
int lookup_check(const char *helper, const struct config_source *source, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
