/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of sentences: what they may say, what they leave out, and what is refused. */
#include "conf_scratch.h"

#include "core/code.h"
#include "core/fault.h"
#include "core/words_list.h"

/* The message without its path goes to ret_why. */
static struct words *
try(const struct scratch *scratch, const char *text, char ret_why[static FAULT_TEXT_SIZE])
{
	const char *path = scratch_write(scratch, "texts.conf", 0644, text);
	struct words *words = NULL;
	struct fault fault = { .text = "" };
	int status = words_load(path, &words, &fault);

	ret_why[0] = '\0';
	if (status == 0) {
		assert_non_null(words);
		return words;
	}
	assert_null(words);
	assert_int_equal(status, FAULT_CONFIG);
	assert_int_equal(strncmp(fault.text, path, strlen(path)), 0);
	snprintf(ret_why, FAULT_TEXT_SIZE, "%s", fault.text + strlen(path));
	return NULL;
}

static struct words *
assert_loads(const struct scratch *scratch, const char *text)
{
	char why[FAULT_TEXT_SIZE];
	struct words *words = try(scratch, text, why);

	if (words == NULL)
		fail_msg("refused%s: %s", why, text);
	return words;
}

static void
assert_refused(const struct scratch *scratch, const char *text, const char *why)
{
	char got[FAULT_TEXT_SIZE];
	struct words *words = try(scratch, text, got);

	if (words != NULL) {
		words_free(&words);
		fail_msg("accepted: %s", text);
	}
	assert_string_equal(got, why);
}

static void
test_missing_is_english(void **state)
{
	struct words *words = assert_loads(*state, "");

	for (int i = 0; i < WORD_COUNT; i++)
		assert_ptr_equal(words_template(words, (enum word)i), words_list[i].english);
	words_free(&words);
	assert_null(words);
	words_free(&words);
	words_free(NULL);
}

/* Each key alone: it replaces its word and no other. */
static void
test_every_key(void **state)
{
	char text[128];

	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		const char *mine = words_list[i].kind == WORDS_TEXT ? "{code} is mine" : "mine";
		struct words *words;

		snprintf(text, sizeof text, "%s = \"%s\";", words_list[i].key, mine);
		words = assert_loads(*state, text);
		for (int j = 0; j < WORD_COUNT; j++)
			assert_string_equal(words_template(words, (enum word)j),
				i == j ? mine : words_list[j].english);
		words_free(&words);
	}
}

/* Each variable that anything has, in each word: refused, or one of its own. */
static void
test_every_variable(void **state)
{
	static const char *const all[] = { "ref", "user", "phone", "contact", "host", "service",
		"next", "wait", "tries", "form", "voice", "call", "other", "fate", "count",
		"left" };

	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		const struct words_entry *entry = &words_list[i];
		size_t own = 0;

		if (entry->kind == WORDS_TEXT)
			continue;
		for (size_t v = 0; v < sizeof all / sizeof all[0]; v++) {
			char text[128], why[FAULT_TEXT_SIZE], expected[FAULT_TEXT_SIZE];
			struct words *words;
			bool has = false;

			for (size_t n = 0; entry->names[n] != NULL; n++)
				has = has || strcmp(entry->names[n], all[v]) == 0;
			own += has;
			snprintf(text, sizeof text, "\n%s =\n  \"a {%s}\";", entry->key, all[v]);
			snprintf(expected, sizeof expected,
				":2: %s: unknown variable {%s}, at column 3 of the text",
				entry->key, all[v]);
			words = try(*state, text, why);
			assert_string_equal(why, has ? "" : expected);
			words_free(&words);
		}
		for (size_t n = 0; entry->names[n] != NULL; n++)
			own--;
		if (own != 0)
			fail_msg("%s has a variable that this test does not know", entry->key);
	}
}

