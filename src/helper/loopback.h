/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts of URLs that are this machine: there alone TLS may be missing. */
#ifndef SMSOTP_HELPER_LOOPBACK_H
#define SMSOTP_HELPER_LOOPBACK_H

#include <netinet/in.h>
#include <stdbool.h>

/*
 * Whether host is this machine: an address, of IPv6 also without the brackets of a URL, or
 * "localhost", which must then be reached without asking a resolver.
 */
bool loopback_is(const char *host) __attribute__((warn_unused_result));

/* An IPv6 address as a URL has it, "[…]". */
bool loopback_address6(const char *host, struct in6_addr *ret_address)
	__attribute__((warn_unused_result));

#endif
