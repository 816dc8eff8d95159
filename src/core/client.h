/* SPDX-License-Identifier: BSD-2-Clause */
/* Who counts as one client: what PAM_RHOST says, brought into one form. */
#ifndef SMSOTP_CORE_CLIENT_H
#define SMSOTP_CORE_CLIENT_H

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

#endif
