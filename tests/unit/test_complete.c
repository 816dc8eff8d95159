/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands says what a shell can complete: no word of it is unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/complete.h"

static bool
known(const char *word, size_t length)
{
	struct complete it = {
		.conf_path = "/nowhere/smsotp.conf", .given = "", .before = "",
		.values = json_array(),
	};
	const bool known = complete_word(&it, word, length);

	json_decref(it.values);
	return known;
}

static void
options_known(const struct command_option *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (options->argument != NULL && !known(options->argument,
		    strlen(options->argument)))
			fail_msg("--%s %s", options->name, options->argument);
	}
}

static void
every_word_of_the_table_is_known(void **state)
{
	(void)state;
	options_known(command_common);
	for (const struct command *each = commands; each->name != NULL; each++) {
		const char *word = each->operands;

		options_known(each->options);
		while (*(word += strspn(word, " []")) != '\0' && strchr("|-", *word) == NULL) {
			const size_t length = strcspn(word, " []");

			if (strncmp(word, "...", 3) != 0 && !known(word, length))
				fail_msg("%s %.*s", each->name, (int)length, word);
			word += length;
		}
	}
	assert_false(known("NAME", 4));
	assert_false(known("USERS", 5));
	assert_false(known("USE", 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_table_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
