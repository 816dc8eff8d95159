/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the description engine: places in JSON, variables, redaction.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/gateway_name.h"
#include "helper/buffer.h"
#include "helper/expand.h"
#include "helper/gateway.h"
#include "helper/jsonpath.h"
#include "helper/redact.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void
test_path_form(void **state)
{
	static const struct {
		const char *path;
		bool read, write;
	} cases[] = {
		{ "a", true, true },
		{ "a.b-c.d e", true, true },
		{ "a[0].b", true, true },
		{ "a[15][3]", true, true },
		{ "a[]", true, false },
		{ "a[?].b", true, false },
		{ "[0]", true, false },
		{ "[]", true, false },
		{ "", false, false },
		{ ".", false, false },
		{ ".a", false, false },
		{ "a.", false, false },
		{ "a..b", false, false },
		{ "a.[0]", false, false },
		{ "a[16]", false, false },
		{ "a[00]", true, true },
		{ "a[000]", false, false },
		{ "a[-1]", false, false },
		{ "a[x]", false, false },
		{ "a[??]", false, false },
		{ "a[0", false, false },
		{ "a]", false, false },
		{ "a[0]b", false, false },
		{ "a[[0]]", false, false },
		{ "a234567890123456789012345678901234567890123456789012345678901234", false,
			false },
		{ "a23456789012345678901234567890123456789012345678901234567890123", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const bool read = jsonpath_check(cases[i].path, JSONPATH_READ) == NULL;
		const bool write = jsonpath_check(cases[i].path, JSONPATH_WRITE) == NULL;

		if (read != cases[i].read || write != cases[i].write)
			fail_msg("\"%s\": read %d, write %d", cases[i].path, read, write);
	}
}

static bool
is_zero(const char *text, bool is_integer, void *data)
{
	(void)is_integer;
	++*(int *)data;
	return text != NULL && strcmp(text, "0") == 0;
}

static void
test_every_and_any(void **state)
{
	static const struct {
		const char *json, *path;
		bool holds;
	} cases[] = {
		{ "{\"m\":[{\"s\":\"0\"}]}", "m[].s", true },
		{ "{\"m\":[{\"s\":\"0\"},{\"s\":\"0\"}]}", "m[].s", true },
		{ "{\"m\":[{\"s\":\"0\"},{\"s\":\"1\"}]}", "m[].s", false },
		{ "{\"m\":[{\"s\":\"1\"},{\"s\":\"0\"}]}", "m[].s", false },
		{ "{\"m\":[{\"s\":\"1\"},{\"s\":\"0\"}]}", "m[?].s", true },
		{ "{\"m\":[{\"s\":\"1\"}]}", "m[?].s", false },
		{ "{\"m\":[{\"s\":\"0\"},{}]}", "m[].s", false },
		{ "{\"m\":[{\"s\":\"0\"},null]}", "m[].s", false },
		{ "{\"m\":[]}", "m[].s", false },
		{ "{\"m\":[]}", "m[?].s", false },
		{ "{\"m\":{}}", "m[].s", false },
		{ "{\"m\":\"0\"}", "m[]", false },
		{ "{}", "m[].s", false },
		{ "{\"m\":[[\"0\"],[\"0\",\"0\"]]}", "m[][]", true },
		{ "{\"m\":[[\"0\"],[]]}", "m[][]", false },
		{ "{\"m\":[[\"1\"],[\"0\",\"1\"]]}", "m[?][?]", true },
		{ "[\"1\",\"0\"]", "[1]", true },
		{ "[\"1\",\"0\"]", "[2]", false },
		{ "{\"a\":{\"b\":0}}", "a.b", true },
		{ "{\"a\":{\"b\":0.0}}", "a.b", false },
		{ "{\"a\":{\"b\":null}}", "a.b", false },
		{ "{\"a\":{\"b\":false}}", "a.b", false },
		{ "{\"a\":{\"b\":{}}}", "a.b", false },
		{ "{\"a.b\":\"0\"}", "a.b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *json = json_loads(cases[i].json, 0, NULL);
		int calls = 0;

		assert_non_null(json);
		if (jsonpath_holds(json, cases[i].path, is_zero, &calls) != cases[i].holds)
			fail_msg("%s at %s", cases[i].json, cases[i].path);
		json_decref(json);
	}
}

static bool
is_nothing(const char *text, bool is_integer, void *data)
{
	(void)is_integer;
	(void)data;
	return text == NULL;
}

static void
test_nothing(void **state)
{
	static const struct {
		const char *json, *path;
		bool holds;
	} cases[] = {
		{ "{}", "a", true },
		{ "{\"a\":null}", "a", true },
		{ "{}", "a.b[2].c", true },
		{ "{\"a\":null}", "a.b", true },
		{ "{\"a\":[1]}", "a[1]", true },
		{ "{\"a\":[1]}", "a[0]", false },
		{ "{\"a\":\"\"}", "a", false },
		{ "{\"a\":0}", "a", false },
		{ "{\"a\":false}", "a", false },
		/* There is something, if nothing that can be compared. */
		{ "{\"a\":{}}", "a", false },
		{ "{\"a\":[]}", "a", false },
		{ "{\"a\":0.5}", "a", false },
		{ "{\"a\":[{},{\"b\":null}]}", "a[].b", true },
		{ "{\"a\":[{},{\"b\":1}]}", "a[].b", false },
		{ "{\"a\":[{},{\"b\":1}]}", "a[?].b", true },
		{ "{\"a\":[{\"b\":1}]}", "a[?].b", false },
		/* Of no element nothing can be said. */
		{ "{\"a\":[]}", "a[].b", false },
		{ "{\"a\":[]}", "a[?].b", false },
		{ "{}", "a[].b", false },
		{ "{}", "a[?].b", false },
		{ "{\"a\":{}}", "a[].b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *json = json_loads(cases[i].json, 0, NULL);

		assert_non_null(json);
		if (jsonpath_holds(json, cases[i].path, is_nothing, NULL) != cases[i].holds)
			fail_msg("%s at %s", cases[i].json, cases[i].path);
		json_decref(json);
	}
}

static void
test_first(void **state)
{
	json_t *json = json_loads("{\"n\":9223372036854775807,\"l\":[{},{\"t\":\"second\"},{\"t\":"
				  "\"third\"}],\"e\":\"\"}", 0, NULL);
	char text[32] = "kept";

	(void)state;
	assert_non_null(json);
	assert_false(jsonpath_first(json, "nothing", text, sizeof text));
	assert_false(jsonpath_first(json, "l[1].t", text, 6));
	assert_string_equal(text, "kept");
	assert_true(jsonpath_first(json, "l[1].t", text, 7));
	assert_string_equal(text, "second");
	assert_true(jsonpath_first(json, "l[?].t", text, sizeof text));
	assert_string_equal(text, "second");
	assert_true(jsonpath_first(json, "n", text, sizeof text));
	assert_string_equal(text, "9223372036854775807");
	assert_true(jsonpath_first(json, "e", text, sizeof text));
	assert_string_equal(text, "");
	json_decref(json);
}

static void
test_put(void **state)
{
	json_t *root = json_object();
	char *text;

	(void)state;
	assert_int_equal(jsonpath_put(root, "a.b", json_string("1")), 0);
	assert_int_equal(jsonpath_put(root, "l[0].x", json_integer(2)), 0);
	assert_int_equal(jsonpath_put(root, "l[1][0]", json_true()), 0);
	assert_int_equal(jsonpath_put(root, "l[0].y", json_null()), 0);
	assert_int_equal(jsonpath_put(root, "a.b", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "a.b.c", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "a[0]", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "l.x", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "l[3]", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "l[1]", json_true()), -1);
	assert_int_equal(jsonpath_put(root, "z", NULL), -1);
	text = json_dumps(root, JSON_COMPACT);
	assert_string_equal(text, "{\"a\":{\"b\":\"1\"},\"l\":[{\"x\":2,\"y\":null},[true]]}");
	free(text);
	json_decref(root);
}

static const struct values some = {
	.item = { { "name", "a/b c%\r\n{x}\xc3\xa9", false }, { "host", "eu-1.x", false },
		{ "empty", NULL, false }, { "key", "hunter2", true },
		{ "to", "+447700900123", true }, { "short", "ab", true } },
	.count = 6
};

static const struct values hostile = {
	.item = { { "name", "a/b c%\r\n{x}\xc3\xa9", false }, { "host", "eu-1.x", false },
		{ "empty", NULL, false }, { "to", "+447700900123", true },
		{ "marks", "<a b='\"'>&\t\r\n]]>\xc3\xa9{x}", false }, { "bell", "\a", false },
		{ "broken", "\xff", false }, { "noncharacter", "\xef\xbf\xbe", false },
		{ "replacement", "\xef\xbf\xbd", false } },
	.count = 9
};

static void
test_expand(void **state)
{
	static const struct {
		const char *text;
		enum expand_place place;
		const char *result;	/* NULL: refused */
	} cases[] = {
		{ "plain", EXPAND_PLAIN, "plain" },
		{ "{name}", EXPAND_PLAIN, "a/b c%\r\n{x}\xc3\xa9" },
		{ "/{name}/x y", EXPAND_URL, "/a%2Fb%20c%25%0D%0A%7Bx%7D%C3%A9/x y" },
		{ "X: {name}", EXPAND_HEADER, NULL },
		{ "X: {host}", EXPAND_HEADER, "X: eu-1.x" },
		{ "https://{host}.example", EXPAND_HOST, "https://eu-1.x.example" },
		{ "https://{name}", EXPAND_HOST, NULL },
		{ "https://{to}", EXPAND_HOST, NULL },
		{ "<{empty}>", EXPAND_URL, "<>" },
		{ "{{{host}}}{{}}", EXPAND_PLAIN, "{eu-1.x}{}" },
		{ "", EXPAND_PLAIN, "" },
		{ "<a>{marks}</a>", EXPAND_XML,
			"<a>&lt;a b=&apos;&quot;&apos;&gt;&amp;&#9;&#13;&#10;]]&gt;\xc3\xa9"
			"{x}</a>" },
		{ "<a>{bell}</a>", EXPAND_XML, NULL },
		{ "<a>{broken}</a>", EXPAND_XML, NULL },
		{ "<a>{noncharacter}</a>", EXPAND_XML, NULL },
		{ "<a>{replacement}</a>", EXPAND_XML, "<a>\xef\xbf\xbd</a>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer buffer = { 0 };
		int rc = expand_add(&buffer, cases[i].text, &hostile, cases[i].place);

		assert_int_equal(rc, cases[i].result != NULL ? 0 : -1);
		if (rc == 0)
			assert_string_equal(buffer_text(&buffer), cases[i].result);
		buffer_free(&buffer);
	}
}

static void
test_buffer_bound(void **state)
{
	struct buffer buffer = { 0 };
	char *block = malloc(BUFFER_MAX);

	(void)state;
	assert_non_null(block);
	memset(block, 'x', BUFFER_MAX);
	buffer_add(&buffer, block, BUFFER_MAX);
	assert_non_null(buffer_text(&buffer));
	assert_int_equal(strlen(buffer_text(&buffer)), BUFFER_MAX);
	buffer_add(&buffer, "y", 1);
	assert_null(buffer_text(&buffer));
	buffer_free(&buffer);
	assert_non_null(buffer_text(&buffer));
	assert_string_equal(buffer_text(&buffer), "");
	buffer_free(&buffer);
	free(block);
}

static void
test_redact(void **state)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
		{ "all is well", "all is well" },
		{ "key hunter2.", "key ***." },
		{ "hunter2hunter2", "******" },
		{ "hunter", "hunter" },
		{ "to +447700900123!", "to ***!" },
		{ "to 447700900123!", "to *****!" },
		{ "1234, 12345; 123456", "1234, *****; *****" },
		{ "a1234b", "a1234b" },
		{ "to +44 7700 900-123!", "to +*****!" },
		{ "to (0)77.00/90 01 23, no", "to (*****, no" },
		{ "code 491 827", "code *****" },
		{ "404 in 30 ms", "404 in 30 ms" },
		{ "12 -- 34 -  56", "12 -- 34 -  56" },
		{ "at 192.168.100.200 port 443", "at 192.168.100.200 port 443" },
		{ "192.168.100.2000", "*****" },
		{ "see https://x.example/?k=hunter2 now", "see <url> now" },
		{ "\"http://x\"", "\"<url>\"" },
		{ "xhttp+foo://x", "<url>" },
		{ "a\tb\x1b[2J\x7f", "a?b?[2J?" },
		{ "caf\xc3\xa9", "caf??" },
		{ "ab", "ab" },
		{ "", "" },
	};
	char text[64], small[6];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		redact_text(cases[i].text, &some, text, sizeof text);
		assert_string_equal(text, cases[i].result);
	}
	redact_text("abcdefgh", &some, small, sizeof small);
	assert_string_equal(small, "abcde");
	redact_text("abchunter2", &some, small, sizeof small);
	assert_string_equal(small, "abc");
	assert_true(redact_holds_secret("xhunter2x", &some));
	assert_false(redact_holds_secret("hunter 2 ab", &some));
}

static void
test_gateway_names(void **state)
{
	static const char *const good[] = { "a", "twilio", "A1._-", "0" };
	static const char *const bad[] = { "", ".", "..", ".a", "-a", "_a", "a/b", "../a", "a b",
		"a\n", "\xc3\xa9" };
	char name[66];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(gateway_name_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(gateway_name_valid(bad[i]));
	memset(name, 'a', sizeof name);
	name[64] = '\0';
	assert_true(gateway_name_valid(name));
	name[64] = 'a';
	name[65] = '\0';
	assert_false(gateway_name_valid(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_form),
		cmocka_unit_test(test_every_and_any),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_expand),
		cmocka_unit_test(test_buffer_bound),
		cmocka_unit_test(test_redact),
		cmocka_unit_test(test_gateway_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
