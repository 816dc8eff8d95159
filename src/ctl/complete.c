/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl complete: what could stand in place of the last word. Shells ask it at each TAB, so
 * that what they offer is what this program has in its table.
 */
#include "ctl/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"

/* The words before the last one, as command_read would take them. */
struct typed {
	const struct command *command;
	const struct command_option *waiting;	/* its value comes next */
	const char *conf_path;
	size_t operands;
	bool options_over, wrong;
};

void
complete_offer(struct complete *it, const char *value, const char *help)
{
	char word[512];

	if (strncmp(value, it->given, strlen(it->given)) != 0 || it->values == NULL)
		return;
	/* A line of the answer is one value, with a TAB behind it. */
	for (const char *p = value; *p != '\0'; p++) {
		if (!isgraph((unsigned char)*p))
			return;
	}
	if (snprintf(word, sizeof word, "%s%s", it->before, value) < (int)sizeof word)
		ctl_append(&it->values, json_pack("{s:s, s:s?}", "value", word, "help", help));
}

static bool
is_long(const struct typed *typed, const char *word)
{
	return !typed->options_over && strncmp(word, "--", 2) == 0;
}

static void
take_option(struct typed *typed, const char *word)
{
	const size_t length = strcspn(word + 2, "=");
	const struct command_option *option = command_find_option(typed->command, word + 2, length);
	const bool conf = option != NULL && strcmp(option->name, "conf") == 0;

	if (option == NULL)
		typed->wrong = true;
	else if (option->argument != NULL && word[2 + length] == '\0')
		typed->waiting = option;
	else if (conf)
		typed->conf_path = word + 2 + length + 1;
}

static void
take(struct typed *typed, const char *word)
{
	if (typed->waiting != NULL) {
		if (strcmp(typed->waiting->name, "conf") == 0)
			typed->conf_path = word;
		typed->waiting = NULL;
	} else if (!typed->options_over && strcmp(word, "--") == 0) {
		typed->options_over = true;
	} else if (is_long(typed, word)) {
		take_option(typed, word);
	} else if (typed->command == NULL) {
		typed->command = command_find(word);
		typed->wrong = typed->command == NULL;
	} else {
		typed->operands++;
	}
}

/* --- the last word -------------------------------------------------------- */

static void
offer_options(struct complete *it, const struct command_option *options)
{
	char name[64];

	for (; options != NULL && options->name != NULL; options++) {
		snprintf(name, sizeof name, "--%s", options->name);
		complete_offer(it, name, options->help);
	}
}

static void
offer_all_options(struct complete *it, const struct typed *typed)
{
	if (typed->command != NULL)
		offer_options(it, typed->command->options);
	offer_options(it, command_common);
}

/*
 * The operand that comes next: of "USER [NUMBER]" the one or the other. Behind a bar, and from an
 * option on, stands what is given in place of operands.
 */
static void
offer_operand(struct complete *it, const struct typed *typed)
{
	static const char around[] = " []";
	const char *word = typed->command->operands;
	size_t length = 0;

	for (size_t i = 0; i <= typed->operands; i++) {
		const char *next = word + length + strspn(word + length, around);
		const size_t size = strcspn(next, around);

		if (size == 0 || next[0] == '|' || next[0] == '-')
			return;
		/* The last one goes on. */
		if (strncmp(next, "...", 3) == 0)
			break;
		word = next;
		length = size;
	}
	(void)complete_word(it, word, length);
}

static void
offer(struct complete *it, const struct typed *typed, const char *last)
{
	const size_t length = strcspn(last, "=");
	const struct command_option *option;
	char before[64];

	if (typed->waiting != NULL) {
		(void)complete_word(it, typed->waiting->argument, strlen(typed->waiting->argument));
	} else if (is_long(typed, last) && last[length] == '=') {
		option = command_find_option(typed->command, last + 2, length - 2);
		if (option == NULL || option->argument == NULL)
			return;
		snprintf(before, sizeof before, "%.*s", (int)length + 1, last);
		it->before = before;
		it->given = last + length + 1;
		(void)complete_word(it, option->argument, strlen(option->argument));
	} else if (!typed->options_over && last[0] == '-') {
		offer_all_options(it, typed);
	} else if (typed->command == NULL) {
		(void)complete_word(it, "COMMAND", sizeof "COMMAND" - 1);
	} else {
		offer_operand(it, typed);
		if (!it->files && json_array_size(it->values) == 0 && last[0] == '\0')
			offer_all_options(it, typed);
	}
}

/* For a shell's script: lines, or the one that leaves it to the shell. */
static void
show(const json_t *document)
{
	const json_t *value;
	size_t index;

	if (json_is_true(json_object_get(document, "files")))
		puts(":files");
	json_array_foreach(json_object_get(document, "values"), index, value) {
		const char *help = ctl_string(value, "help");

		printf("%s\t%s\n", ctl_string(value, "value"), help != NULL ? help : "");
	}
}

int
complete_run(struct ctl *ctl)
{
	const size_t count = ctl->operand_count;
	struct typed typed = { .conf_path = ctl->conf_path };
	struct complete it = {
		.given = count > 0 ? ctl->operands[count - 1] : "", .before = "",
		.values = json_array(),
	};

	for (size_t i = 0; i + 1 < count; i++)
		take(&typed, ctl->operands[i]);
	it.conf_path = typed.conf_path;
	if (!typed.wrong)
		offer(&it, &typed, it.given);
	return ctl_print(ctl, it.values == NULL ? NULL : json_pack("{s:o, s:b}", "values",
		it.values, "files", it.files), show, CTL_DONE);
}
