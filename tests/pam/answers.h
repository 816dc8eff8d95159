/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gateways that give the answers a script says: small HTTP servers on loopback, all in one process
 * beside the script's. It may not be the script's child, for a login must leave no process behind;
 * and the texts are in it, for the script's own memory is searched for codes.
 */
#ifndef SMSOTP_TESTS_ANSWERS_H
#define SMSOTP_TESTS_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The runner's: forks the process before that of the script, which finds it by itself. -1 with
 * errno. answers_stop ends and reaps it; safe on -1.
 */
pid_t answers_start(void);
void answers_stop(pid_t pid);

/*
 * A gateway's answers: README.md has the language. Returns its port, or 0 with why not in ret_text.
 * Texts that it takes are written to the outbox.
 */
unsigned int answers_add(const char *name, const char *answers, const char *outbox,
	char *ret_text, size_t size);

/* How many requests of a kind ("text", "call", "status") it got. */
unsigned int answers_count(const char *name, const char *kind);

/* Whether the NUMBERth of them, counted from 1, matches: path and decoded body. */
bool answers_match(const char *name, const char *kind, unsigned int number,
	const char *pattern);

#endif
