/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be found nowhere: the codes that were texted, whole phone numbers, and what was typed.
 * Looked for in log lines and messages, in state files and their names, in the arguments and
 * environment of helpers, and in this process's memory.
 */
#ifndef SMSOTP_TESTS_SECRETS_H
#define SMSOTP_TESTS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

struct world;
struct secrets;

struct secrets *secrets_new(struct world *world);
void secrets_free(struct secrets **secrets);

/* An answer was typed. Shorter ones than 6 bytes are no secret. */
void secrets_typed(struct secrets *secrets, const char *answer);

/* Keeps what the processes below show of themselves now. */
void secrets_watch_below(struct secrets *secrets);

/*
 * Each returns what was found ("a code", …), or NULL. typed_too: what was typed counts as well.
 */
const char *secrets_in_words(const struct secrets *secrets, const char *text, bool typed_too);
const char *secrets_in_bytes(const struct secrets *secrets, const char *bytes, size_t size);
const char *secrets_in_below(const struct secrets *secrets);

/* Whether this process's own writable memory holds that text's code. */
bool secrets_in_memory(const struct secrets *secrets, size_t text);

/* The login is over: forgets what was typed and watched. */
void secrets_forget(struct secrets *secrets);

#endif
