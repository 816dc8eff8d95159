/* SPDX-License-Identifier: BSD-2-Clause */
/* uri: where a directory is, and how it is spoken to. */
#ifndef SMSOTP_HELPER_LDAP_PLACE_H
#define SMSOTP_HELPER_LDAP_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

enum ldap_place_kind {
	LDAP_PLACE_LOCAL,	/* ldapi: a socket of this machine */
	LDAP_PLACE_PLAIN,	/* ldap to loopback */
	LDAP_PLACE_STARTTLS,	/* ldap, TLS before anything else */
	LDAP_PLACE_TLS		/* ldaps */
};

#define LDAP_PLACE_HOST_SIZE 254	/* a domain name, RFC 1035, section 2.3.4 */

struct ldap_place {
	enum ldap_place_kind kind;
	const char *uri;	/* borrowed */
	char host[LDAP_PLACE_HOST_SIZE];	/* an IPv6 address without brackets; "" for LOCAL */
	uint16_t port;		/* 0 for LOCAL */
	struct sockaddr_un local;	/* LOCAL */
};

/*
 * NULL, or what is wrong with it. Refused: other schemes, anything behind host and port, a host
 * without TLS that is not loopback, and TLS with "localhost", in whose place libldap would look for
 * this machine's own name in the certificate.
 */
const char *ldap_place_read(const char *uri, bool starttls, struct ldap_place *ret_place)
	__attribute__((warn_unused_result));

#endif
