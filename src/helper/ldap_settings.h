/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of ldap.conf, as smsotp-ldap.conf(5) describes them. */
#ifndef SMSOTP_HELPER_LDAP_SETTINGS_H
#define SMSOTP_HELPER_LDAP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/ldap_place.h"

struct conf_at;

#define LDAP_SETTINGS_PLACES_MAX 4
#define LDAP_SETTINGS_ATTRIBUTES_MAX 8

/* Zeroed = not read. Strings belong to the file. */
struct ldap_settings {
	struct ldap_place place[LDAP_SETTINGS_PLACES_MAX];
	size_t place_count;
	bool tls;		/* of one place at least */
	const char *bind_dn, *bind_password;	/* NULL: anonymous, or external */
	bool external;		/* SASL EXTERNAL */
	const char *base, *filter;
	int scope;		/* libldap's */
	const char *attribute[LDAP_SETTINGS_ATTRIBUTES_MAX + 1];	/* ends with NULL */
	int64_t timeout_ms;	/* of one look-up, over all places */
};

/*
 * Reads the whole file, and refuses what would not do what it seems to: unknown keys, keys without
 * effect, a name without a password, a filter that libldap does not take. Returns 0, FAULT_CONFIG
 * or FAULT_MEMORY.
 */
int ldap_settings_read(const struct conf_at *at, struct ldap_settings *ret_settings)
	__attribute__((warn_unused_result));

#endif
