/* SPDX-License-Identifier: BSD-2-Clause */
/* The prompt, until the login ends. */
#ifndef SMSOTP_MODULE_DIALOGUE_H
#define SMSOTP_MODULE_DIALOGUE_H

#include "module/outcome.h"

struct login;

/*
 * Asks for the code until it is right or the login ends some other way. r texts again, n texts
 * the next phone, Enter tells what became of the text. Returns OUTCOME_ACCEPTED only after
 * store_verify has found a match.
 */
enum outcome dialogue_run(struct login *login) __attribute__((warn_unused_result));

/* Says the ending's sentence, if it has one. */
void dialogue_end(const struct login *login, enum outcome outcome);

#endif
