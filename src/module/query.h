/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a gateway what became of a text it has taken. */
#ifndef SMSOTP_MODULE_QUERY_H
#define SMSOTP_MODULE_QUERY_H

struct login;

/*
 * Asks, if the last text was taken by a gateway that can be asked, and nothing final is known yet:
 * login->delivery is the answer, UNKNOWN if there is none. Takes at most three seconds; logs each
 * query. The text itself is over and done with: its keeper is ended, and what login->sent and
 * login->taken say of it stays.
 */
void query_ask(struct login *login);

#endif
