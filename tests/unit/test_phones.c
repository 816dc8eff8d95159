/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf_scratch.h"

#include <sodium.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/phones.h"

#define ALICE "+44 7700 900123"
#define ALICE_E164 "+447700900123"

static size_t wiped_with_number;
static bool line_wiped;

/* In place of libsodium's, to see what is wiped. */
void
sodium_memzero(void *const bytes, const size_t size)
{
	if (bytes == NULL)
		return;
	if (memmem(bytes, size, "7700", 4) != NULL) {
		wiped_with_number++;
		line_wiped = line_wiped || size == PHONES_LINE_SIZE;
	}
	explicit_bzero(bytes, size);
}

static struct config *
load(const struct scratch *scratch, const char *phones, const char *prefixes)
{
	static const struct config_defaults defaults = { .state_dir = "/s", .run_dir = "/r" };
	char text[4096];
	const char *path;
	struct config *config = NULL;
	struct fault fault = { .text = "" };

	snprintf(text, sizeof text,
		"gateways = [ \"g\" ]; country_code = \"44\"; phones = ( %s ); %s", phones,
		prefixes);
	path = scratch_write(scratch, "smsotp.conf", 0600, text);
	if (config_load(path, &defaults, NULL, &config, &fault) != 0)
		fail_msg("%s", fault.text);
	return config;
}

/* Phones of alice, if she has this text in a list. */
static struct phones
find_in_list(const struct scratch *scratch, const char *text, const char *prefixes)
{
	char list[1024];
	struct config *config;
	struct phones phones;
	struct fault fault = { .text = "old" };

	snprintf(list, sizeof list,
		"{ source = \"list\"; users = ( { name = \"alice\"; phone = \"%s\"; } ); }", text);
	config = load(scratch, list, prefixes);
	memset(&phones, 0xa5, sizeof phones);
	phones_find(config, NULL, "alice", &phones, &fault);
	assert_string_equal(fault.text, "");
	config_free(&config);
	return phones;
}

static void
test_numbers(void **state)
{
	struct phones p;

	p = find_in_list(*state, ALICE, "");
	assert_int_equal(p.outcome, PHONES_FOUND);
	assert_int_equal(p.count, 1);
	assert_string_equal(p.number[0].text, ALICE_E164);
	assert_string_equal(p.source, "list");
	assert_int_equal(p.bad, 0);

	/* In order, national ones completed, the same one once. */
	p = find_in_list(
		*state, " 07700 900124 ,+44 7700 900123,, 0044 7700 900124,(07700) 900125, ", "");
	assert_int_equal(p.outcome, PHONES_FOUND);
	assert_int_equal(p.count, 3);
	assert_string_equal(p.number[0].text, "+447700900124");
	assert_string_equal(p.number[1].text, ALICE_E164);
	assert_string_equal(p.number[2].text, "+447700900125");

	/* Bad and refused ones among good ones are passed over. */
	p = find_in_list(*state, "nonsense, +1 202 555 0143, +44 12, " ALICE, "");
	assert_int_equal(p.outcome, PHONES_FOUND);
	assert_int_equal(p.count, 1);
	assert_string_equal(p.number[0].text, ALICE_E164);
	assert_int_equal(p.bad, 0);

	/* Only refused ones, among bad ones. */
	p = find_in_list(*state, "nonsense, +1 202 555 0143, +39 312 345 6789", "");
	assert_int_equal(p.outcome, PHONES_NOT_ALLOWED);
	assert_int_equal(p.count, 0);
	assert_string_equal(p.number[0].text, "+12025550143");
	assert_string_equal(p.source, "list");
	p = find_in_list(*state, "07700 900123", "allowed_prefixes = [ \"+\", \"!+4477\" ];");
	assert_int_equal(p.outcome, PHONES_NOT_ALLOWED);
	assert_string_equal(p.number[0].text, ALICE_E164);
	p = find_in_list(
		*state, "+1 202 555 0143, " ALICE, "allowed_prefixes = [ \"+1\", \"+44\" ];");
	assert_int_equal(p.outcome, PHONES_FOUND);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.number[0].text, "+12025550143");

	/* Only bad ones: the first one's reason. */
	p = find_in_list(*state, "07700 90012x, +44 12", "");
	assert_int_equal(p.outcome, PHONES_BAD);
	assert_int_equal(p.bad, E164_CHARACTER);
	assert_int_equal(p.count, 0);
	assert_string_equal(p.number[0].text, "");
	assert_string_equal(p.source, "list");
	p = find_in_list(*state, "+44 12, x", "");
	assert_int_equal(p.outcome, PHONES_BAD);
	assert_int_equal(p.bad, E164_TOO_SHORT);
	p = find_in_list(*state, " ", "");
	assert_int_equal(p.outcome, PHONES_BAD);
	assert_int_equal(p.bad, E164_EMPTY);

	/* More than there is room for. */
	p = find_in_list(*state,
		"07700900001,07700900002,07700900003,07700900004,07700900005,07700900006,"
		"07700900007,07700900008,07700900009,07700900010",
		"");
	assert_int_equal(p.outcome, PHONES_FOUND);
	assert_int_equal(p.count, PHONES_MAX);
	assert_string_equal(p.number[PHONES_MAX - 1].text, "+447700900008");
}

