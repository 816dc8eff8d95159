/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of sentences that are installed say everything, and the page says what they can say. */
#include "conf_scratch.h"

#include <glob.h>

#include "core/code.h"
#include "core/fault.h"
#include "core/message.h"
#include "core/template.h"
#include "core/words_list.h"

#define PAGE "docs/smsotp-texts.5"
#define VARIABLES_MAX 32

static struct words *
load(const struct scratch *scratch, const char *path)
{
	char text[65536];
	struct words *words = NULL;
	struct fault fault = { .text = "" };
	FILE *file = fopen(path, "re");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof text, file);
	fclose(file);
	assert_true(size > 0 && size < sizeof text);
	if (words_load(scratch_write_bytes(scratch, "texts.conf", 0600, text, size), &words,
	    &fault) != 0)
		fail_msg("%s: %s", path, fault.text);
	return words;
}

/* Everything that can have a value has one. */
static void
assert_complete(const char *path, const struct words *words)
{
	static const struct code_form form = { .length = 6, .alphabet = CODE_DIGITS };
	const struct words_values values = {
		.ref = "K7", .user = "alice", .phone = "+44 ****** 0123", .host = "web1",
		.service = "sshd", .next_phone = "+1 ****** 0143", .voice = true, .tries = 2,
		.fate = WORD_FATE_PENDING, .wait_ms = 300000, .form = &form,
	};

	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		const struct words_entry *entry = &words_list[i];
		const char *template = words_template(words, (enum word)i);
		char said[WORDS_SIZE];

		if (template == entry->english)
			fail_msg("%s: %s is missing", path, entry->key);
		words_say(words, (enum word)i, &values, said);
		if (said[0] == '\0' || strpbrk(said, "{}") != NULL)
			fail_msg("%s: %s says \"%s\"", path, entry->key, said);
		/* A translation that loses a value of the English one is a mistake in it. */
		for (size_t n = 0; entry->names[n] != NULL; n++) {
			if (template_uses(entry->english, entry->names[n]) !=
			    template_uses(template, entry->names[n]))
				fail_msg("%s: %s: {%s}", path, entry->key, entry->names[n]);
		}
		/* So is one that runs into what follows it. */
		if ((entry->english[strlen(entry->english) - 1] == ' ') !=
		    (template[strlen(template) - 1] == ' '))
			fail_msg("%s: %s: the blank at its end", path, entry->key);
	}
	for (size_t n = 0; message_names[n] != NULL; n++) {
		assert_int_equal(
			template_uses(words_list[WORD_MESSAGE].english, message_names[n]),
			template_uses(words_template(words, WORD_MESSAGE), message_names[n]));
	}
}

static void
test_shipped_are_complete(void **state)
{
	glob_t files;

	assert_int_equal(glob("conf/texts.*.conf", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct words *words = load(*state, files.gl_pathv[i]);

		assert_complete(files.gl_pathv[i], words);
		words_free(&words);
	}
	globfree(&files);
}

static void
test_german_units(void **state)
{
	static const struct { int64_t ms; const char *text; } waits[] = {
		{ 1000, "1 Sekunde" }, { 30000, "30 Sekunden" }, { 300000, "5 Minuten" },
		{ 86400000, "24 Stunden" },
	};
	static const struct code_form forms[] = {
		{ .length = 6, .alphabet = CODE_DIGITS }, { .length = 8, .alphabet = CODE_ALNUM },
	};
	struct words *words = load(*state, "conf/texts.de.conf");
	char said[WORDS_SIZE], expected[WORDS_SIZE];

	for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
		const struct words_values values = {
			.ref = "K7", .phone = "+44", .wait_ms = waits[i].ms, .contact = "IT.",
		};

		words_say(words, WORD_END_BUDGET, &values, said);
		snprintf(expected, sizeof expected, "Zu viele Codes verschickt; der nächste ist "
			"in %s möglich. [K7]", waits[i].text);
		assert_string_equal(said, expected);
		words_say(words, WORD_END_LOCKED, &values, said);
		snprintf(expected, sizeof expected, "Zu viele falsche Codes: für %s gesperrt. Das "
			"waren nicht Sie? Dann kennt jemand Ihr Passwort. IT. [K7]", waits[i].text);
		assert_string_equal(said, expected);
		words_say(words, WORD_PROMPT_TAKEN, &values, said);
		snprintf(expected, sizeof expected, "Die SMS an +44 wurde vor %s verschickt und "
			"kann eine Minute brauchen. Nicht da? r schickt sie noch einmal. "
			"Code K7: ", waits[i].text);
		assert_string_equal(said, expected);
	}
	assert_string_equal(words_template(words, WORD_UNIT_MINUTE), "{count} Minute");
	assert_string_equal(words_template(words, WORD_UNIT_HOUR), "{count} Stunde");
	for (unsigned int tries = 1; tries < 4; tries++) {
		words_say(words, WORD_PROMPT_WRONG, &(struct words_values){ .tries = tries },
			said);
		snprintf(expected, sizeof expected, "Falscher Code, noch %u %s (r: erneut "
			"senden): ", tries, tries == 1 ? "Versuch" : "Versuche");
		assert_string_equal(said, expected);
	}
	for (size_t i = 0; i < 2; i++) {
		words_say(words, WORD_PROMPT_NOT_A_CODE,
			&(struct words_values){ .ref = "K7", .form = &forms[i] }, said);
		snprintf(expected, sizeof expected, "Das ist kein Code: Ein Code hat %s. Code K7 "
			"(r: erneut senden, Enter: Hilfe): ",
			i == 0 ? "6 Ziffern" : "8 Buchstaben und Ziffern");
		assert_string_equal(said, expected);
	}
	words_free(&words);
}

