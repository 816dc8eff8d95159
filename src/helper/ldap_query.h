/* SPDX-License-Identifier: BSD-2-Clause */
/* One search on one connection: TLS, login, the entry's values. */
#ifndef SMSOTP_HELPER_LDAP_QUERY_H
#define SMSOTP_HELPER_LDAP_QUERY_H

#include "wire/deadline.h"
#include "wire/wire.h"

struct ldap_place;
struct ldap_settings;

struct ldap_query {
	const struct ldap_settings *settings;
	const struct ldap_place *place;
	const char *filter;	/* for the user */
	struct deadline deadline;	/* told to the server; whoever calls ends the connection */
};

/*
 * Takes the connected socket over and closes it. *ret_reply says what became of it: ACCEPTED with
 * numbers, also where there is no entry; UNREACHABLE and PASSING where another server may do
 * better; OPERATOR where only an administrator can. detail is as the server gave it, not yet fit
 * for the log, and of any length up to its size.
 */
void ldap_query_run(const struct ldap_query *query, int socket, struct wire_reply *ret_reply);

#endif
