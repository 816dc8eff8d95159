/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/init_answers.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fault.h"
#include "ctl/ask.h"
#include "ctl/command.h"

#define FILE_SIZE ((size_t)64 * 1024)
#define BLANKS " \t\r"

static int
add(struct init_answers *answers, const char *key, const char *value, struct fault *fault)
{
	struct gateway_form_answers *settings = &answers->settings;

	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->given[i].key, key) == 0)
			return fault_set(fault, FAULT_SYSTEM, "%s is given twice", key);
	}
	if (settings->count == GATEWAY_FORM_ANSWERS_MAX)
		return fault_set(fault, FAULT_SYSTEM, "too many settings");
	settings->given[settings->count].key = key;
	settings->given[settings->count++].value = value;
	return 0;
}

/* "key = value", in place. */
static int
add_line(struct init_answers *answers, char *line, struct fault *fault)
{
	char *key = line + strspn(line, BLANKS), *value = strchr(key, '='), *end;

	if (*key == '\0' || *key == '#')
		return 0;
	if (value == NULL)
		return fault_set(fault, FAULT_SYSTEM, "a setting is written KEY=VALUE");
	for (end = value; end > key && strchr(BLANKS, end[-1]) != NULL; end--)
		;
	*value++ = '\0';
	*end = '\0';
	value += strspn(value, BLANKS);
	for (end = value + strlen(value); end > value && strchr(BLANKS, end[-1]) != NULL; end--)
		;
	*end = '\0';
	return add(answers, key, value, fault);
}

/* "-" is standard input. */
static int
read_settings(struct init_answers *answers, const char *path, struct fault *fault)
{
	const bool input = strcmp(path, "-") == 0;
	int fd = input ? STDIN_FILENO : open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC), result = 0;
	size_t used = 0;
	ssize_t count = -1;

	answers->file = calloc(1, FILE_SIZE);
	if (fd < 0 || answers->file == NULL) {
		result = fault_set_errno(fault, FAULT_SYSTEM, errno, "%s", path);
		goto out;
	}
	while (used + 1 < FILE_SIZE &&
	    (count = read(fd, answers->file + used, FILE_SIZE - 1 - used)) > 0)
		used += (size_t)count;
	if (count != 0 || strlen(answers->file) != used)
		result = fault_set(fault, FAULT_SYSTEM, "%s: cannot be read as settings", path);
	for (char *line = answers->file, *next; result == 0 && line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		result = add_line(answers, line, fault);
	}
out:
	if (fd >= 0 && !input)
		close(fd);
	return result;
}

/* From an option, or asked for; what is needed and not there is a fault. */
static int
take(const struct ctl *ctl, const struct init_answers *answers, bool asked, const char *option,
	const char *question, bool needed, char ret_answer[static INIT_ANSWER_SIZE],
	struct fault *fault)
{
	const char *given = command_option(ctl, option);

	if (given != NULL && strlen(given) >= INIT_ANSWER_SIZE)
		return fault_set(fault, FAULT_SYSTEM, "--%s is too long", option);
	snprintf(ret_answer, INIT_ANSWER_SIZE, "%s", given != NULL ? given : "");
	while (given == NULL && asked && answers->asks) {
		if (!ask_openly(question, ret_answer, INIT_ANSWER_SIZE))
			return fault_set(fault, FAULT_SYSTEM, "no answer came; nothing was made");
		if (ret_answer[0] != '\0' || !needed)
			return 0;
	}
	if (needed && asked && ret_answer[0] == '\0')
		return fault_set(fault, FAULT_SYSTEM, "there is no terminal to ask at: --%s is "
			"needed", option);
	return 0;
}

int
init_answers_read(const struct ctl *ctl, bool whole, struct init_answers *ret_answers,
	struct fault *fault)
{
	struct init_answers *it = ret_answers;
	const char *settings = command_option(ctl, "settings");
	int result = 0;

	*it = (struct init_answers){ .asks = ask_possible(), .phones = NULL };
	it->phones = command_option(ctl, "phones");
	if (settings != NULL)
		result = read_settings(it, settings, fault);
	for (size_t i = 0; result == 0 && i < ctl->operand_count; i++) {
		char *value = strchr(ctl->operands[i], '=');

		if (value == NULL)
			return fault_set(fault, FAULT_SYSTEM, "a setting is written KEY=VALUE, "
				"and not \"%s\"", ctl->operands[i]);
		*value = '\0';
		result = add(it, ctl->operands[i], value + 1, fault);
	}
	if (result == 0)
		result = take(ctl, it, whole, "gateway",
			"Gateway (a provider's name, or \"outbox\", a file, to try things out)",
			true, it->gateway, fault);
	if (result == 0)
		result = take(ctl, it, whole, "country-code",
			"Calling code of your users' country (44, 1, 49…)", true,
			it->country_code, fault);
	if (result == 0)
		result = take(ctl, it, whole, "contact",
			"Whom users turn to, such as \"IT desk, ext. 4444\" (Enter: nobody)",
			false, it->contact, fault);
	if (result == 0 && it->gateway[0] == '\0' && it->settings.count > 0)
		result = fault_set(fault, FAULT_SYSTEM, "settings are a gateway's: --gateway says "
			"which");
	return result;
}

int
init_answers_no_secret(const struct ctl *ctl, const struct gateway_form *form,
	struct fault *fault)
{
	for (size_t i = 0; i < ctl->operand_count; i++) {
		/* Cut at its "=" by now. */
		if (gateway_form_secret(form, ctl->operands[i]))
			return fault_set(fault, FAULT_SYSTEM, "%s is secret, and every user can "
				"read a command line", ctl->operands[i]);
	}
	return 0;
}

void
init_answers_free(struct init_answers *answers)
{
	if (answers->file != NULL)
		sodium_memzero(answers->file, FILE_SIZE);
	free(answers->file);
	answers->file = NULL;
}
