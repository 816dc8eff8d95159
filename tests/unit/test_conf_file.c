/* SPDX-License-Identifier: BSD-2-Clause */
/* What is read of a file, in which locale, and that it is forgotten. */
#include "conf_texts.h"

#include <locale.h>
#include <sodium.h>
#include <spawn.h>

#include "core/conf_scan.h"

#define MIB (1024 * 1024)
#define SECRET "correct-horse-battery"

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

static unsigned int secrets_wiped;

/* In place of libsodium's, to see what is wiped. */
void
sodium_memzero(void *const bytes, const size_t size)
{
	if (memmem(bytes, size, SECRET, strlen(SECRET)) != NULL)
		secrets_wiped++;
	explicit_bzero(bytes, size);
}

/* --- parsing
 * ------------------------------------------------------------------------------------------- */

static void
test_parse_nul_byte(void **state)
{
	static const char text[] = "a = 1;\nb = 2;\0c = 3;\n";
	const char *path = scratch_write_bytes(*state, "nul.conf", 0600, text, sizeof text - 1);
	struct conf_file *file = NULL;
	struct fault fault = { .text = "" };

	assert_int_equal(conf_file_load(path, CONF_SECRET, &file, &fault), FAULT_CONFIG);
	assert_string_equal(fault.text + strlen(path), ":2: a NUL byte");
}

static void
test_parse_size(void **state)
{
	char *text = malloc(MIB + 2);
	struct conf_file *file;

	assert_non_null(text);
	memset(text, ' ', MIB + 2);
	memcpy(text, "a = 7;", 6);
	text[MIB + 1] = '\0';
	assert_load_refused(*state, text, ": larger than 1 MiB");
	text[MIB] = '\0';
	file = assert_loads(*state, text);
	assert_int_equal(config_setting_length(conf_file_root(file)), 1);
	conf_file_free(&file);
	free(text);
}

static void
test_parse_depth(void **state)
{
	for (int depth = CONF_SCAN_DEPTH_MAX; depth <= CONF_SCAN_DEPTH_MAX + 1; depth++) {
		char text[256] = "\na = ";
		struct conf_file *file;

		for (int i = 0; i < depth; i++)
			strcat(text, "(");
		for (int i = 0; i < depth; i++)
			strcat(text, ")");
		strcat(text, ";");
		if (depth > CONF_SCAN_DEPTH_MAX) {
			assert_load_refused(*state, text, ":2: nested too deep");
			continue;
		}
		file = assert_loads(*state, text);
		conf_file_free(&file);
	}
}

/* What has been closed does not count. */
static void
test_parse_many_groups(void **state)
{
	char text[4096] = "a = ( { } ";
	struct conf_file *file;

	for (int i = 0; i < 3 * CONF_SCAN_DEPTH_MAX; i++)
		strcat(text, ", { b = [ 1 ]; }");
	strcat(text, " );");
	file = assert_loads(*state, text);
	conf_file_free(&file);
}

/* --- locale
 * -------------------------------------------------------------------------------------------- */

