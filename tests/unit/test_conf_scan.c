/* SPDX-License-Identifier: BSD-2-Clause */
/* What libconfig must not see, and what it makes of the rest. */
#include "conf_texts.h"

#include "core/conf_scan.h"

/*
 * Leaks that are not ours: libconfig 1.5 forgets a string that stands where none may, when it
 * refuses the text; and glibc's newlocale its copy of LOCPATH.
 */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\nleak:argz_add_sep\n";
}

static void
test_parse_refusals(void **state)
{
	static const struct { const char *text, *why; } rows[] = {
		{ "a = 1;\n@include \"other.conf\"\n", ":2: @include is not allowed" },
		{ "\n\n  @include \"other.conf\"", ":3: @include is not allowed" },
		{ "/* x\n */ @include\t\"other.conf\"", ":2: @include is not allowed" },
		{ "a = \"x\ny\";\n@include \"o\"", ":3: @include is not allowed" },
		{ "a = \"\\\\\";\n@include \"o\"", ":2: @include is not allowed" },
		{ "a = \"\\\"\";\n@include \"o\"", ":2: @include is not allowed" },
		{ "# \"\n@include \"o\"", ":2: @include is not allowed" },
		{ "// /*\n@include \"o\"", ":2: @include is not allowed" },
		{ "/* \" */\n@include \"o\"", ":2: @include is not allowed" },
		{ "a = 1; @", ":1: a stray \"@\"" },
		{ "a = 4294967596;", ":1: an integer of more than nine digits" },
		{ "a = 4294967596L;", ":1: an integer of more than nine digits" },
		{ "\na = -1000000000LL;", ":2: an integer of more than nine digits" },
		{ "a = [ 1, 1000000000 ];", ":1: an integer of more than nine digits" },
		{ "a=0x80000000;", ":1: a hexadecimal integer over 0x7FFFFFFF" },
		{ "a=0x100000000;", ":1: a hexadecimal integer over 0x7FFFFFFF" },
		{ "a=0XFFFFFFFFFFFFFFFFFL;", ":1: a hexadecimal integer over 0x7FFFFFFF" },
		{ "a=0600;", ":1: an integer with a leading zero" },
		{ "a=-007L;", ":1: an integer with a leading zero" },
		{ "a=00;", ":1: an integer with a leading zero" },
		{ "a=0b11;", ":1: not a number" }, { "a=0o17;", ":1: not a number" },
		{ "a=0x;", ":1: not a number" }, { "a=0xfg;", ":1: not a number" },
		{ "a=-0x10;", ":1: not a number" }, { "a=1l;", ":1: not a number" },
		{ "a=1LLL;", ":1: not a number" }, { "a=1-2;", ":1: not a number" },
		{ "a=.;", ":1: not a number" }, { "a=1.5x;", ":1: not a number" },
		{ "a=1e;", ":1: not a number" }, { "a=1e+;", ":1: not a number" },
		{ "a=.e1;", ":1: not a number" }, { "a=1b=2;", ":1: not a number" },
		{ "a=1.2.3;", ":1: not a number" }, { "a=+;", ":1: not a number" },
		{ "a = 1;\n/* b = 2;\n\n", ":2: a comment without an end" },
		{ "a = 1; /*/ b = 2;", ":1: a comment without an end" },
		{ "a = 1;\n\"b = 2;\n\n", ":2: a string without an end" },
		{ "a = \"x\\\"", ":1: a string without an end" },
		{ "a = \"x\\x00y\";", ":1: a NUL character in a string" },
		{ "a = \"\n\\\\\\X00y\";", ":2: a NUL character in a string" },
		{ "a = 1;\na = 2;", ":2: duplicate setting name" },
		{ "a = {\nb = 1;\nb = 2; };", ":3: duplicate setting name" },
		{ "a = 1;\nb = ;", ":2: syntax error" },
		{ "a = [ 1, \"x\" ];", ":1: mismatched element type in array" },
		{ "a = 1;\n= 2", ":2: syntax error" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_load_refused(*state, rows[i].text, rows[i].why);
}

static void
test_parse_accepts(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"a = 1;",
		"a = 1 # end without a newline",
		"a = 1; // the same",
		"# @include \"other.conf\"\n",
		"// @include \"other.conf\"\n",
		"/*\n@include \"other.conf\"\n*/",
		"a = \"@include\";",
		"a = \"\n@include \\\"other.conf\\\"\n\";",
		"a = \"// /* #\"; b = 1;",
		"a = \"4294967596 0600\"; # 4294967596 0600\n",
		"/* 4294967596 */ a = 1;",
		"a = 999999999; b = -999999999L; c = 0x7FFFFFFF; d = 0; e = -0; f = 0x0LL;",
		"a = 0.5; b = .5; c = 5.; d = 1e3; e = -1.5E-3; f = 00.5; g = 12345678901.5;",
		"a-1000000000000 = 1; x0600 = 1; a_1 : 2;",
		"a = \"\\\\\"; b = \"\\\\x00\"; c = \"\\x01\";",
		"a = { b = ( 1, \"x\", [ 2 ], { } ); }\r\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct conf_file *file = assert_loads(*state, texts[i]);

		conf_file_free(&file);
		assert_null(file);
	}
	conf_file_free(NULL);
}

/*
 * Whatever the scan lets through, libconfig must not open another file: strings and comments begin
 * and end at the same places for both. Texts are made of the pieces that decide that.
 */
static void
test_scan_agrees_with_libconfig(void **state)
{
	const char *trap = scratch_write(*state, "trap", 0600, "trapped = true;\n");
	char include[PATH_MAX + 32];
	const char *const pieces[] = {
		include,
		include,
		"\"",
		"\"",
		"\\",
		"\n",
		"\n",
		"/",
		"*",
		"/*",
		"*/",
		"//",
		"#",
		" ",
		"\t",
		"a",
		"=",
		"1",
		";",
		"x22",
		"\\x5C",
		"\\\"",
		"\r",
		"\n",
	};
	uint64_t random = 88172645463325252U;
	unsigned int passed = 0, refused = 0;

	snprintf(include, sizeof include, "@include \"%s\"", trap);
	for (int round = 0; round < 200000; round++) {
		char text[2048] = "";
		size_t used = 0;
		unsigned int line;
		config_t config;

		for (int i = 0; i < 12; i++) {
			/* xorshift64 */
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			used += (size_t)snprintf(text + used, sizeof text - used, "%s",
				pieces[random % (sizeof pieces / sizeof *pieces)]);
		}
		if (conf_scan_text(text, used, &line) != NULL) {
			refused++;
			continue;
		}
		passed += strstr(text, "@include") != NULL;
		config_init(&config);
		(void)config_read_string(&config, text);
		if (config_lookup(&config, "trapped") != NULL || config_error_file(&config) != NULL)
			fail_msg("an @include was followed: %s", text);
		config_destroy(&config);
	}
	/* Both happened often enough to mean something. */
	assert_true(passed > 1000);
	assert_true(refused > 1000);
}

static void
test_trailing_comma(void **state)
{
	static const struct { const char *text; unsigned int line; } rows[] = {
		{ "a = [ 1, 2 ];", 0 }, { "a = [ 1, 2, ];", 1 }, { "a = ( 1,\n2,\n);", 2 },
		{ "a = ( { b = 1; },\n  { c = 2; } );", 0 }, { "a = [ 1, # ]\n2 ];", 0 },
		{ "a = [ 1, # 2\n ];", 1 }, { "a = [ 1 /* , */ ];", 0 },
		{ "a = [ \",\" ];", 0 }, { "a = [ \",\", // x\n\n/* , */ ];", 1 },
		{ "a = { b = 1, };", 1 }, { "a = 1,", 0 }, { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(conf_scan_trailing_comma(rows[i].text, strlen(rows[i].text)),
			rows[i].line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parse_refusals), TEST(test_parse_accepts),
		TEST(test_scan_agrees_with_libconfig), TEST(test_trailing_comma),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
