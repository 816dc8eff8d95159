/* SPDX-License-Identifier: BSD-2-Clause */
/* The phone of a login. */
#ifndef SMSOTP_MODULE_PHONE_H
#define SMSOTP_MODULE_PHONE_H

#include "module/outcome.h"

struct login;

/*
 * Asks the phone sources for the account, which exists, unless that was done before: into
 * login->phones and login->phones_fault.
 */
void phone_ask(struct login *login);

/*
 * The phone to text, into login->phones; an invented one for an account that does not exist.
 * OUTCOME_ACCEPTED: there is one.
 */
enum outcome phone_find(struct login *login) __attribute__((warn_unused_result));

#endif
