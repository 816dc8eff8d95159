/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/loopback.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

bool
loopback_address6(const char *host, struct in6_addr *ret_address)
{
	char bare[INET6_ADDRSTRLEN] = "";
	size_t length = strlen(host);

	if (host[0] != '[' || length < 3 || length - 2 >= sizeof bare)
		return false;
	memcpy(bare, host + 1, length - 2);
	return inet_pton(AF_INET6, bare, ret_address) == 1;
}

bool
loopback_is(const char *host)
{
	struct in_addr address;
	struct in6_addr address6;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &address) == 1)
		return ntohl(address.s_addr) >> 24 == 127;
	return (loopback_address6(host, &address6) || inet_pton(AF_INET6, host, &address6) == 1) &&
		IN6_IS_ADDR_LOOPBACK(&address6);
}
