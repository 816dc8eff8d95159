/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading settings that lie over others. */
#include "conf_reading.h"

/* Reading the root with what the first entry of the list "over" has over it. */
static void
start_over(struct reading *reading, const struct scratch *scratch, const char *text)
{
	start(reading, scratch, text);
	reading->at.over =
		config_setting_get_elem(config_setting_get_member(reading->at.group, "over"), 0);
	assert_non_null(reading->at.over);
}

static void
assert_integer(const struct conf_at *at, const char *key, long long wanted)
{
	long long value = -1;

	assert_int_equal(conf_integer(at, key, true, (struct conf_range){ 0, 99 }, &value), 0);
	assert_int_equal(value, wanted);
}

static void
test_over_replaces(void **state)
{
	static const char *const words[] = { "red", "green", NULL };
	const struct conf_range any = { 0, 99000 };
	const struct conf_length length = { 0, 9 };
	const config_setting_t *list = NULL;
	const char *text = NULL, **texts = NULL;
	unsigned int index = 0;
	int64_t ms = 0;
	bool on = false;
	size_t count = 0;
	struct reading r;

	start_over(&r, *state,
		"a = 1; b = 1; text = \"x\"; word = \"red\"; on = false; wait = 1;\n"
		"array = [ \"x\", \"y\" ]; list = ( { x = 1; }, { x = 2; } );\n"
		"over = ( { a = 2; c = 3; text = \"\"; word = \"green\"; on = true; wait = 2.5;\n"
		"array = [ \"z\" ]; list = ( { y = 1; } ); } );");
	assert_integer(&r.at, "a", 2);
	assert_integer(&r.at, "b", 1);
	assert_integer(&r.at, "c", 3);
	assert_int_equal(conf_string(&r.at, "text", true, length, &text), 0);
	assert_string_equal(text, "");
	assert_int_equal(conf_choice(&r.at, "word", true, words, &index), 0);
	assert_int_equal(index, 1);
	assert_int_equal(conf_boolean(&r.at, "on", true, &on), 0);
	assert_true(on);
	assert_int_equal(conf_seconds(&r.at, "wait", true, any, &ms), 0);
	assert_int_equal(ms, 2500);
	assert_int_equal(conf_strings(&r.at, "array", true, any, &texts, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(texts[0], "z");
	free(texts);
	assert_int_equal(conf_list(&r.at, "list", true, any, &list), 0);
	assert_int_equal(config_setting_length(list), 1);
	assert_non_null(
		config_setting_get_member(config_setting_get_elem(list, 0), "y"));
	assert_null(conf_setting(&r.at, "d"));
	assert_int_equal(config_setting_source_line(conf_setting(&r.at, "b")), 1);
	assert_int_equal(config_setting_source_line(conf_setting(&r.at, "c")), 3);
	conf_file_free(&r.file);
}

static void
test_over_merges_groups(void **state)
{
	struct conf_at outer = { .name = "outer" }, inner = { .name = "outer.inner" };
	struct reading r;

	start_over(&r, *state,
		"outer = { a = 1; b = 1; inner = { x = 1; y = 1; deep = { p = 1; q = 1; }; }; };\n"
		"under = { u = 1; };\n"
		"over = ( { outer = { b = 2; c = 2; inner = { y = 2; deep = { q = 2; }; }; };\n"
		"alone = { o = 2; }; } );");
	outer.file = inner.file = r.file;
	outer.fault = inner.fault = &r.fault;
	assert_int_equal(conf_group(&r.at, "outer", true, &outer), 0);
	assert_integer(&outer, "a", 1);
	assert_integer(&outer, "b", 2);
	assert_integer(&outer, "c", 2);
	assert_int_equal(conf_group(&outer, "inner", true, &inner), 0);
	assert_integer(&inner, "x", 1);
	assert_integer(&inner, "y", 2);
	assert_int_equal(conf_group(&inner, "deep", true, &inner), 0);
	assert_integer(&inner, "p", 1);
	assert_integer(&inner, "q", 2);
	/* A group that only one of them has, and one that neither has. */
	assert_int_equal(conf_group(&r.at, "under", true, &inner), 0);
	assert_integer(&inner, "u", 1);
	assert_null(inner.over);
	assert_int_equal(conf_group(&r.at, "alone", true, &inner), 0);
	assert_integer(&inner, "o", 2);
	assert_why(&r, conf_refuse(&inner, conf_setting(&inner, "o"), "no"),
		":4: over[0].alone.o: no");
	assert_why(&r, conf_refuse(&inner, NULL, "no"), ":4: over[0].alone: no");
	assert_int_equal(conf_group(&r.at, "neither", false, &inner), 0);
	assert_null(inner.group);
	assert_null(inner.over);
	conf_file_free(&r.file);
}

static void
test_over_refusals(void **state)
{
	static const char *const known[] = { "a", "b", "g", "h", "over", NULL };
	static const char *const inside[] = { "x", NULL };
	const struct conf_range range = { 0, 9 };
	struct conf_at inner = { .name = "g", .over = NULL };
	long long value = 5;
	struct reading r;

	start_over(&r, *state,
		"a = 77;\nb = 1;\ng = {\n\tx = 55;\n};\nh = 1;\n"
		"over = ( {\n\tb = 66;\n\tg = {\n\t\tz = 1;\n\t};\n\th = { };\n} );\n");
	inner.file = r.file;
	inner.fault = &r.fault;
	assert_why(&r, conf_integer(&r.at, "b", true, range, &value),
		":8: over[0].b: 66 is out of range (0..9)");
	/* What is wrong under it stays where it is, and what lies over it is named. */
	assert_why(&r, conf_integer(&r.at, "a", true, range, &value),
		":1: a: 77 is out of range (0..9), with over[0] in line 7 over it");
	assert_why(&r, conf_integer(&r.at, "q", true, range, &value),
		": \"q\" is missing, with over[0] in line 7 over it");
	/* The halves must be of one type, whichever is the group. */
	assert_why(&r, conf_group(&r.at, "h", true, &inner),
		":6: h: must be a group \"{ … }\", is an integer, "
		"with over[0] in line 7 over it");
	assert_why(&r, conf_group(&r.at, "b", true, &inner),
		":8: over[0].b: must be a group \"{ … }\", is an integer");
	assert_null(inner.group);
	assert_int_equal(conf_known(&r.at, known), 0);
	assert_why(&r, conf_known(&r.at, (const char *const[]){ "a", "b", "g", "over", NULL }),
		":6: h: unknown key, with over[0] in line 7 over it");
	assert_int_equal(conf_group(&r.at, "g", true, &inner), 0);
	assert_why(&r, conf_known(&inner, inside), ":10: over[0].g.z: unknown key");
	assert_why(&r, conf_integer(&inner, "x", true, range, &value),
		":4: g.x: 55 is out of range (0..9), with over[0].g in line 9 over it");
	assert_int_equal(value, 5);
	conf_file_free(&r.file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_over_replaces), TEST(test_over_merges_groups), TEST(test_over_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
