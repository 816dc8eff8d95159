/* SPDX-License-Identifier: BSD-2-Clause */
/* What of a directory's values can be a phone number. Pure: no libldap, no memory. */
#ifndef SMSOTP_HELPER_LDAP_NUMBERS_H
#define SMSOTP_HELPER_LDAP_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/wire.h"

#define LDAP_NUMBERS_MAX 8		/* as many as a login goes through */
#define LDAP_NUMBERS_VALUE_MAX 64	/* bytes: the longest that is taken */

/*
 * Appends a value, a comma before it unless it is the first, blanks around it removed. Left out is
 * what is no number whatever the module thinks of it: nothing or too much, bytes that are not
 * UTF-8, control characters, and a comma, which would make more numbers of one. So is what comes
 * after the eighth. numbers is NUL-terminated, before and after. False for a value that says
 * something that cannot be used: who has it is not without a number.
 */
bool ldap_numbers_add(const char *bytes, size_t size, char numbers[static WIRE_NUMBERS_SIZE]);

#endif