/* Variables that the page gives a word: "{a}" anywhere in the lines that count. */
struct variables {
	char name[VARIABLES_MAX][16];
	size_t count;
};

static void
add_variables(struct variables *variables, const char *line)
{
	while ((line = strchr(line, '{')) != NULL) {
		size_t length = strcspn(++line, "}");

		assert_true(variables->count < VARIABLES_MAX && length < 16);
		snprintf(variables->name[variables->count++], 16, "%.*s", (int)length, line);
		line += length;
	}
}

static void
assert_same_variables(const struct words_entry *entry, const struct variables *in_page)
{
	const char *const *names = entry->kind == WORDS_TEXT ? message_names : entry->names;
	size_t count = 0;

	for (; names[count] != NULL; count++) {
		size_t i = 0;

		while (i < in_page->count && strcmp(in_page->name[i], names[count]) != 0)
			i++;
		if (i == in_page->count)
			fail_msg("%s: %s has {%s}", PAGE, entry->key, names[count]);
	}
	if (count != in_page->count)
		fail_msg("%s: %s has %zu variables, not %zu", PAGE, entry->key, count,
			in_page->count);
}

/* Blanks at the ends cannot be seen in the page. */
static void
assert_same_words(const struct words_entry *entry, const char *in_page)
{
	const char *english = entry->english + strspn(entry->english, " ");
	size_t length = strlen(english);

	while (length > 0 && english[length - 1] == ' ')
		length--;
	if (strlen(in_page) != length || memcmp(in_page, english, length) != 0)
		fail_msg("%s: %s: \"%s\"", PAGE, entry->key, in_page);
}

static const struct words_entry *
entry_of(const char *key)
{
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		if (strcmp(words_list[i].key, key) == 0)
			return &words_list[i];
	}
	fail_msg("%s: %s is not a key", PAGE, key);
	return NULL;
}

/* The lines of one display, joined by blanks. */
static void
read_display(FILE *page, char *ret_text, size_t size)
{
	char line[512];
	size_t used = 0;

	assert_non_null(fgets(line, sizeof line, page));
	assert_string_equal(line, ".Bd -literal -compact\n");
	ret_text[0] = '\0';
	while (fgets(line, sizeof line, page) != NULL && line[0] != '.') {
		line[strcspn(line, "\n")] = '\0';
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s",
			used > 0 ? " " : "", line);
		assert_true(used < size);
	}
	assert_string_equal(line, ".Ed\n");
}

static void
test_page(void **state)
{
	bool seen[WORD_COUNT] = { false }, in_keys = false, before_items = false;
	struct variables common = { .count = 0 };
	char line[512], key[64], text[WORDS_SIZE];
	FILE *page = fopen(PAGE, "re");

	(void)state;
	assert_non_null(page);
	while (fgets(line, sizeof line, page) != NULL) {
		if (strncmp(line, ".Sh ", 4) == 0)
			in_keys = strcmp(line, ".Sh KEYS\n") == 0;
		if (!in_keys)
			continue;
		if (strncmp(line, ".Ss ", 4) == 0) {
			common.count = 0;
			before_items = true;
		} else if (sscanf(line, ".It Cm %63s", key) == 1) {
			struct variables own = common;
			const struct words_entry *entry = entry_of(key);

			before_items = false;
			add_variables(&own, line);
			assert_same_variables(entry, &own);
			read_display(page, text, sizeof text);
			assert_same_words(entry, text);
			assert_false(seen[entry - words_list]);
			seen[entry - words_list] = true;
		} else if (before_items && strncmp(line, ".Cm {", 5) == 0) {
			add_variables(&common, line);
		}
	}
	fclose(page);
	for (int i = WORD_NONE + 1; i < WORD_COUNT; i++) {
		if (!seen[i])
			fail_msg("%s: %s is missing", PAGE, words_list[i].key);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shipped_are_complete), TEST(test_german_units), TEST(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