static void
test_refusals(void **state)
{
	static const struct { const char *text, *why; } rows[] = {
		{ "end_locked = \"a\";\nend_lokced = \"b\";", ":2: end_lokced: unknown key" },
		{ "end_locked = 5;", ":1: end_locked: must be a string, is an integer" },
		{ "end_locked = \"\";", ":1: end_locked: 0 bytes long, must be 1..480" },
		{ "end_locked = \"a {wait\";", ":1: end_locked: { without }; a brace itself is "
			"written {{, at column 3 of the text" },
		{ "end_locked = \"a\\x1b[2Jb\";",
			":1: end_locked: a control character, at column 2 of the text" },
		{ "end_locked = \"a\\nb\";",
			":1: end_locked: a control character, at column 2 of the text" },
		{ "end_locked = \"ab\xc2\x9b\";",
			":1: end_locked: a control character, at column 3 of the text" },
		{ "end_locked = \"caf\xe9\";",
			":1: end_locked: not UTF-8, at column 4 of the text" },
		{ "contact = \"{ref}\";",
			":1: contact: unknown variable {ref}, at column 1 of the text" },
		{ "message = \"no number\";", ":1: message: has no {code} in it" },
		{ "message = \"{code} {phone}\";",
			":1: message: unknown variable {phone}, at column 8 of the text" },
		{ "@include \"other.conf\"", ":1: @include is not allowed" },
		{ "end_locked = { a = 1; };", ":1: end_locked: must be a string, is a group" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(*state, rows[i].text, rows[i].why);
}

/* One byte more, and a sentence could be cut. */
static void
test_bounds(void **state)
{
	static const struct { const char *key, *start; int rest; const char *why; } rows[] = {
		/* 767 bytes: user and contact have 128 each, the rest is text. */
		{ "end_no_phone", "{user}{contact}{user}{contact}", 255, "767" },
		{ "prompt_cooldown", "{fate}{wait}{call}{other}{contact}", 127, "767" },
		/* A name is 8 bytes at most, a masked number 31. */
		{ "prompt_taken", "{ref}{phone}{user}{user}{user}{user}{user}", 88, "767" },
		{ "prompt", "{host}{user}{service}{host}{user}", 127, "767" },
		/* 128 bytes: parts. */
		{ "fate_pending", "{phone}", 97, "128" },
		{ "part_other_phone", "{next}{phone}", 66, "128" },
		{ "part_voice", "", 128, "128" },
		{ "unit_second", "{count}", 108, "128" },
		{ "contact", "", 128, "128" },
	};
	char text[1024], why[128];
	struct words *words;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "%s = \"%s%0*d\";", rows[i].key, rows[i].start,
			rows[i].rest, 0);
		words = assert_loads(*state, text);
		words_free(&words);
		snprintf(text, sizeof text, "%s = \"%s%0*d\";", rows[i].key, rows[i].start,
			rows[i].rest + 1, 0);
		snprintf(why, sizeof why, ":1: %s: can be longer than %s bytes once filled in",
			rows[i].key, rows[i].why);
		assert_refused(*state, text, why);
	}
	snprintf(text, sizeof text, "end_state = \"%0480d\";", 0);
	words = assert_loads(*state, text);
	words_free(&words);
	snprintf(text, sizeof text, "end_state = \"%0481d\";", 0);
	assert_refused(*state, text, ":1: end_state: 481 bytes long, must be 1..480");
}

/* As smsotp.conf: it decides what a login says. */
static void
test_owner_and_mode(void **state)
{
	const char *path = scratch_write(*state, "texts.conf", 0666, "");
	struct words *words = NULL;
	struct fault fault = { .text = "" };

	assert_int_equal(words_load(path, &words, &fault), FAULT_CONFIG);
	assert_null(words);
	assert_non_null(strstr(fault.text, "writable"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(words_load(path, &words, &fault), 0);
	words_free(&words);
	assert_int_equal(words_load(scratch_path(*state, "absent"), &words, &fault), FAULT_CONFIG);
	assert_null(words);
}

static void
assert_says(const struct words *words, enum word word, const struct words_values *values,
	const char *text)
{
	char said[WORDS_SIZE];

	words_say(words, word, values, said);
	assert_string_equal(said, text);
}

/* Units, parts and the contact of the file go into its sentences, and into the English ones. */
static void
test_said(void **state)
{
	const struct code_form form = { .length = 6, .alphabet = CODE_DIGITS };
	struct words_values values = {
		.ref = "K7", .user = "alice", .phone = "+44 ****** 0123", .wait_ms = 120000,
		.tries = 2, .form = &form, .fate = WORD_FATE_PENDING, .voice = true,
		.next_phone = "+1 ****** 0143",
	};
	struct words *words = assert_loads(*state,
		"contact = \"Demandez {{au}} bureau 4.\"; unit_minutes = \"{count} min\";"
		"unit_try = \"un seul essai\"; unit_tries = \"{count} essais\";"
		"unit_digits = \"{count} chiffres\"; part_voice = \"v : appel, \";"
		"part_call = \"; v appelle {phone}\"; part_other_phone = \"; n : {next}\";"
		"fate_pending = \"SMS en route vers {phone}. \";"
		"prompt_wrong = \"Code faux, {tries}. \xc3\x89" "chec ? \";"
		"prompt_fate = \"{fate}r{call}{other} : \";");

	assert_says(words, WORD_PROMPT_WRONG, &values, "Code faux, 2 essais. \xc3\x89" "chec ? ");
	assert_says(words, WORD_PROMPT_FATE, &values, "SMS en route vers +44 ****** 0123. "
		"r; v appelle +44 ****** 0123; n : +1 ****** 0143 : ");
	assert_says(words, WORD_END_LOCKED, &values, "Too many wrong codes: locked for 2 min. "
		"Not you? Someone knows your password. Demandez {au} bureau 4. [K7]");
	assert_says(words, WORD_PROMPT_NOT_A_CODE, &values, "That is not a code: a code has "
		"6 chiffres. Code K7 (r: resend, v : appel, Enter: help): ");
	values.tries = 1;
	values.contact = "IT desk";
	assert_says(words, WORD_PROMPT_WRONG, &values,
		"Code faux, un seul essai. \xc3\x89" "chec ? ");
	assert_says(words, WORD_END_NO_PHONE, &values,
		"No phone is registered for alice. IT desk [K7]");
	words_free(&words);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_missing_is_english), TEST(test_every_key), TEST(test_every_variable),
		TEST(test_refusals), TEST(test_bounds), TEST(test_owner_and_mode), TEST(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
