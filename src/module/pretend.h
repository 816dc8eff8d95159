/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A login to an account that does not exist: texts, calls and queries as others see them, and
 * nothing is sent, counted in a budget or written to a file. Each function is for such a login
 * alone.
 */
#ifndef SMSOTP_MODULE_PRETEND_H
#define SMSOTP_MODULE_PRETEND_H

#include <stdint.h>

#include "module/outcome.h"
#include "module/text.h"
#include "wire/wire.h"

struct login;

void pretend_first(struct login *login);

/* TEXT_GRANTED, TEXT_SPENT, or TEXT_ENDED with *ret_outcome; the cooldown is over. */
enum text_answer pretend_again(struct login *login, enum wire_task task,
	enum outcome *ret_outcome);

/*
 * What became of the last one: the first of its gateways takes it, but a call of which nobody knows
 * whether it can be made is made by none.
 */
void pretend_follow(struct login *login, int64_t wait_ms);

/* Asked what became of a text, its gateway says that it is on its way. */
void pretend_query(struct login *login, int64_t most_ms);

#endif
