/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

enum { KIND_IPV4 = 4, KIND_IPV6 = 6, KIND_NAME = 'n' };

#define IPV6_PREFIX 8
#define IPV4_MAPPED_PREFIX 12	/* bytes of IPv6 before the IPv4 address */

static void
put(struct client *client, uint8_t kind, const void *bytes, size_t size)
{
	client->bytes[0] = kind;
	memcpy(&client->bytes[1], bytes, size);
	client->size = 1 + size;
}

/*
 * The bytes of a numeric address; one of IPv4 mapped into IPv6 is one of IPv4. Returns how many: 4,
 * 16, or 0 if it is none.
 */
static unsigned int
read_address(const char *text, uint8_t ret_bytes[static CLIENT_ADDRESS_SIZE])
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (inet_pton(AF_INET, text, &ipv4) == 1) {
		memcpy(ret_bytes, &ipv4, sizeof ipv4);
		return sizeof ipv4;
	}
	if (inet_pton(AF_INET6, text, &ipv6) != 1)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
		memcpy(ret_bytes, &ipv6.s6_addr[IPV4_MAPPED_PREFIX], sizeof ipv4);
		return sizeof ipv4;
	}
	memcpy(ret_bytes, ipv6.s6_addr, sizeof ipv6);
	return sizeof ipv6;
}

/* Without the scope of an IPv6 address ("fe80::1%eth0"), which inet_pton does not know. */
static unsigned int
read_scoped(const char *text, uint8_t ret_bytes[static CLIENT_ADDRESS_SIZE])
{
	char bare[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "%");

	if (length >= sizeof bare)
		return 0;
	memcpy(bare, text, length);
	bare[length] = '\0';
	/* An IPv4 address has no scope: "192.0.2.1%x" is a name. */
	if (text[length] != '\0' && strchr(bare, ':') == NULL)
		return 0;
	return read_address(bare, ret_bytes);
}

void
client_read(const char *text, struct client *ret_client)
{
	struct client client = { .size = 0 };
	uint8_t address[CLIENT_ADDRESS_SIZE];
	char name[CLIENT_SIZE - 1];
	size_t length;

	switch (read_scoped(text, address)) {
	case 4:
		put(&client, KIND_IPV4, address, 4);
		break;
	case 16:
		put(&client, KIND_IPV6, address, IPV6_PREFIX);
		break;
	default:
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

/* Whether the bits from first to last (not included) are 0. */
static bool
clear(const uint8_t bytes[static CLIENT_ADDRESS_SIZE], unsigned int first, unsigned int last)
{
	for (unsigned int bit = first; bit < last; bit++) {
		if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	}
	return true;
}

/* A decimal number up to 128, as one writes it: no sign, no blank, no leading zero. */
static bool
read_prefix(const char *text, unsigned int *ret_prefix)
{
	unsigned int prefix = 0;
	size_t length = strspn(text, "0123456789");

	if (length == 0 || length > 3 || text[length] != '\0' || (text[0] == '0' && length > 1))
		return false;
	for (size_t i = 0; i < length; i++)
		prefix = prefix * 10 + (unsigned int)(text[i] - '0');
	if (prefix > CLIENT_ADDRESS_SIZE * 8)
		return false;
	*ret_prefix = prefix;
	return true;
}

const char *
client_network_read(const char *text, struct client_network *ret_network)
{
	static const char not_one[] =
		"not a network; for instance \"10.0.0.0/8\" or \"2001:db8::/32\"";
	struct client_network network = { .size = 0 };
	const size_t length = strcspn(text, "/");
	char address[INET6_ADDRSTRLEN];

	if (length >= sizeof address)
		return not_one;
	memcpy(address, text, length);
	address[length] = '\0';
	network.size = read_address(address, network.bytes);
	network.prefix = network.size * 8;
	if (network.size == 0)
		return not_one;
	if (text[length] == '/') {
		const bool mapped = network.size == 4 && strchr(address, ':') != NULL;
		const unsigned int before = mapped ? IPV4_MAPPED_PREFIX * 8 : 0;
		unsigned int prefix;

		if (!read_prefix(text + length + 1, &prefix))
			return not_one;
		if (prefix < before || prefix - before > network.size * 8)
			return "its prefix is not one of such addresses";
		network.prefix = prefix - before;
	}
	/* "10.1.2.3/8": was the network meant or the address? */
	if (!clear(network.bytes, network.prefix, network.size * 8))
		return "has bits beyond its prefix";
	*ret_network = network;
	return NULL;
}

bool
client_in_network(const char *client, const struct client_network *network)
{
	uint8_t bytes[CLIENT_ADDRESS_SIZE] = { 0 };

	if (client == NULL || read_address(client, bytes) != network->size)
		return false;
	for (unsigned int i = 0; i < network->size; i++)
		bytes[i] ^= network->bytes[i];
	return clear(bytes, 0, network->prefix);
}
