/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paths.h"

const struct command_option command_common[] = {
	{ "conf", "FILE", "another configuration than " SMSOTP_CONF },
	{ "json", NULL, "prints JSON" },
	{ "show", NULL, "prints telephone numbers whole" },
	{ "help", NULL, "prints this" },
	{ NULL, NULL, NULL }
};

const struct command *
command_find(const char *name)
{
	for (const struct command *command = commands; command->name != NULL; command++) {
		if (strcmp(command->name, name) == 0)
			return command;
	}
	return NULL;
}

static const struct command_option *
find_in(const struct command_option *options, const char *name, size_t length)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
			return options;
	}
	return NULL;
}

const struct command_option *
command_find_option(const struct command *command, const char *name, size_t length)
{
	const struct command_option *option = find_in(command_common, name, length);

	return option != NULL || command == NULL ? option
		: find_in(command->options, name, length);
}

static void
help_options(const struct command_option *options)
{
	for (; options != NULL && options->name != NULL; options++) {
		char left[40];

		snprintf(left, sizeof left, "--%s%s%s", options->name,
			options->argument != NULL ? " " : "",
			options->argument != NULL ? options->argument : "");
		printf("  %-22s %s\n", left, options->help);
	}
}

void
command_help(const struct command *command)
{
	if (command != NULL) {
		printf("usage: smsotpctl %s [option ...]%s%s\n%s\n", command->name,
			command->operands[0] != '\0' ? " " : "", command->operands,
			command->summary);
		help_options(command->options);
	} else {
		puts("usage: smsotpctl command [option ...] [operand ...]");
		for (const struct command *each = commands; each->name != NULL; each++)
			printf("  %-14s %s\n", each->name, each->summary);
		puts("Every command takes:");
	}
	help_options(command_common);
}

static int
refuse(const struct ctl *ctl, const char *what, const char *which)
{
	fprintf(stderr, "smsotpctl: %s%s%s\n", what, which[0] != '\0' ? ": " : "", which);
	if (ctl->command != NULL)
		fprintf(stderr, "See smsotpctl %s --help.\n", ctl->command->name);
	else
		fprintf(stderr, "See smsotpctl --help.\n");
	return CTL_USAGE;
}

/* "--name", "--name=value" or "--name value". Moves *next over what it takes. */
static int
read_option(struct ctl *ctl, int argc, char *argv[], int *next)
{
	const char *name = argv[*next] + 2, *value = "";
	size_t length = strcspn(name, "=");
	const struct command_option *option = command_find_option(ctl->command, name, length);

	if (option == NULL)
		return refuse(ctl, "there is no such option", argv[*next]);
	if (option->argument == NULL && name[length] == '=')
		return refuse(ctl, "this option takes no value", argv[*next]);
	if (option->argument != NULL && name[length] == '=') {
		value = name + length + 1;
	} else if (option->argument != NULL) {
		if (*next + 1 >= argc)
			return refuse(ctl, "this option needs a value", argv[*next]);
		value = argv[++*next];
	}
	if (command_option(ctl, option->name) != NULL)
		return refuse(ctl, "this option was given twice", option->name);
	if (ctl->option_count == CTL_OPTIONS_MAX)
		return refuse(ctl, "too many options", "");
	ctl->options[ctl->option_count] = option;
	ctl->values[ctl->option_count++] = value;
	return -1;
}

const char *
command_option(const struct ctl *ctl, const char *name)
{
	for (size_t i = 0; i < ctl->option_count; i++) {
		if (strcmp(ctl->options[i]->name, name) == 0)
			return ctl->values[i];
	}
	return NULL;
}

int
command_number(const struct ctl *ctl, const struct command_number *number, long *ret_value,
	struct fault *fault)
{
	const char *text = command_option(ctl, number->option);
	const char *unit = number->unit != NULL ? number->unit : "";
	long value = number->usual;

	if (text != NULL) {
		errno = 0;
		value = strtol(text, NULL, 10);
		/* strtol would take blanks and a sign as well. */
		if (errno != 0 || text[0] == '\0' || strspn(text, "0123456789") != strlen(text) ||
		    value < number->least || value > number->most)
			return fault_set(fault, FAULT_SYSTEM, "--%s takes %ld to %ld%s%s",
				number->option, number->least, number->most,
				unit[0] != '\0' ? " " : "", unit);
	}
	*ret_value = value;
	return 0;
}

static int
take_common(struct ctl *ctl)
{
	const char *conf = command_option(ctl, "conf");

	ctl->json = command_option(ctl, "json") != NULL;
	ctl->show = command_option(ctl, "show") != NULL;
	ctl->conf_path = conf != NULL ? conf : SMSOTP_CONF;
	if (ctl->conf_path[0] != '/')
		return refuse(ctl, "must be an absolute path", ctl->conf_path);
	return -1;
}

int
command_read(struct ctl *ctl, int argc, char *argv[])
{
	bool options_over = false;
	size_t operands = 0;
	int status = -1;

	for (int next = 1; next < argc && status == -1; next++) {
		if (!options_over && strcmp(argv[next], "--") == 0) {
			options_over = true;
		} else if (!options_over && strncmp(argv[next], "--", 2) == 0) {
			status = read_option(ctl, argc, argv, &next);
		} else if (!options_over && argv[next][0] == '-' && argv[next][1] != '\0') {
			status = refuse(ctl, "there is no such option", argv[next]);
		} else if (ctl->command == NULL) {
			ctl->command = command_find(argv[next]);
			if (ctl->command == NULL)
				status = refuse(ctl, "there is no such command", argv[next]);
		} else {
			/* In place: what was read makes room for it. */
			argv[operands++] = argv[next];
		}
	}
	if (status != -1)
		return status;
	ctl->operands = argv;
	ctl->operand_count = operands;
	if (command_option(ctl, "help") != NULL) {
		command_help(ctl->command);
		return CTL_DONE;
	}
	if (ctl->command == NULL)
		return refuse(ctl, "which command?", "");
	if (operands < ctl->command->least)
		return refuse(ctl, "something is missing; it takes", ctl->command->operands);
	if (operands > ctl->command->most)
		return refuse(ctl, "this is too much", argv[ctl->command->most]);
	return take_common(ctl);
}