/* Makes a locale with a decimal comma in the folder; it is found there by its path. */
static bool
make_comma_locale(const struct scratch *scratch)
{
	static const char source[] =
		"comment_char %\nescape_char /\nLC_NUMERIC\ndecimal_point \"<U002C>\"\n"
		"thousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n";
	char input[PATH_MAX], output[PATH_MAX];
	char *arguments[] = {
		(char[]){ "localedef" }, (char[]){ "-c" }, (char[]){ "-f" }, (char[]){ "UTF-8" },
		(char[]){ "-i" }, input, output, NULL,
	};
	char *environment[] = { (char[]){ "PATH=/usr/bin:/bin" }, (char[]){ "LC_ALL=C" }, NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;
	bool made;

	snprintf(input, sizeof input, "%s", scratch_write(scratch, "comma", 0600, source));
	snprintf(output, sizeof output, "%s", scratch_path(scratch, "comma.UTF-8"));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	made = posix_spawnp(&child, "localedef", &actions, NULL, arguments, environment) == 0;
	posix_spawn_file_actions_destroy(&actions);
	if (!made)
		return false;
	(void)scratch_wait(child);	/* 1 with warnings: the other categories are missing */
	return access(scratch_path(scratch, "comma.UTF-8/LC_NUMERIC"), R_OK) == 0;
}

static void
assert_fraction(const struct scratch *scratch)
{
	const struct conf_range range = { 0, 10000 }, low = { 1500, 2250 };
	struct fault fault = { .text = "" };
	struct conf_file *file = assert_loads(scratch, "a = 1.5; b = 12.25;");
	struct conf_at at = {
		.file = file, .group = conf_file_root(file), .name = "", .fault = &fault
	};
	int64_t ms = 0;

	assert_int_equal(conf_seconds(&at, "a", true, range, &ms), 0);
	assert_int_equal(ms, 1500);
	assert_int_equal(conf_seconds(&at, "b", true, low, &ms), FAULT_CONFIG);
	assert_non_null(strstr(fault.text, "b: 12.25 is out of range (1.5..2.25 seconds)"));
	conf_file_free(&file);
}

static void
test_locale_decimal_comma(void **state)
{
	locale_t comma, before;
	char *end;

	if (!make_comma_locale(*state)) {
		print_message("skipped: localedef cannot make a locale here (package locales)\n");
		skip();
	}
	assert_int_equal(setenv("LOCPATH", ((const struct scratch *)*state)->path, 1), 0);
	comma = newlocale(LC_NUMERIC_MASK, "comma.UTF-8", (locale_t)0);
	assert_true(comma != (locale_t)0);
	/* The thread's locale. */
	before = uselocale(comma);
	assert_true(strtod("1,5", &end) > 1.4 && *end == '\0');
	assert_fraction(*state);
	assert_true(uselocale((locale_t)0) == comma);
	uselocale(before);
	freelocale(comma);
	/* The whole process's. */
	assert_non_null(setlocale(LC_NUMERIC, "comma.UTF-8"));
	assert_true(strtod("1,5", &end) > 1.4 && *end == '\0');
	assert_fraction(*state);
	assert_true(uselocale((locale_t)0) == LC_GLOBAL_LOCALE);
	assert_true(strtod("1,5", &end) > 1.4 && *end == '\0');
	assert_non_null(setlocale(LC_NUMERIC, "C"));
	assert_int_equal(unsetenv("LOCPATH"), 0);
}

/* libconfig leaves the thread with the process's locale. */
static void
test_locale_is_put_back(void **state)
{
	locale_t mine = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	locale_t before;
	struct conf_file *file;
	char why[FAULT_TEXT_SIZE];

	assert_true(mine != (locale_t)0);
	before = uselocale(mine);
	file = assert_loads(*state, "a = 1.5;");
	conf_file_free(&file);
	assert_true(uselocale((locale_t)0) == mine);
	assert_null(conf_load(*state, "a = ;", why));
	assert_true(uselocale((locale_t)0) == mine);
	uselocale(before);
	freelocale(mine);
}

/* --- secrets
 * ------------------------------------------------------------------------------------------- */

static void
test_wiped(void **state)
{
	struct conf_file *file;

	secrets_wiped = 0;
	file = assert_loads(
		*state, "a = \"" SECRET "\"; b = ( { c = [ \"x\", \"" SECRET "\" ]; } );");
	assert_int_equal(secrets_wiped, 1);	/* the text */
	conf_file_free(&file);
	assert_int_equal(secrets_wiped, 3);	/* both strings */
	assert_load_refused(*state, "a = \"" SECRET "\";\nb = ;", ":2: syntax error");
	assert_int_equal(secrets_wiped, 5);	/* the text, and what was parsed of it */
	assert_load_refused(
		*state, "a = \"" SECRET "\";\nb = 0600;", ":2: an integer with a leading zero");
	assert_int_equal(secrets_wiped, 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_parse_nul_byte),
		TEST(test_parse_size),
		TEST(test_parse_depth),
		TEST(test_parse_many_groups),
		TEST(test_locale_decimal_comma),
		TEST(test_locale_is_put_back),
		TEST(test_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
