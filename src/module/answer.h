/* SPDX-License-Identifier: BSD-2-Clause */
/* What the person typed: what it means, and whether it is the code. */
#ifndef SMSOTP_MODULE_ANSWER_H
#define SMSOTP_MODULE_ANSWER_H

#include "core/code.h"
#include "core/store.h"
#include "module/converse.h"
#include "module/outcome.h"

/*
 * ssh without a terminal answers every prompt with an empty string at once: without a bound that
 * is a loop at wire speed.
 */
#define ANSWER_NOT_CODES_MAX 5

struct login;

enum answer {
	ANSWER_CODE,
	ANSWER_BACKUP,		/* has the form of a backup code */
	ANSWER_HELP,
	ANSWER_RESEND,
	ANSWER_NEXT,
	ANSWER_CALL,
	ANSWER_OTHER
};

/* *ret_guess is filled for ANSWER_BACKUP, and for ANSWER_CODE unless there is no account. */
enum answer answer_understand(const struct login *login, const char *answer,
	struct code *ret_guess);

/*
 * Compares a guess: OUTCOME_ACCEPTED only after store_verify has found a match, OUTCOME_WRONG_CODE
 * while the login may go on, else how it ends.
 */
enum outcome answer_check(struct login *login, const struct code *guess)
	__attribute__((warn_unused_result));

/* The same of a guess that has been compared, and with login->status as it was left by that. */
enum outcome answer_judge(struct login *login, enum store_result result)
	__attribute__((warn_unused_result));

/* How the login ends when the conversation gave no answer. */
enum outcome answer_missing(const struct login *login, enum converse_result result);

#endif
