/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks: what is one, and which clients are in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/client.h"

static void
networks_hold_their_addresses(void **state)
{
	static const struct { const char *network, *client; bool in; } rows[] = {
		{ "10.0.0.0/8", "10.0.0.0", true },
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.6/31", "192.0.2.7", true },
		{ "192.0.2.6/31", "192.0.2.8", false },
		{ "192.0.2.7/32", "192.0.2.7", true },
		{ "192.0.2.7/32", "192.0.2.6", false },
		{ "192.0.2.7", "192.0.2.7", true },
		{ "192.0.2.7", "192.0.2.6", false },
		{ "128.0.0.0/1", "128.0.0.1", true },
		{ "128.0.0.0/1", "127.255.255.255", false },
		{ "0.0.0.0/0", "0.0.0.0", true },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "::1", true },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "10.0.0.1", false },
		{ "::/0", "::ffff:10.0.0.1", false },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/32", "2001:DB8::1", true },
		{ "2001:db8::/32", "2001:db9::", false },
		{ "2001:db8::8000:0:0:0/65", "2001:db8::ffff:0:0:1", true },
		{ "2001:db8::8000:0:0:0/65", "2001:db8::7fff:0:0:1", false },
		{ "2001:db8::1/128", "2001:db8::1", true },
		{ "2001:db8::1/128", "2001:db8::2", false },
		{ "2001:db8::1", "2001:db8:0::0:1", true },
		{ "2001:db8::1", "2001:db8::3", false },
		/* IPv4 mapped into IPv6 is IPv4, on either side. */
		{ "10.0.0.0/8", "::ffff:10.1.2.3", true },
		{ "10.0.0.0/8", "::ffff:0a01:0203", true },
		{ "10.0.0.0/8", "::ffff:11.1.2.3", false },
		{ "::ffff:10.0.0.0/104", "10.1.2.3", true },
		{ "::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true },
		{ "::ffff:10.0.0.0/104", "11.1.2.3", false },
		{ "::ffff:0.0.0.0/96", "203.0.113.1", true },
		{ "::ffff:10.1.2.3", "10.1.2.3", true },
		/* The older form with an IPv4 address in it is not that. */
		{ "10.0.0.0/8", "::10.1.2.3", false },
		/* Names, and what only looks like an address. */
		{ "0.0.0.0/0", "localhost", false },
		{ "10.0.0.0/8", "10.0.0.1.example.org", false },
		{ "10.0.0.0/8", "10.0.0.1 ", false },
		{ "10.0.0.0/8", " 10.0.0.1", false },
		{ "10.0.0.0/8", "10.0.0.1.", false },
		{ "10.0.0.0/8", "10.1", false },
		{ "10.0.0.0/8", "167772161", false },
		{ "10.0.0.0/8", "0x0a000001", false },
		{ "10.0.0.0/8", "010.0.0.1", false },
		{ "10.0.0.0/8", "10.0.0.1/8", false },
		{ "10.0.0.0/8", "10.0.0.1%eth0", false },
		{ "10.0.0.0/8", "[10.0.0.1]", false },
		{ "0.0.0.0/0", "", false },
		{ "::/0", "", false },
		{ "fe80::/10", "fe80::1", true },
		{ "fe80::/10", "fe80::1%eth0", false },
		{ "fe80::/10", "fe80::1%2", false },
		{ "10.0.0.0/8", "::ffff:10.0.0.1%eth0", false },
		{ "::/0", "[::1]", false },
		{ "::/0", ":", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct client_network network;

		assert_null(client_network_read(rows[i].network, &network));
		if (client_in_network(rows[i].client, &network) != rows[i].in)
			fail_msg("%s in %s", rows[i].client, rows[i].network);
		assert_false(client_in_network(NULL, &network));
	}
}

static void
what_is_no_network(void **state)
{
	static const char *const others[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/128", "::/129", "::/1000",
		"::/4294967296", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ",
		"10.0.0.0/08", "10.0.0.0/00", "10.0.0.0/8/8", "10.0.0.0/0x8", "10.0.0.0/a",
		"10.0.0.0/255.0.0.0", "10.0.0/24", "10/8", "10.", "10.0.0.256/32", "010.0.0.0/8",
		"localhost", "example.org/24", "*", "fe80::1%eth0", "fe80::%eth0/64", "[::1]",
		"[::]/0", "2001:db8::/32,10.0.0.0/8", "10.0.0.0-10.0.0.255",
		/* Bits beyond the prefix. */
		"10.0.0.1/8", "10.1.0.0/8", "0.0.0.1/0", "128.0.0.0/0", "192.0.2.7/31",
		"192.0.2.129/25", "2001:db8::1/32", "2001:db8::1/127", "::1/0", "8000::/0",
		"2001:db8:8000::/32",
		/* A network of mapped addresses and of others. */
		"::ffff:10.0.0.0/95", "::ffff:0.0.0.0/0", "::ffff:10.0.0.0/8",
		"::ffff:10.0.0.1/104",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/32",
	};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct client_network network = { .size = 99 };

		if (client_network_read(others[i], &network) == NULL)
			fail_msg("a network: \"%s\"", others[i]);
		assert_int_equal(network.size, 99);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_hold_their_addresses),
		cmocka_unit_test(what_is_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
