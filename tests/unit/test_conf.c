/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading settings. */
#include "conf_reading.h"

static void
test_get_string(void **state)
{
	const struct conf_length two_to_four = { 2, 4 };
	const char *value = "before";
	struct reading r;

	start(&r, *state,
		"one = \"x\";\ntwo = \"xy\";\nfour = \"xyzz\";\n\n"
		"five = \"vwxyz\";\nint = 1; empty = \"\";");
	assert_int_equal(conf_string(&r.at, "none", false, two_to_four, &value), 0);
	assert_string_equal(value, "before");
	assert_why(
		&r, conf_string(&r.at, "none", true, two_to_four, &value), ": \"none\" is missing");
	assert_why(&r, conf_string(&r.at, "one", false, two_to_four, &value),
		":1: one: 1 bytes long, must be 2..4");
	assert_why(&r, conf_string(&r.at, "five", false, two_to_four, &value),
		":5: five: 5 bytes long, must be 2..4");
	assert_why(&r, conf_string(&r.at, "empty", false, two_to_four, &value),
		":6: empty: 0 bytes long, must be 2..4");
	assert_why(&r, conf_string(&r.at, "int", false, two_to_four, &value),
		":6: int: must be a string, is an integer");
	assert_string_equal(value, "before");
	assert_int_equal(conf_string(&r.at, "two", true, two_to_four, &value), 0);
	assert_string_equal(value, "xy");
	assert_int_equal(conf_string(&r.at, "four", true, two_to_four, &value), 0);
	assert_string_equal(value, "xyzz");
	assert_int_equal(
		conf_string(&r.at, "empty", true, (struct conf_length){ 0, 4 }, &value), 0);
	assert_string_equal(value, "");
	conf_file_free(&r.file);
}

static void
test_get_choice(void **state)
{
	static const char *const words[] = { "red", "green", NULL };
	unsigned int index = 7;
	struct reading r;

	start(&r, *state, "a = \"green\";\nb = \"gree\";\nc = \"\"; d = 1;");
	assert_int_equal(conf_choice(&r.at, "none", false, words, &index), 0);
	assert_why(&r, conf_choice(&r.at, "none", true, words, &index), ": \"none\" is missing");
	assert_why(&r, conf_choice(&r.at, "b", true, words, &index),
		":2: b: must be \"red\" or \"green\"");
	assert_why(&r, conf_choice(&r.at, "c", true, words, &index),
		":3: c: must be \"red\" or \"green\"");
	assert_why(&r, conf_choice(&r.at, "d", true, words, &index),
		":3: d: must be a string, is an integer");
	assert_int_equal(index, 7);
	assert_int_equal(conf_choice(&r.at, "a", true, words, &index), 0);
	assert_int_equal(index, 1);
	conf_file_free(&r.file);
}

static void
test_get_integer(void **state)
{
	const struct conf_range range = { -5, 300 };
	long long value = 17;
	struct reading r;

	start(&r, *state,
		"low = -5; high = 300L; hex = 0x10;\nunder = -6;\nover = 301; max = 999999999LL;\n"
		"float = 1.0; string = \"1\"; bool = true;");
	assert_int_equal(conf_integer(&r.at, "none", false, range, &value), 0);
	assert_why(&r, conf_integer(&r.at, "none", true, range, &value), ": \"none\" is missing");
	assert_why(&r, conf_integer(&r.at, "under", false, range, &value),
		":2: under: -6 is out of range (-5..300)");
	assert_why(&r, conf_integer(&r.at, "over", false, range, &value),
		":3: over: 301 is out of range (-5..300)");
	assert_why(&r, conf_integer(&r.at, "max", false, range, &value),
		":3: max: 999999999 is out of range (-5..300)");
	assert_why(&r, conf_integer(&r.at, "float", false, range, &value),
		":4: float: must be an integer, is a number with a fraction");
	assert_why(&r, conf_integer(&r.at, "string", false, range, &value),
		":4: string: must be an integer, is a string");
	assert_why(&r, conf_integer(&r.at, "bool", false, range, &value),
		":4: bool: must be an integer, is a boolean");
	assert_int_equal(value, 17);
	assert_int_equal(conf_integer(&r.at, "low", true, range, &value), 0);
	assert_int_equal(value, -5);
	assert_int_equal(conf_integer(&r.at, "high", true, range, &value), 0);
	assert_int_equal(value, 300);
	assert_int_equal(conf_integer(&r.at, "hex", true, range, &value), 0);
	assert_int_equal(value, 16);
	conf_file_free(&r.file);
}

