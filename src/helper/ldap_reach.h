/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a directory by a deadline: libldap's own would wait for the resolver. */
#ifndef SMSOTP_HELPER_LDAP_REACH_H
#define SMSOTP_HELPER_LDAP_REACH_H

#include "wire/deadline.h"

struct ldap_place;

/*
 * The socket, CLOEXEC and blocking; or -1, *ret_why being why, in static words. Every address has
 * its share of the time. A resolver that does not answer is left behind in a thread of its own,
 * which ends with it or with the process.
 */
int ldap_reach(const struct ldap_place *place, struct deadline deadline, const char **ret_why)
	__attribute__((warn_unused_result));

#endif