static void
assert_source(const struct config *config, const char *user, enum phones_outcome outcome,
	const char *source, const char *number)
{
	struct phones phones;
	struct fault fault = { .text = "old" };

	memset(&phones, 0xa5, sizeof phones);
	phones_find(config, NULL, user, &phones, &fault);
	assert_int_equal(phones.outcome, outcome);
	if (source == NULL)
		assert_null(phones.source);
	else
		assert_string_equal(phones.source, source);
	if (number == NULL)
		assert_int_equal(phones.count, 0);
	else
		assert_string_equal(phones.number[0].text, number);
	assert_string_equal(fault.text, "");
	phones_find(config, NULL, user, &phones, NULL);
	assert_int_equal(phones.outcome, outcome);
}

/* The first source that knows the user decides, even if a later one has the better number. */
static void
test_sources_in_order(void **state)
{
	struct config *config = load(*state,
		"{ source = \"list\"; users = ( { name = \"alice\"; phone = \"07700 900001\"; },"
		"  { name = \"bad\"; phone = \"x\"; },"
		"  { name = \"far\"; phone = \"+1 202 555 0143\"; } ); },"
		"{ source = \"file\"; path = \"phones\"; },"
		"{ source = \"list\"; users = ( { name = \"bob\"; phone = \"07700 900007\"; },"
		"  { name = \"dan smith\"; phone = \"07700 900008\"; },"
		"  { name = \"nothing\"; phone = \"07700 900009\"; } ); }",
		"");

	scratch_write(*state, "phones", 0600,
		"alice 07700 900002\nbad 07700 900003\nfar 07700 900004\n"
		"bob 07700 900005, 07700 900006\nnothing # yet\n");
	assert_source(config, "alice", PHONES_FOUND, "list", "+447700900001");
	assert_source(config, "bad", PHONES_BAD, "list", NULL);
	assert_source(config, "far", PHONES_NOT_ALLOWED, "list", NULL);
	assert_source(config, "bob", PHONES_FOUND, "file", "+447700900005");
	assert_source(config, "nothing", PHONES_BAD, "file", NULL);
	assert_source(config, "dan smith", PHONES_FOUND, "list", "+447700900008");
	assert_source(config, "dan", PHONES_NONE, NULL, NULL);
	assert_source(config, "ALICE", PHONES_NONE, NULL, NULL);
	assert_source(config, "", PHONES_NONE, NULL, NULL);
	config_free(&config);
}

