/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { KIND_IPV4 = 4, KIND_IPV6 = 6, KIND_NAME = 'n' };

#define IPV6_PREFIX 8

static void
put(struct client *client, uint8_t kind, const void *bytes, size_t size)
{
	client->bytes[0] = kind;
	memcpy(&client->bytes[1], bytes, size);
	client->size = 1 + size;
}

/* Without a scope ("fe80::1%eth0"), which inet_pton does not know. */
static int
read_ipv6(const char *text, struct in6_addr *ret_address)
{
	char bare[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "%");

	if (length >= sizeof bare)
		return 0;
	memcpy(bare, text, length);
	bare[length] = '\0';
	return inet_pton(AF_INET6, bare, ret_address);
}

void
client_read(const char *text, struct client *ret_client)
{
	struct client client = { .size = 0 };
	char name[CLIENT_SIZE - 1];
	struct in_addr ipv4;
	struct in6_addr ipv6;
	size_t length;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		put(&client, KIND_IPV4, &ipv4, sizeof ipv4);
	} else if (read_ipv6(text, &ipv6) == 1) {
		if (IN6_IS_ADDR_V4MAPPED(&ipv6))
			put(&client, KIND_IPV4, &ipv6.s6_addr[12], sizeof ipv4);
		else
			put(&client, KIND_IPV6, ipv6.s6_addr, IPV6_PREFIX);
	} else {
		length = strnlen(text, sizeof name);
		/* Not tolower: the host's locale has no say in who is who. */
		for (size_t i = 0; i < length; i++)
			name[i] = text[i] >= 'A' && text[i] <= 'Z' ?
				(char)(text[i] - 'A' + 'a') : text[i];
		while (length > 0 && name[length - 1] == '.')
			length--;
		put(&client, KIND_NAME, name, length);
	}
	*ret_client = client;
}
