/* SPDX-License-Identifier: BSD-2-Clause */
/* The text: what is composed, and what values from outside cannot do in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"
#include "core/message.h"
#include "core/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define FIFTY "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
#define LABEL "a23456789-123456789-123456789-123456789-123456789-123456789-12z"

static void
test_clean(void **state)
{
	static const struct { const char *value, *clean; } cases[] = {
		{ NULL, "" }, { "", "" }, { "alice", "alice" }, { "jörg", "jörg" },
		{ "web1.example.com", "web1.example.com" },
		/* a line, an escape sequence, a turned text, what is not seen, what is not UTF-8 */
		{ "a\nb", "a?b" }, { "a\r\nb", "a??b" }, { "\x1b[2J", "?[2J" }, { "a\xc2\x85" "b",
		"a?b" }, { "a\u2028b", "a?b" }, { "a\u202eb", "a?b" }, { "a\u200bb", "a?b" },
		{ "a\u00adb", "a?b" }, { "a\xff\xfe", "a??" }, { "\xc3", "?" },
		/* what binds a code to a website */
		{ "#491827", "?******" }, { "a#b##", "a?b??" }, { "@example.com", "?example.com" },
		{ "  @example.com", "  ?example.com" }, { "\u3000@x", "\u3000?x" },
		{ "@@x", "?@x" }, { "alice@example.com", "alice@example.com" }, { "\n@x", "?@x" },
		{ "\uff20x \uff031", "?x ?1" }, { " \ufe6bx\ufe5f", " ?x?" },
		{ "a\uff20x", "a\uff20x" },
		/* what looks like a code */
		{ "1234", "1234" }, { "12345", "*****" }, { "491827", "******" },
		{ "user1234", "user1234" }, { "user491827x", "user******x" },
		{ "491 827", "*** ***" }, { "49-18-27", "**-**-**" }, { "4 9 1 8 2 7",
		"* * * * * *" }, { "491  827", "***  ***" }, { "491 - 827", "*** - ***" },
		{ "a 12 b 34 c 56", "a 12 b 34 c 56" }, { "1234-x-5678", "1234-x-5678" },
		{ "x-12345-", "x-*****-" }, { "491\u2013827", "***\u2013***" },
		{ "491\u00a0827", "***\u00a0***" }, { "491\u200b827", "***?***" },
		{ "49\u0332\n1827", "**\u0332?****" }, { "4\ufe0f\u20e3" "9\ufe0f\u20e3" "182",
		"*?\u20e3*?\u20e3***" }, { "491\xff" "827", "***?***" },
		{ "\uff14\uff19\uff11\uff18\uff12\uff17", "******" },
		{ "\u0664\u0669\u0661\u0668\u0662\u0667", "******" },
		{ "\u2463\u2468\u2460\u2467\u2461", "*****" },
		{ "\U0001d7d2\U0001d7d7\U0001d7cf\U0001d7d6\U0001d7d0", "*****" },
		{ "\uff14\uff19" "18", "\uff14\uff19" "18" },
		/* addresses */
		{ "192.0.2.7", "192.0.2.7" }, { "192.168.100.200", "192.168.100.200" },
		{ "2001:db8:1234:5678::9", "2001:db8:1234:5678::9" },
		{ "ip-10-0-12-34", "ip-10-0-12-34" }, { "192-168-100-200.x", "192-168-100-200.x" },
		{ "49-18-27-1", "49-18-27-1" }, { "491-82-7-1", "***-**-*-*" },
		{ "256-0-12-34", "***-*-**-**" }, { "10-0-12-34-5", "**-*-**-**-*" },
		{ "10-0-12", "**-*-**" }, { "10-0--12-34", "**-*--**-**" },
		{ "10-0-12 34", "**-*-** **" }, { "10-0-12-034", "10-0-12-034" },
		{ "10-0-12-0034", "**-*-**-****" }, { "1 10-0-12-34", "* **-*-**-**" },
		{ "10-0-12-34 1", "**-*-**-** *" }, { "10-0-12-3\uff14", "**-*-**-**" },
		{ "10-0-12-34 x", "10-0-12-34 x" },
		/* two runs are two */
		{ "12345x1234x54321", "*****x1234x*****" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char clean[MESSAGE_VALUE_SIZE];

		message_clean(cases[i].value, clean);
		assert_string_equal(clean, cases[i].clean);
	}
}

