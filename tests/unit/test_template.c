/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/template.h"
#include "core/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const names[] = { "code", "host", "ref", "phone", NULL };

static void
test_check(void **state)
{
	static const struct {
		const char *text, *error;
		size_t column;
	} cases[] = {
		{ "", NULL, 0 },
		{ "plain", NULL, 0 },
		{ "{code} is your {host} code ({ref}). Not you? Change your password.", NULL, 0 },
		{ "{code}{code}", NULL, 0 },
		{ "{{code}} {{ }}", NULL, 0 },
		{ "{{{code}}}", NULL, 0 },
		{ "Ihr Schl\u00fcssel: {code} \u2713 \U0001f511", NULL, 0 },
		{ "\u200f{code}", NULL, 0 },
		{ "{nope}", "an unknown {variable}", 1 },
		{ "{code} {nope}", "an unknown {variable}", 8 },
		{ "{}", "an unknown {variable}", 1 },
		{ "{Code}", "an unknown {variable}", 1 },
		{ "{ code}", "an unknown {variable}", 1 },
		{ "{cod}", "an unknown {variable}", 1 },
		{ "{codes}", "an unknown {variable}", 1 },
		{ "{code", "{ without }; a brace itself is written {{", 1 },
		{ "ab{", "{ without }; a brace itself is written {{", 3 },
		{ "{{{", "{ without }; a brace itself is written {{", 3 },
		{ "{co{code}", "{ without }; a brace itself is written {{", 1 },
		{ "code}", "} without {; a brace itself is written }}", 5 },
		{ "{code}}", "} without {; a brace itself is written }}", 7 },
		{ "a\nb", "a control character", 2 },
		{ "a\tb", "a control character", 2 },
		{ "\x1b[31m", "a control character", 1 },
		{ "ab\x7f", "a control character", 3 },
		{ "\xc2\x9b" "31m", "a control character", 1 },
		{ "ab\u2028", "a control character", 3 },
		{ "ab\xff", "not UTF-8", 3 },
		{ "Schl\xfcssel", "not UTF-8", 5 },
		{ "\xc0\xaf", "not UTF-8", 1 },
		{ "\u00fc{x}", "an unknown {variable}", 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t column = 4711;
		const char *error = template_check(cases[i].text, names, &column);

		if (cases[i].error == NULL) {
			if (error != NULL)
				fail_msg("\"%s\": %s", cases[i].text, error);
			assert_int_equal(column, 4711);
			continue;
		}
		if (error == NULL)
			fail_msg("\"%s\" passed", cases[i].text);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(column, cases[i].column);
		assert_string_equal(template_check(cases[i].text, names, NULL), cases[i].error);
	}
	assert_non_null(template_check("{code}", (const char *const[]){ NULL }, NULL));
}

static void
test_name_at(void **state)
{
	size_t length = 4711;
	const char *name = template_name_at("{code} {nope}", 8, &length);

	(void)state;
	assert_int_equal(length, 4);
	assert_memory_equal(name, "nope", length);
	assert_non_null(template_name_at("{}", 1, &length));
	assert_int_equal(length, 0);
	length = 4711;
	assert_null(template_name_at("{code", 1, &length));
	assert_null(template_name_at("a\n", 2, &length));
	assert_null(template_name_at("ab", 3, &length));
	assert_int_equal(length, 4711);
}

static void
test_uses(void **state)
{
	(void)state;
	assert_true(template_uses("{code}", "code"));
	assert_true(template_uses("a {ref} b {code}", "code"));
	assert_true(template_uses("{{{code}}}", "code"));
	assert_false(template_uses("", "code"));
	assert_false(template_uses("code", "code"));
	assert_false(template_uses("{{code}}", "code"));
	assert_false(template_uses("{codes} {cod}", "code"));
	assert_false(template_uses("{code", "code"));
	assert_true(template_uses("\xff { } {code}", "code"));
}

static void
expect(const char *text, const char *value, const char *wanted)
{
	const struct template_value values[] = {
		{ "ref", "K7" }, { "code", value }, { "host", "web1" }, { "none", NULL },
	};
	char expanded[1024];

	memset(expanded, 'x', sizeof expanded);
	assert_int_equal(template_expand(text, values, COUNT(values), expanded, sizeof expanded),
		0);
	assert_string_equal(expanded, wanted);
}

static void
test_expand(void **state)
{
	(void)state;
	expect("", "491827", "");
	expect("plain", "491827", "plain");
	expect("{code} is your {host} code ({ref}).", "491827", "491827 is your web1 code (K7).");
	expect("{{{code}}} {{x}}", "491827", "{491827} {x}");
	expect("[{none}] [{absent}]", "491827", "[] []");
	expect("[{code}]", NULL, "[]");
	/* A value is never expanded in its turn. */
	expect("{code} {ref}", "{ref}{{", "{ref}{{ K7");
	/* What template_check refuses does no harm here either. */
	expect("a\nb\x1b {code", "491827", "a?b? ?code");
}

static void
test_expand_cleans_values(void **state)
{
	(void)state;
	expect("{code}.", "a\nb\rc\td", "a?b?c?d.");
	expect("{code}.", "\x1b[31mred\x7f", "?[31mred?.");
	expect("{code}.", "\xc2\x9b" "31m \xc2\x85", "?31m ?.");
	expect("{code}.", "\u2028@bank.example #123456", "?@bank.example #123456.");
	expect("{code}.", "\u202egnp.exe", "?gnp.exe.");
	expect("{code}.", "\u2066x\u2069", "?x?.");
	expect("{code}.", "\xff\xfe\xc3", "???.");
	expect("{code}.", "\xe2\x82", "??.");
	expect("{code}.", "\xc0\x8a", "??.");
	expect("{code}.", "M\u00fcller \u2713 \U0001f511", "M\u00fcller \u2713 \U0001f511.");
}

/*
 * 128 bytes of a value; a character that would cross the line is left out whole, and nothing after
 * it comes in.
 */
static void
test_expand_cuts_values(void **state)
{
	char value[256], wanted[256];

	(void)state;
	for (size_t length = 120; length < 140; length++) {
		size_t kept = length < 128 ? length : 128;

		memset(value, 'v', length);
		value[length] = '\0';
		memset(wanted, 'v', kept);
		strcpy(wanted + kept, ".");
		expect("{code}.", value, wanted);
	}
	for (size_t before = 124; before <= 128; before++) {
		memset(value, 'v', before);
		strcpy(value + before, "\u2713z");
		memset(wanted, 'v', before);
		strcpy(wanted + before, before + 3 <= 128 ? "\u2713" : "");
		if (before + 4 <= 128)
			strcat(wanted, "z");
		strcat(wanted, ".");
		expect("{code}.", value, wanted);
	}
}

/*
 * Into every size: never past the end, always ended, always whole characters, and said if something
 * is missing.
 */
static void
test_expand_cuts_result(void **state)
{
	static const struct template_value values[] = {
		{ "code", "\u2713\U0001f511v" }, { "ref", "K7" },
	};
	static const char text[] = "\u00fc{code}{{{ref}}}z";
	static const char whole[] = "\u00fc\u2713\U0001f511v{K7}z";

	(void)state;
	for (size_t size = 0; size < sizeof whole + 8; size++) {
		char bytes[sizeof whole + 16];
		uint32_t point;
		int result;

		memset(bytes, '\x5a', sizeof bytes);
		result = template_expand(text, values, COUNT(values), bytes, size);
		assert_int_equal(result, size >= sizeof whole ? 0 : -1);
		for (size_t i = size; i < sizeof bytes; i++)
			assert_int_equal(bytes[i], 0x5a);
		if (size == 0)
			continue;
		assert_non_null(memchr(bytes, '\0', size));
		assert_memory_equal(bytes, whole, strlen(bytes));
		assert_true(strlen(bytes) + 4 >= size || size > sizeof whole);
		for (const char *p = bytes; *p != '\0';) {
			size_t step = utf8_decode(p, &point);

			assert_int_not_equal(step, 0);
			p += step;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_name_at),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_expand_cleans_values),
		cmocka_unit_test(test_expand_cuts_values),
		cmocka_unit_test(test_expand_cuts_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
