/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: message, prompt, contact, the file of sentences, and directories. */
#include "config_texts.h"

#include "core/words.h"

#define ELEVEN_CLIENTS "{client}{client}{client}{client}{client}{client}{client}{client}{client}" \
	"{client}{client}"

/* Why a text may not be: the template's own tests have the wording; here the place counts. */
static void
assert_words_refused(const struct scratch *scratch, const char *setting, const char *start)
{
	char text[2048], why[FAULT_TEXT_SIZE];
	struct config *config;

	snprintf(text, sizeof text, REQUIRED "%s", setting);
	config = config_try(scratch, text, why);
	if (config != NULL) {
		config_free(&config);
		fail_msg("accepted: %s", setting);
	}
	assert_int_equal(strncmp(why, start, strlen(start)), 0);
}

static void
test_words(void **state)
{
	static const char *const message_names[] = {
		"code", "ref", "host", "user", "service", "client", "minutes"
	};
	static const char *const prompt_names[] = { "ref", "phone", "host", "user", "service" };
	static const char *const not_in_message[] = { "phone", "contact", "tries", "Code", "" };
	static const char *const not_in_prompt[] = { "code", "client", "minutes", "contact", "" };
	static const struct refusal rows[] = {
		{ REQUIRED "message = \"{code} {nope}\";",
			":4: message: unknown variable {nope}, at column 8 of the text" },
		{ REQUIRED "message = \"{code}{origin}\";",
			":4: message: unknown variable {origin}, at column 7 of the text" },
		{ REQUIRED "prompt = \"{code}\";",
			":4: prompt: unknown variable {code}, at column 1 of the text" },
		{ REQUIRED "message = \"{code\";", ":4: message: { without }; a brace itself is "
			"written {{, at column 1 of the text" },
		{ REQUIRED "message = \"Your code\";", ":4: message: has no {code} in it" },
		{ REQUIRED "message = \"{{code}}\";", ":4: message: has no {code} in it" },
		/* Eleven of the longest values, the code, and the line of the longest origin. */
		{ REQUIRED "message = \"{code}" ELEVEN_CLIENTS "{ref}\";", ":4: message: can be "
			"longer than 1600 bytes once filled in" },
		/* Six of the longest values. */
		{ REQUIRED "prompt = \"{user}{user}{user}{user}{user}{user}\";", ":4: prompt: can "
			"be longer than 767 bytes once filled in" },
		{ REQUIRED "message = \"\";", ":4: message: 0 bytes long, must be 1..480" },
		{ REQUIRED "prompt = \"\";", ":4: prompt: 0 bytes long, must be 1..480" },
		{ REQUIRED "message = 5;", ":4: message: must be a string, is an integer" },
		{ REQUIRED "contact = \"a\\x1b[2Jb\";",
			":4: contact: has a control character in it, or is not UTF-8" },
		{ REQUIRED "contact = \"a\xc2\x9b b\";",
			":4: contact: has a control character in it, or is not UTF-8" },
		{ REQUIRED "contact = \"a\\n\";",
			":4: contact: has a control character in it, or is not UTF-8" },
		{ REQUIRED "contact = \"caf\xe9\";",
			":4: contact: has a control character in it, or is not UTF-8" },
	};
	static const struct { const char *key, *start; size_t max; } lengths[] = {
		{ "message", "{code}", 480 }, { "prompt", "", 480 }, { "contact", "", 128 },
	};
	struct config *config;
	char text[2048];

	REFUSALS(*state, rows);
	for (size_t i = 0; i < sizeof message_names / sizeof *message_names; i++) {
		snprintf(
			text, sizeof text, REQUIRED "message = \"{code} {%s}\";", message_names[i]);
		config = assert_loads(*state, text);
		config_free(&config);
	}
	for (size_t i = 0; i < sizeof prompt_names / sizeof *prompt_names; i++) {
		snprintf(text, sizeof text, REQUIRED "prompt = \"{%s}\";", prompt_names[i]);
		config = assert_loads(*state, text);
		config_free(&config);
	}
	for (size_t i = 0; i < sizeof not_in_message / sizeof *not_in_message; i++) {
		snprintf(text, sizeof text, "message = \"{code} {%s}\";", not_in_message[i]);
		assert_words_refused(*state, text, ":4: message: ");
	}
	for (size_t i = 0; i < sizeof not_in_prompt / sizeof *not_in_prompt; i++) {
		snprintf(text, sizeof text, "prompt = \"{%s}\";", not_in_prompt[i]);
		assert_words_refused(*state, text, ":4: prompt: ");
	}
	assert_words_refused(*state, "message = \"{code} {\";", ":4: message: ");
	assert_words_refused(*state, "message = \"{code}\\n@web1 #{code}\";", ":4: message: ");
	assert_words_refused(*state, "prompt = \"\\x1b\";", ":4: prompt: ");
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t rest = lengths[i].max - strlen(lengths[i].start);
		char why[128];

		snprintf(text, sizeof text, REQUIRED "%s = \"%s%0*d\";", lengths[i].key,
			lengths[i].start, (int)rest, 0);
		config = assert_loads(*state, text);
		config_free(&config);
		snprintf(text, sizeof text, REQUIRED "%s = \"%s%0*d\";", lengths[i].key,
			lengths[i].start, (int)rest + 1, 0);
		snprintf(why, sizeof why, ":4: %s: %zu bytes long, must be %d..%zu", lengths[i].key,
			lengths[i].max + 1, i < 2, lengths[i].max);
		assert_refused(*state, text, why);
	}
}