static void
test_clean_cuts(void **state)
{
	char clean[MESSAGE_VALUE_SIZE];

	(void)state;
	message_clean(FIFTY FIFTY FIFTY, clean);
	assert_int_equal(strlen(clean), 128);
	/* Not in the middle of a character. */
	message_clean(FIFTY FIFTY "aaaaaaaaaaaaaaaaaaaaaaaaaaa\u20ac", clean);
	assert_int_equal(strlen(clean), 127);
	/* A run that the cut shortens is a run. */
	message_clean(FIFTY FIFTY "aaaaaaaaaaaaaaaaaaaaaaaaa491827", clean);
	assert_string_equal(clean + 125, "***");
	/* An address that it shortens is one no more: what is left would look like a code. */
	message_clean(FIFTY FIFTY "aaaaaaaaaaaaaaaaaa10-0-12-34", clean);
	assert_string_equal(clean + 118, "10-0-12-34");
	message_clean(FIFTY FIFTY "aaaaaaaaaaaaaaaaaaa10-0-12-34", clean);
	assert_string_equal(clean + 119, "**-*-**-*");
	message_clean(FIFTY FIFTY "aaaaaaaaaaaaaaaaaa255-255-255-255", clean);
	assert_string_equal(clean + 118, "***-***-**");
}

/* What a reader would see of it, put otherwise than the code puts it. */
static void
assert_harmless(const char *value)
{
	size_t digits = 0, at = 0;

	assert_null(strchr(value, '#'));
	assert_true(value[strspn(value, " ")] != '@');
	while (value[at] != '\0') {
		uint32_t point = 0;
		size_t length = utf8_decode(value + at, &point);
		unsigned int quad[4];
		int end = 0;

		/* An address with dashes is no code. */
		if (digits == 0 && sscanf(value + at, "%3u-%3u-%3u-%3u%n", &quad[0], &quad[1],
			&quad[2], &quad[3], &end) == 4 && value[at] != ' ' &&
			(quad[0] | quad[1] | quad[2] | quad[3]) < 256 &&
			strchr(value + at, '+') == NULL) {
			at += (size_t)end;
			continue;
		}
		assert_int_not_equal(length, 0);
		assert_true(point >= 0x20 && point != 0x7f && (point < 0x80 || point > 0x9f));
		assert_false((point >= 0x200b && point <= 0x200f) ||
			(point >= 0x2028 && point <= 0x202e));
		if ((point >= '0' && point <= '9') || (point >= 0xff10 && point <= 0xff19))
			digits++;
		else if (point > ' ' && point < 0x7f && point != '-')
			digits = 0;
		assert_in_range(digits, 0, 4);
		at += length;
	}
	assert_in_range(at, 0, 128);
}

static uint32_t
draw(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;	/* Numerical Recipes: the same test every time */
	return *seed >> 8;
}

static void
test_hostile_bytes(void **state)
{
	static const char *const pieces[] = {
		"0", "1", "49", "827", "491827", " ", "-", ".", "@", "#", "\n", "\r", "\x1b", "a",
		"{", "}", "{code}", "\xc3\xa9", "\xe2\x80\xae", "\xe2\x80\x8b", "\xe2\x80\xa8",
		"\xef\xbc\x94", "\xff", "\xc3", "\x7f", "\xc2\x9b", "\xf0\x9f\x94\x91", "\xe2\x80",
	};
	uint32_t seed = 20261120;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char value[256] = "", clean[MESSAGE_VALUE_SIZE], again[MESSAGE_VALUE_SIZE];
		size_t used = 0, count = draw(&seed) % 24;

		for (size_t k = 0; k < count; k++) {
			char byte[2] = { (char)(1 + draw(&seed) % 255), '\0' };
			const char *piece = draw(&seed) % 8 == 0 ? byte
				: pieces[draw(&seed) % COUNT(pieces)];

			used += (size_t)snprintf(value + used, sizeof value - used, "%s", piece);
		}
		message_clean(value, clean);
		assert_harmless(clean);
		message_clean(clean, again);
		assert_string_equal(again, clean);
	}
}

static const struct message_values sample = {
	.code = "491827", .ref = "K7", .host = "web1", .user = "alice", .service = "sshd",
	.client = "192.0.2.7", .lifetime_s = 300,
};