static void
test_get_boolean(void **state)
{
	bool value = true;
	struct reading r;

	start(&r, *state, "on = true; off = FALSE;\nnumber = 1;");
	assert_int_equal(conf_boolean(&r.at, "none", false, &value), 0);
	assert_true(value);
	assert_why(&r, conf_boolean(&r.at, "none", true, &value), ": \"none\" is missing");
	assert_why(&r, conf_boolean(&r.at, "number", false, &value),
		":2: number: must be true or false, is an integer");
	assert_true(value);
	assert_int_equal(conf_boolean(&r.at, "off", true, &value), 0);
	assert_false(value);
	assert_int_equal(conf_boolean(&r.at, "on", true, &value), 0);
	assert_true(value);
	conf_file_free(&r.file);
}

static void
test_get_seconds(void **state)
{
	static const struct { const char *key; int64_t ms;
	} good[] = {
		{ "int", 2000 },
		{ "float", 1500 },
		{ "up", 1235 },
		{ "down", 1234 },
		{ "low", 1000 },
		{ "high", 60000 }, { "trim", 60000 },
	};
	static const struct { const char *key, *why; } bad[] = {
		{ "under", ":2: under: 0.999 is out of range (1..60 seconds)" },
		{ "over", ":2: over: 60.001 is out of range (1..60 seconds)" },
		{ "hair", ":2: hair: 60.001 is out of range (1..60 seconds)" },
		{ "minus", ":2: minus: -1.5 is out of range (1..60 seconds)" },
		{ "huge", ":3: huge: the value is out of range (1..60 seconds)" },
		{ "infinite", ":3: infinite: the value is out of range (1..60 seconds)" },
		{ "minusinfinite", ":3: minusinfinite: the value is out of range (1..60 seconds)" },
		{ "string", ":3: string: must be a number of seconds, is a string" },
		{ "bool", ":3: bool: must be a number of seconds, is a boolean" },
		{ "zero", ":3: zero: 0 is out of range (1..60 seconds)" },
	};
	const struct conf_range range = { 1000, 60000 };
	struct reading r;

	start(&r, *state,
		"int = 2; float = 1.5; up = 1.2346; down = 1.2344; low = 1; high = 60.0;\n"
		"under = 0.999; over = 60.001; hair = 60.0006; trim = 60.0004; minus = -1.5;\n"
		"huge = 1e30; infinite = 1e999; minusinfinite = -1e999;"
		"string = \"2\"; bool = true; zero = 0;");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = -1;

		assert_int_equal(conf_seconds(&r.at, good[i].key, true, range, &ms), 0);
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = -1;

		assert_why(&r, conf_seconds(&r.at, bad[i].key, true, range, &ms), bad[i].why);
		assert_int_equal(ms, -1);
	}
	conf_file_free(&r.file);
}

