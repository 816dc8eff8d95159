/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway says, made fit for the log: it may repeat the number, the code, or a key. */
#ifndef SMSOTP_HELPER_REDACT_H
#define SMSOTP_HELPER_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/values.h"

/* Whether text holds a secret of values (of three bytes or more). */
bool redact_holds_secret(const char *text, const struct values *values)
	__attribute__((warn_unused_result));

/*
 * Whether text may be logged as a message's number: a word that fits, without what would end it
 * in a log line, and without a secret.
 */
bool redact_passes_id(const char *text, const struct values *values)
	__attribute__((warn_unused_result));

/*
 * Writes text as one line of printable ASCII, cut to size, NUL-terminated: secrets become "***",
 * a URL "<url>", five or more digits, also in groups, "*****" (but not an IPv4 address), what is
 * not printable "?".
 */
void redact_text(const char *text, const struct values *values, char *ret_text, size_t size);

#endif
