/* SPDX-License-Identifier: BSD-2-Clause */
/* Who counts as one client, and from which network: what PAM_RHOST says, brought into one form. */
#ifndef SMSOTP_CORE_CLIENT_H
#define SMSOTP_CORE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_SIZE 256

struct client {
	size_t size;
	uint8_t bytes[CLIENT_SIZE];
};

/*
 * An IPv4 address, also one mapped into IPv6, stands for itself; an IPv6 address for its /64, which
 * one customer has whole; anything else is a host name: lower case, without a dot at its end, cut
 * at 255 bytes.
 */
void client_read(const char *text, struct client *ret_client);

#define CLIENT_ADDRESS_SIZE 16

/* Addresses that begin alike; a single address is one, too. */
struct client_network {
	unsigned int size;	/* bytes of an address: 4 or 16 */
	unsigned int prefix;	/* bits of it that count */
	uint8_t bytes[CLIENT_ADDRESS_SIZE];
};

/*
 * Reads "10.0.0.0/8", "2001:db8::/32", or an address alone. One of IPv4 mapped into IPv6 is one of
 * IPv4. Returns NULL, or what is wrong: a static text.
 */
const char *client_network_read(const char *text, struct client_network *ret_network)
	__attribute__((warn_unused_result));

/*
 * Whether client is an address in the network. A host name is in none, not even if it looks much
 * like an address: it is what the client's own name server says. Neither is an address with a
 * scope ("fe80::1%eth0"), which is another one on every link; nor NULL.
 */
bool client_in_network(const char *client, const struct client_network *network);

#endif