static void
test_get_strings(void **state)
{
	const struct conf_range one_or_two = { 1, 2 }, any = { 0, 9 };
	const char **values = NULL;
	size_t count = 99;
	struct reading r;

	start(&r, *state,
		"array = [ \"a\", \"b\" ]; list = ( \"c\" );\nempty = [ ];\n"
		"three = [ \"a\", \"b\", \"c\" ];\n"
		"mixed = ( \"a\", 1 );\nstring = \"a\"; numbers = [ 1 ];");
	assert_int_equal(conf_strings(&r.at, "none", false, one_or_two, &values, &count), 0);
	assert_why(&r, conf_strings(&r.at, "none", true, one_or_two, &values, &count),
		": \"none\" is missing");
	assert_why(&r, conf_strings(&r.at, "empty", true, one_or_two, &values, &count),
		":2: empty: 0 entries, must be 1..2");
	assert_why(&r, conf_strings(&r.at, "three", true, one_or_two, &values, &count),
		":3: three: 3 entries, must be 1..2");
	assert_why(&r, conf_strings(&r.at, "mixed", true, one_or_two, &values, &count),
		":4: mixed[1]: must be a string, is an integer");
	assert_why(&r, conf_strings(&r.at, "string", true, one_or_two, &values, &count),
		":5: string: must be an array of strings, is a string");
	assert_why(&r, conf_strings(&r.at, "numbers", true, one_or_two, &values, &count),
		":5: numbers[0]: must be a string, is an integer");
	assert_null(values);
	assert_int_equal(count, 99);
	assert_int_equal(conf_strings(&r.at, "array", true, one_or_two, &values, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(values[0], "a");
	assert_string_equal(values[1], "b");
	free(values);
	assert_int_equal(conf_strings(&r.at, "list", true, one_or_two, &values, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(values[0], "c");
	free(values);
	assert_int_equal(conf_strings(&r.at, "empty", true, any, &values, &count), 0);
	assert_int_equal(count, 0);
	assert_non_null(values);
	free(values);
	conf_file_free(&r.file);
}

static void
test_get_groups_and_names(void **state)
{
	static const char *const known[] = { "inner", "list", NULL };
	static const char *const known_inner[] = { "x", NULL };
	const struct conf_range one_or_two = { 1, 2 };
	const config_setting_t *list = NULL;
	struct conf_at inner = { .file = NULL };
	struct reading r;

	start(&r, *state,
		"inner = {\n\tx = 1;\n\ty = { z = 2; };\n};\n"
		"list = (\n\t{ a = 1; },\n\t{ b = 2; }\n);\n"
		"mixed = ( { }, 1 ); three = ( { }, { }, { } ); none = ( ); array = [ 1 ];");
	assert_int_equal(conf_group(&r.at, "absent", false, &inner), 0);
	assert_int_equal(conf_list(&r.at, "absent", false, one_or_two, &list), 0);
	assert_null(inner.group);
	assert_null(list);
	assert_why(&r, conf_group(&r.at, "absent", true, &inner), ": \"absent\" is missing");
	assert_why(&r, conf_group(&r.at, "list", true, &inner),
		":5: list: must be a group \"{ … }\", is a list");
	assert_why(&r, conf_list(&r.at, "inner", true, one_or_two, &list),
		":1: inner: must be a list \"( … )\", is a group");
	assert_why(&r, conf_list(&r.at, "array", true, one_or_two, &list),
		":9: array: must be a list \"( … )\", is an array");
	assert_why(&r, conf_list(&r.at, "mixed", true, one_or_two, &list),
		":9: mixed[1]: must be a group \"{ … }\", is an integer");
	assert_why(&r, conf_list(&r.at, "three", true, one_or_two, &list),
		":9: three: 3 entries, must be 1..2");
	assert_why(&r, conf_list(&r.at, "none", true, one_or_two, &list),
		":9: none: 0 entries, must be 1..2");
	assert_null(list);
	assert_why(&r, conf_known(&r.at, known), ":9: mixed: unknown key");

	inner = (struct conf_at){ .file = r.file, .name = "outer.inner", .fault = &r.fault };
	assert_int_equal(conf_group(&r.at, "inner", true, &inner), 0);
	assert_null(inner.over);
	assert_why(&r, conf_known(&inner, known_inner), ":3: outer.inner.y: unknown key");
	assert_why(&r,
		conf_integer(&inner, "q", true, (struct conf_range){ 0, 1 }, &(long long){ 0 }),
		":1: outer.inner: \"q\" is missing");
	assert_why(&r, conf_refuse(&inner, NULL, "%s %d", "wrong", 5), ":1: outer.inner: wrong 5");
	assert_why(&r,
		conf_refuse(&inner,
			config_setting_get_member(conf_setting(&inner, "y"), "z"), "no"),
		":3: outer.inner.y.z: no");

	assert_int_equal(conf_list(&r.at, "list", true, one_or_two, &list), 0);
	assert_why(
		&r, conf_refuse(&r.at, config_setting_get_elem(list, 1), "no"), ":7: list[1]: no");
	assert_why(&r, conf_refuse(&r.at, NULL, "no"), ": no");
	inner.fault = NULL;
	assert_int_equal(conf_refuse(&inner, NULL, "no"), FAULT_CONFIG);
	conf_file_free(&r.file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get_string), TEST(test_get_choice), TEST(test_get_integer),
		TEST(test_get_boolean), TEST(test_get_seconds), TEST(test_get_strings),
		TEST(test_get_groups_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