/* "Could not be asked" is never "has no phone". */
static void
test_sources_unavailable(void **state)
{
	struct config *config = load(*state,
		"{ source = \"list\"; users = ("
		"  { name = \"alice\"; phone = \"07700 900001\"; } ); },"
		"{ source = \"file\"; path = \"first\"; },"
		"{ source = \"file\"; path = \"second\"; },"
		"{ source = \"list\"; users = ( { name = \"bob\"; phone = \"07700 900007\"; } ); }",
		"");
	const char *first = scratch_path(*state, "first");
	char expected[FAULT_TEXT_SIZE];
	struct phones phones;
	struct fault fault;

	/* A source before the broken one knows her: it is not asked. */
	assert_source(config, "alice", PHONES_FOUND, "list", "+447700900001");

	/* The first of two that failed is the one reported; a later source may still know the user.
	 */
	scratch_write(*state, "second", 0644, "carol 07700 900002\n");
	snprintf(expected, sizeof expected, "%s: cannot be opened: No such file or directory",
		first);
	phones_find(config, NULL, "carol", &phones, &fault);
	assert_int_equal(phones.outcome, PHONES_UNAVAILABLE);
	assert_int_equal(phones.count, 0);
	assert_null(phones.source);
	assert_string_equal(fault.text, expected);
	phones_find(config, NULL, "bob", &phones, &fault);
	assert_int_equal(phones.outcome, PHONES_FOUND);
	assert_string_equal(phones.number[0].text, "+447700900007");
	assert_string_equal(phones.source, "list");
	assert_string_equal(fault.text, expected);

	assert_int_equal(chmod(scratch_path(*state, "second"), 0600), 0);
	phones_find(config, NULL, "carol", &phones, &fault);
	assert_int_equal(phones.outcome, PHONES_FOUND);
	assert_string_equal(phones.source, "file");
	assert_string_equal(fault.text, expected);
	phones_find(config, NULL, "dave", &phones, NULL);
	assert_int_equal(phones.outcome, PHONES_UNAVAILABLE);

	scratch_write(*state, "first", 0600, "# nobody\n");
	assert_source(config, "dave", PHONES_NONE, NULL, NULL);
	config_free(&config);
}