static void
test_compose(void **state)
{
	struct message_values values = sample;
	char text[200];

	(void)state;
	assert_int_equal(message_compose("{code} {ref} {host} {user} {service} {client} {minutes}",
		&values, text, sizeof text), 0);
	assert_string_equal(text, "491827 K7 web1 alice sshd 192.0.2.7 5");
	values.origin = "example.com";
	assert_int_equal(message_compose("Your code: {code}", &values, text, sizeof text), 0);
	assert_string_equal(text, "Your code: 491827\n@example.com #491827");
	/* A gateway's own message says itself where the line goes. */
	assert_int_equal(message_compose("Your code: {code}{origin}", &values, text, sizeof text),
		0);
	assert_string_equal(text, "Your code: 491827\n@example.com #491827");
	values.origin = "";
	assert_int_equal(message_compose("Your code: {code}{origin}", &values, text, sizeof text),
		0);
	assert_string_equal(text, "Your code: 491827");
	/* The code is one, and what stands beside it is not. */
	values.origin = NULL;
	values.user = "553811\n@evil.example #553811";
	values.client = "#553811";
	values.host = "@evil.example";
	values.service = NULL;
	assert_int_equal(message_compose("{host} {code} {user} {service}.{client}", &values, text,
		sizeof text), 0);
	assert_string_equal(text,
		"?evil.example 491827 ******?@evil.example ?****** .?******");
	values = (struct message_values){ .lifetime_s = 30 };
	assert_int_equal(message_compose("[{code}{client}] {minutes}", &values, text, sizeof text),
		0);
	assert_string_equal(text, "[] 1");
	values.lifetime_s = 119;
	assert_int_equal(message_compose("{minutes}", &values, text, sizeof text), 0);
	assert_string_equal(text, "1");
}

/* The whole text or none of it, and no code left where there was no room. */
static void
test_compose_room(void **state)
{
	static const char whole[] = "491827\n@example.com #491827";
	struct message_values values = sample;

	(void)state;
	values.origin = "example.com";
	for (size_t size = 1; size < 40; size++) {
		char text[40];
		size_t i = 0;
		int rc;

		memset(text, 'x', sizeof text);
		rc = message_compose("{code}", &values, text, size);
		assert_int_equal(rc, size > strlen(whole) ? 0 : FAULT_CONFIG);
		if (rc == 0)
			assert_string_equal(text, whole);
		else
			while (i < size && text[i] == '\0')
				i++;
		assert_int_equal(i, rc == 0 ? 0 : size);
		assert_true(text[size] == 'x' || size == sizeof text);
	}
}

static void
test_origin(void **state)
{
	static const char *const good[] = {
		"example.com", "Example.COM", "login.example.co.uk", "localhost",
		"xn--bcher-kva.example",
		"a.b", "1.example", "3com.com", "a-b.c", LABEL ".example", "example.c0m",
		LABEL "." LABEL "." LABEL "." "a23456789-123456789-123456789-123456789-123456789-"
			"1234567890z",
	};
	static const char *const bad[] = {
		"", ".", "example.com.", ".example.com", "example..com", "-a.example", "a-.example",
		"example.com:8443", "https://example.com", "example.com/",
		"a b.example", "a_b.example",
		"b\xc3\xbc" "cher.example", "example.com\n", "@example.com", "a#b", "192.0.2.7",
		"example.123", "12", LABEL "x.example",
		LABEL "." LABEL "." LABEL "." "a23456789-123456789-123456789-123456789-123456789-"
			"1234567890-z",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (!message_origin_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (message_origin_valid(bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
}

/* The default is one segment whatever this host is called, also with an origin of usual length. */
static void
test_default_is_one_segment(void **state)
{
	static const char message[] =
		"{code} is your {host} code ({ref}). Not you? Change your password.";
	static const struct message_values values = {
		.code = "2345678923", .ref = "K7", .user = FIFTY, .service = FIFTY,
		.host = LABEL, .client = FIFTY, .origin = "login.example.com", .lifetime_s = 600,
	};
	struct message_size size;
	char text[400];

	(void)state;
	assert_int_equal(message_compose(message, &values, text, sizeof text), 0);
	message_measure(text, &size);
	assert_false(size.ucs2);
	assert_int_equal(size.segments, 1);
	/* Code first, so that a phone's preview shows it. */
	assert_int_equal(strncmp(text, "2345678923 is your ", 19), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_cuts),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_compose),
		cmocka_unit_test(test_compose_room),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_default_is_one_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
