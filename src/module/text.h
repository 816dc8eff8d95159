/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts and calls of one login: reserved, handed to the keeper, followed, logged. */
#ifndef SMSOTP_MODULE_TEXT_H
#define SMSOTP_MODULE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "module/outcome.h"

struct login;

/* What came of asking for another text or for a call. */
enum text_answer {
	TEXT_GRANTED,
	TEXT_COOLDOWN,		/* login->wait_ms: until r and v are allowed */
	TEXT_BUSY,		/* the last one is still being sent */
	TEXT_IMPOSSIBLE,	/* no gateway can call */
	TEXT_SPENT,		/* a budget; login->wait_ms */
	TEXT_ENDED		/* *ret_outcome is how the login ends */
};

/*
 * Reserves the budgets, stores the code's hash and starts the keeper: all in one shelter, so that
 * a caller who stops the host cannot save up texts. Returns OUTCOME_ACCEPTED if the text is on its
 * way, OUTCOME_WAITING if none is because another login waits for its own (remember_wait), else how
 * the login ends: OUTCOME_REMEMBERED if the store has found a success that still counts.
 */
enum outcome text_first(struct login *login) __attribute__((warn_unused_result));

/* The same live code again, to the same phone or to phones.number[phone]. */
enum text_answer text_again(struct login *login, size_t phone, enum outcome *ret_outcome);

/* The same live code, read out by a call to the same phone. */
enum text_answer text_call(struct login *login, enum outcome *ret_outcome);

/* Whether a gateway is known that can call. */
bool text_can_call(const struct login *login);

/* Whether every gateway that was asked for the last call has said that it makes none. */
bool text_none_called(const struct login *login);

/*
 * Takes in what became of it, waiting at most wait_ms for an end, and logs each attempt that has
 * ended.
 */
void text_follow(struct login *login, int64_t wait_ms);

/* Ends the keeper; takes back a reservation whose text was never begun, with its code. */
void text_end(struct login *login);

#endif