static void
test_wiped(void **state)
{
	struct config *config;
	struct phones phones;
	char line[PHONES_LINE_SIZE];
	bool found;
	const char *path = scratch_write(*state, "phones", 0600, "alice " ALICE "\n");

	wiped_with_number = 0;
	assert_int_equal(phones_file_find(path, "nobody", &found, line, NULL), 0);
	assert_int_equal(wiped_with_number, 1);		/* the buffer */
	config = load(*state, "{ source = \"file\"; path = \"phones\"; }", "");
	wiped_with_number = 0;
	phones_find(config, NULL, "alice", &phones, NULL);
	assert_true(wiped_with_number >= 3); /* buffer, line, its own copy of the result */
	assert_true(line_wiped);
	assert_int_equal(phones.count, 1);
	wiped_with_number = 0;
	phones_wipe(&phones);
	assert_int_equal(wiped_with_number, 1);
	assert_int_equal(phones.count, 0);
	phones_wipe(NULL);
	config_free(&config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

/* --- sources outside this process ------------------------------------------ */

struct outside {
	const char *path, *numbers;	/* NULL: it cannot be asked; "": it knows nobody */
};

static char asked[256];

static int
ask(const char *helper, const struct config_source *source, const char *user, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	static const struct outside outsides[] = { { "/knows", ALICE ", 07700 900124" },
		{ "/none", "" }, { "/fails", NULL }, { "/bad", "nonsense" },
		{ "/refused", "+1 202 555 0143" } };

	assert_string_equal(helper, "/libexec/helper");
	assert_string_equal(user, "alice");
	strcat(asked, source->kind == CONFIG_SOURCE_LDAP ? " ldap" : " command");
	strcat(asked, source->path);
	for (size_t i = 0; i < sizeof outsides / sizeof outsides[0]; i++) {
		if (strcmp(outsides[i].path, source->path) != 0)
			continue;
		if (outsides[i].numbers == NULL)
			return fault_set(fault, FAULT_SYSTEM, "%s: why", source->path);
		*ret_found = outsides[i].numbers[0] != '\0';
		snprintf(ret_line, PHONES_LINE_SIZE, "%s", outsides[i].numbers);
		return 0;
	}
	fail_msg("%s", source->path);
	return 0;
}

static void
test_outside(void **state)
{
#define COMMAND(path) "{ source = \"command\"; path = \"" path "\"; }"
#define LDAP(path) "{ source = \"ldap\"; config = \"" path "\"; }"
#define LIST(user) "{ source = \"list\"; users = ( { name = \"" user "\"; " \
	"phone = \"07700 900199\"; } ); }"
	static const struct {
		const char *sources;
		enum phones_outcome outcome;
		const char *source, *number, *asked, *why;
	} cases[] = {
		{ COMMAND("/knows"), PHONES_FOUND, "command", ALICE_E164, " command/knows", "" },
		{ LDAP("/knows") "," COMMAND("/fails"), PHONES_FOUND, "ldap", ALICE_E164,
			" ldap/knows", "" },
		{ LIST("alice") "," LDAP("/fails"), PHONES_FOUND, "list", "+447700900199", "", "" },
		{ LIST("bob") "," LDAP("/none") "," COMMAND("/knows"), PHONES_FOUND, "command",
			ALICE_E164, " ldap/none command/knows", "" },
		{ LDAP("/none") "," COMMAND("/none"), PHONES_NONE, NULL, NULL,
			" ldap/none command/none", "" },
		/* What could not be asked may have known her: never "no phone". */
		{ LDAP("/fails") "," COMMAND("/none"), PHONES_UNAVAILABLE, NULL, NULL,
			" ldap/fails command/none", "/fails: why" },
		{ LDAP("/none") "," COMMAND("/fails"), PHONES_UNAVAILABLE, NULL, NULL,
			" ldap/none command/fails", "/fails: why" },
		{ LDAP("/fails") "," LIST("alice"), PHONES_FOUND, "list", "+447700900199",
			" ldap/fails", "/fails: why" },
		/* Who knows her decides, also where her number is of no use. */
		{ COMMAND("/bad") "," COMMAND("/knows"), PHONES_BAD, "command", NULL,
			" command/bad", "" },
		{ COMMAND("/refused") "," COMMAND("/knows"), PHONES_NOT_ALLOWED, "command", NULL,
			" command/refused", "" },
	};
	const struct phones_asker asker = { .ask = ask, .helper = "/libexec/helper" };
	struct phones phones;
	struct fault fault;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct config *config = load(*state, cases[i].sources, "");

		asked[0] = '\0';
		fault = (struct fault){ .text = "old" };
		phones_find(config, &asker, "alice", &phones, &fault);
		assert_string_equal(asked, cases[i].asked);
		assert_int_equal(phones.outcome, cases[i].outcome);
		assert_string_equal(fault.text, cases[i].why);
		assert_true((phones.source == NULL) == (cases[i].source == NULL));
		if (phones.source != NULL)
			assert_string_equal(phones.source, cases[i].source);
		assert_int_equal(phones.count > 0, cases[i].number != NULL);
		if (cases[i].number != NULL)
			assert_string_equal(phones.number[0].text, cases[i].number);
		config_free(&config);
	}
}

/* Who cannot start processes must not take a directory for one that knows nobody. */
static void
test_outside_without_asker(void **state)
{
	struct config *config = load(*state, LDAP("/d"), "");
	struct phones phones;
	struct fault fault;

	phones_find(config, NULL, "alice", &phones, &fault);
	assert_int_equal(phones.outcome, PHONES_UNAVAILABLE);
	assert_string_equal(fault.text, "ldap /d: is not asked here");
	config_free(&config);
}

static void
hear(void *said, const struct config_source *source, bool found, const struct fault *fault)
{
	sprintf(strchr(said, '\0'), "%s %s %s;", config_source_name(source->kind),
		found ? "knows" : "does not", fault != NULL ? fault->text : "asked");
}

/* Each source that was asked is told of, and none behind the one that decides. */
static void
test_heard(void **state)
{
	char said[512] = "";
	const struct phones_asker asker = { ask, "/libexec/helper", hear, said };
	struct config *config = load(*state, LIST("bob") "," LDAP("/fails") ","
		COMMAND("/knows") "," COMMAND("/none"), "");
	struct phones phones;

	asked[0] = '\0';
	phones_find(config, &asker, "alice", &phones, NULL);
	assert_string_equal(said,
		"list does not asked;ldap does not /fails: why;command knows asked;");
	config_free(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_numbers), TEST(test_sources_in_order), TEST(test_sources_unavailable),
		TEST(test_wiped), TEST(test_outside), TEST(test_outside_without_asker),
		TEST(test_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