/* smsotp.conf's own key, then the file of sentences, then English. */
static void
test_texts(void **state)
{
	const struct scratch *scratch = *state;
	struct config *config = assert_loads(scratch, REQUIRED);
	char text[512];

	assert_null(config->words);
	config_free(&config);
	scratch_write(scratch, "texts.conf", 0644, "message = \"{code}!\"; prompt = \"Code? \";"
		"contact = \"Ask.\"; end_used = \"Used.\";");
	config = assert_loads(scratch, REQUIRED "texts = \"texts.conf\";");
	assert_string_equal(config->message, "{code}!");
	assert_string_equal(config->prompt, "Code? ");
	assert_string_equal(config->contact, "");
	assert_string_equal(words_template(config->words, WORD_CONTACT), "Ask.");
	assert_string_equal(words_template(config->words, WORD_END_USED), "Used.");
	config_free(&config);

	snprintf(text, sizeof text, REQUIRED "texts = \"%s/texts.conf\"; message = \"{code}\";"
		"prompt = \"My code? \"; contact = \"Me.\";", scratch->path);
	config = assert_loads(scratch, text);
	assert_string_equal(config->message, "{code}");
	assert_string_equal(config->prompt, "My code? ");
	assert_string_equal(config->contact, "Me.");
	assert_string_equal(words_template(config->words, WORD_END_USED), "Used.");
	config_free(&config);

	scratch_write(scratch, "texts.conf", 0644, "end_used = \"Used.\";");
	config = assert_loads(scratch, REQUIRED "texts = \"texts.conf\";");
	assert_string_equal(config->message,
		"{code} is your {host} code ({ref}). Not you? Change your password.");
	assert_string_equal(
		config->prompt, "Code {ref} sent to {phone} (r: resend, {voice}Enter: help): ");
	config_free(&config);
}

/* An error names the file that it is in. */
static void
test_texts_refused(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "texts = \"\";", ":4: texts: 0 bytes long, must be 1..1023" },
		{ REQUIRED "texts = [ \"a\" ];", ":4: texts: must be a string, is an array" },
	};
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "smsotp.conf", 0600,
		REQUIRED "texts = \"texts.conf\";");
	struct config *config = NULL;
	struct fault fault = { .text = "" };
	char why[256];

	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), FAULT_CONFIG);
	assert_null(config);
	snprintf(why, sizeof why, "%s/texts.conf: ", scratch->path);
	assert_int_equal(strncmp(fault.text, why, strlen(why)), 0);
	scratch_write(scratch, "texts.conf", 0644, "\nend_used = \"{phone}\";");
	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), FAULT_CONFIG);
	assert_null(config);
	snprintf(why, sizeof why, "%s/texts.conf:2: end_used: unknown variable {phone}, "
		"at column 1 of the text", scratch->path);
	assert_string_equal(fault.text, why);
	REFUSALS(scratch, rows);
}

static void
test_directories(void **state)
{
	static const char *const keys[] = { "state_dir", "run_dir" };
	static const char *const wrong[] = {
		"relative", "./a", "../a", "/a/../b", "/a/..", "/..", "/../a", "/a\\nb", "/a\\x7f"
	};
	static const char *const right[] = { "/", "/a", "/a/", "/a/.b", "/a/..b/c", "/a/b..",
		"/a/...", "//a" };
	char text[2048], why[128];

	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
			snprintf(text, sizeof text, REQUIRED "%s = \"%s\";", keys[k], wrong[i]);
			snprintf(why, sizeof why, ":4: %s: must be an absolute path without \"..\"",
				keys[k]);
			assert_refused(*state, text, why);
		}
		for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
			struct config *config;

			snprintf(text, sizeof text, REQUIRED "%s = \"%s\";", keys[k], right[i]);
			config = assert_loads(*state, text);
			assert_string_equal(k == 0 ? config->state_dir : config->run_dir, right[i]);
			config_free(&config);
		}
		snprintf(text, sizeof text, REQUIRED "%s = \"\";", keys[k]);
		snprintf(why, sizeof why, ":4: %s: 0 bytes long, must be 1..1023", keys[k]);
		assert_refused(*state, text, why);
	}
}

static void
test_origin(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "origin = \"\";", ":4: origin: 0 bytes long, must be 1..253" },
		{ REQUIRED "origin = 5;", ":4: origin: must be a string, is an integer" },
		{ REQUIRED "origin = \"https://example.com\";", ":4: origin: not a domain name; "
			"for instance \"example.com\", without scheme or port" },
		{ REQUIRED "origin = \"example.com #1\";", ":4: origin: not a domain name; "
			"for instance \"example.com\", without scheme or port" },
	};
	struct config *config = assert_loads(*state, REQUIRED);

	assert_string_equal(config->origin, "");
	config_free(&config);
	config = assert_loads(*state, REQUIRED "origin = \"Login.Example.com\";");
	assert_string_equal(config->origin, "Login.Example.com");
	config_free(&config);
	REFUSALS(*state, rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_words), TEST(test_origin), TEST(test_texts),
		TEST(test_texts_refused), TEST(test_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
