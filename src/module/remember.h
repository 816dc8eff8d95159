/* SPDX-License-Identifier: BSD-2-Clause */
/* Successes that count again for their place, and logins that wait for another one there. */
#ifndef SMSOTP_MODULE_REMEMBER_H
#define SMSOTP_MODULE_REMEMBER_H

#include "module/outcome.h"

struct login;

/*
 * Finds out where this login comes from, if smsotp.conf has successes remembered. Without a place,
 * and for an account that does not exist, nothing is remembered and nobody waits. The user's phones
 * are known by now: they are part of it, so that a new number ends what the old one has proved.
 */
void remember_prepare(struct login *login);

/*
 * Another login of the same place waits for its code: nothing was sent, and the person is told so.
 * Returns OUTCOME_ACCEPTED once a code of its own has been texted, else how the login ends.
 */
enum outcome remember_wait(struct login *login) __attribute__((warn_unused_result));

/* This login's end, where its code lives on for others: they need not wait for it any more. */
void remember_leave(struct login *login);

#endif
