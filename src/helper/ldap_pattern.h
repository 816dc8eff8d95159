/* SPDX-License-Identifier: BSD-2-Clause */
/* filter: whom a directory is asked for, with the user's name escaped as RFC 4515 wants it. */
#ifndef SMSOTP_HELPER_LDAP_PATTERN_H
#define SMSOTP_HELPER_LDAP_PATTERN_H

#include "helper/buffer.h"

struct conf_at;

/*
 * NULL, or what is wrong with a filter that is well-formed as a template: without {user} it finds
 * the same for everybody, and only in a value is what is put there escaped; the rest libldap's own
 * parser judges.
 */
const char *ldap_pattern_check(const char *filter) __attribute__((warn_unused_result));

/* Appends the filter for one user; a failure of memory spoils the buffer. */
void ldap_pattern_fill(const char *filter, const char *user, struct buffer *filled);

#endif
