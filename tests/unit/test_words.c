/* SPDX-License-Identifier: BSD-2-Clause */
/* The sentences in English, and how their values and units come into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/code.h"
#include "core/template.h"
#include "core/words_list.h"

/* A name is for files that people write: it must be there, be one word, and be one word's alone. */
static void
test_every_word_has_a_row(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";

	(void)state;
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		const struct words_entry *entry = &words_list[i];

		if (entry->key == NULL || entry->english == NULL)
			fail_msg("word %d has no row in words_list.c", i);
		assert_true(entry->key[0] != '\0' && entry->english[0] != '\0');
		assert_int_equal(strspn(entry->key, letters), strlen(entry->key));
		assert_null(entry->names[WORDS_NAMES_MAX - 1]);
		assert_ptr_equal(words_template(NULL, (enum word)i), entry->english);
		for (int j = WORD_NONE + 1; j < i; j++)
			assert_string_not_equal(words_list[j].key, entry->key);
	}
	assert_string_equal(words_template(NULL, WORD_NONE), "");
}

/* What a word may name in a file it may name in English, and no more. */
static void
test_english_keeps_the_rules(void **state)
{
	(void)state;
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		const struct words_entry *entry = &words_list[i];

		if (entry->kind != WORDS_TEXT &&
		    template_check(entry->english, entry->names, NULL) != NULL)
			fail_msg("%s uses what it does not have", entry->key);
	}
}

static const struct code_form digits = { .length = 6, .alphabet = CODE_DIGITS };
static const struct code_form alnum = { .length = 8, .alphabet = CODE_ALNUM };

static void
assert_says(enum word word, const struct words_values *values, const char *text)
{
	char said[WORDS_SIZE];

	words_say(NULL, word, values, said);
	assert_string_equal(said, text);
}

static void
test_durations(void **state)
{
	static const struct { int64_t ms; const char *text; } rows[] = {
		{ -5, "1 second" }, { 0, "1 second" }, { 1, "1 second" }, { 1000, "1 second" },
		{ 1001, "2 seconds" }, { 59000, "59 seconds" }, { 60000, "60 seconds" },
		{ 119000, "119 seconds" }, { 119001, "120 seconds" }, { 120000, "2 minutes" },
		{ 120001, "3 minutes" }, { 1800000, "30 minutes" }, { 3600000, "60 minutes" },
		{ 7199999, "120 minutes" }, { 7200000, "2 hours" }, { 7200001, "3 hours" },
		{ 86400000, "24 hours" },
	};
	char text[WORDS_PART_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		words_duration(NULL, rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
test_counted(void **state)
{
	(void)state;
	assert_says(WORD_PROMPT_WRONG, &(struct words_values){ .tries = 1 },
		"Wrong code, 1 try left (r: resend): ");
	assert_says(WORD_PROMPT_WRONG, &(struct words_values){ .tries = 2 },
		"Wrong code, 2 tries left (r: resend): ");
	assert_says(WORD_PROMPT_NOT_A_CODE, &(struct words_values){ .ref = "K7", .form = &digits },
		"That is not a code: a code has 6 digits. Code K7 (r: resend, Enter: help): ");
	assert_says(WORD_PROMPT_NOT_A_CODE,
		&(struct words_values){ .ref = "K7", .form = &alnum, .voice = true },
		"That is not a code: a code has 8 letters and digits. "
		"Code K7 (r: resend, v: call, Enter: help): ");
}

static void
test_contact(void **state)
{
	struct words_values values = { .ref = "K7", .user = "alice" };

	(void)state;
	assert_says(WORD_END_NO_PHONE, &values,
		"No phone is registered for alice. Ask your system administrator. [K7]");
	values.contact = "";
	assert_says(WORD_END_NO_PHONE, &values,
		"No phone is registered for alice. Ask your system administrator. [K7]");
	values.contact = "IT {desk}, ext. 4444";
	assert_says(WORD_END_NO_PHONE, &values,
		"No phone is registered for alice. IT {desk}, ext. 4444 [K7]");
}

static void
test_parts(void **state)
{
	struct words_values values = {
		.ref = "K7", .phone = "+44 ****** 0123", .wait_ms = 9000,
		.fate = WORD_FATE_PENDING,
	};

	(void)state;
	assert_says(WORD_PROMPT_TAKEN, &values, "The text went out to +44 ****** 0123 9 seconds "
		"ago and can take a minute. Not there? r sends it again. Code K7: ");
	assert_says(WORD_PROMPT_FATE, &values, "The text to +44 ****** 0123 is on its way. "
		"r sends it again. Code K7: ");
	values.voice = true;
	values.next_phone = "+1 ****** 0143";
	assert_says(WORD_PROMPT_TAKEN, &values, "The text went out to +44 ****** 0123 9 seconds "
		"ago and can take a minute. Not there? r sends it again, v has it read out by a "
		"call, n sends it to +1 ****** 0143 instead. Code K7: ");
}

static void
test_a_template_of_its_own(void **state)
{
	const struct words_values values = {
		.ref = "K7", .user = "alice", .host = "web1", .service = "sshd",
		.phone = "+44 ****** 0123", .voice = true,
	};
	char said[WORDS_SIZE];

	(void)state;
	words_expand(NULL, "{user}@{host} {service} {phone} {ref} ({voice}r)", &values, said);
	assert_string_equal(said, "alice@web1 sshd +44 ****** 0123 K7 (v: call, r)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_word_has_a_row),
		cmocka_unit_test(test_english_keeps_the_rules),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_contact),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_a_template_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
