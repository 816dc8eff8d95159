/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/command_source.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/phones.h"
#include "helper/setting.h"
#include "helper/values.h"
#include "wire/wire.h"

#define BLANKS " \t\r"

_Static_assert(PROGRAM_SAID_SIZE <= WIRE_NUMBERS_SIZE, "what it may print fits a reply");

static bool
control(char byte)
{
	return (unsigned char)byte < 0x20 || byte == 0x7f;
}

/* NULL, or why a program must not be given this: it would be an option, or no name at all. */
static const char *
name_fault(const char *user)
{
	if (user[0] == '-')
		return "the user's name begins with \"-\"";
	return setting_has_control(user) ? "the user's name holds a control character" : NULL;
}

int
command_source_open(const char *path, struct command_source *ret_source, struct fault *fault)
{
	ret_source->path = path;
	return program_check(path, fault);
}

int
command_source_prepare(struct command_source *source, struct fault *fault)
{
	const struct sandbox_writable nothing = { .count = 0 };

	return program_start(source->path, &nothing, &source->program, fault);
}

/* Adds what line, of length bytes, holds to numbers. NULL, or what is wrong with it. */
static const char *
add_line(const char *line, size_t length, size_t *count, char *numbers)
{
	size_t used = strlen(numbers);

	while (length > 0 && strchr(BLANKS, line[length - 1]) != NULL)
		length--;
	for (; length > 0 && strchr(BLANKS, *line) != NULL; line++)
		length--;
	if (length == 0)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (control(line[i]))
			return "the program printed a control character";
		if (line[i] == ',')
			return "the program printed a comma: one number per line";
	}
	if (++*count > PHONES_MAX)
		return "the program printed too many numbers";
	if (used > 0)
		numbers[used++] = ',';
	memcpy(numbers + used, line, length);
	numbers[used + length] = '\0';
	return NULL;
}

/* A line takes no more room in numbers than in the output: a comma for its line feed. */
static const char *
read_numbers(const struct program_said *output, char ret_numbers[static WIRE_NUMBERS_SIZE])
{
	const char *wrong = NULL;
	size_t count = 0, at = 0;

	if (output->cut)
		return "the program printed too much";
	/* strchr finds the end of its string, too. */
	if (memchr(output->text, '\0', output->size) != NULL)
		return "the program printed a control character";
	ret_numbers[0] = '\0';
	while (wrong == NULL && at < output->size) {
		const size_t length = strcspn(output->text + at, "\n");

		wrong = add_line(output->text + at, length, &count, ret_numbers);
		at += length + 1;
	}
	return wrong;
}

static void
judge(const struct program_end *end, struct wire_reply *reply)
{
	const struct values none = { .count = 0 };
	const char *wrong;

	if (end->fate != PROGRAM_EXITED || end->number != 0) {
		reply->outcome = end->fate == PROGRAM_NOT_RUN ? WIRE_OPERATOR
			: end->fate == PROGRAM_LATE ? WIRE_UNREACHABLE : WIRE_PASSING;
		program_describe(end, &none, reply->detail);
		return;
	}
	wrong = read_numbers(&end->output, reply->numbers);
	if (wrong == NULL) {
		reply->outcome = WIRE_ACCEPTED;
		return;
	}
	sodium_memzero(reply->numbers, sizeof reply->numbers);
	reply->outcome = WIRE_UNRECOGNISED;
	snprintf(reply->detail, sizeof reply->detail, "%s", wrong);
}

void
command_source_ask(struct command_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply)
{
	const struct program_order order = { .argument = user, .input = "", .deadline = deadline };
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	const char *wrong = name_fault(user);
	struct program_end end;

	if (wrong != NULL) {
		snprintf(reply.detail, sizeof reply.detail, "%s", wrong);
		*ret_reply = reply;
		return;
	}
	program_run(&source->program, &order, &end);
	judge(&end, &reply);
	*ret_reply = reply;
	sodium_memzero(&reply, sizeof reply);
	sodium_memzero(&end, sizeof end);
}
