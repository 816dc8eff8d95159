/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What smsotpctl can do: one table (commands.c) that drives dispatch, options, help and
 * completion. A command's file is named after it and exports NAME_run.
 */
#ifndef SMSOTP_CTL_COMMAND_H
#define SMSOTP_CTL_COMMAND_H

#include <stddef.h>

#include "ctl/ctl.h"

struct command_option {
	const char *name;	/* long, without "--"; a name ends the list if it is NULL */
	const char *argument;	/* a word of complete_word.c; NULL: takes none */
	const char *help;
};

struct command {
	const char *name;
	const char *operands;	/* as the usage line shows them, of the same words; "" if none */
	const char *summary;
	size_t least, most;	/* operands */
	const struct command_option *options;	/* NULL: none but the common ones */
	int (*run)(struct ctl *ctl);	/* returns the exit status */
};

/* Ends with a name that is NULL. */
extern const struct command commands[];

/* Those that every command takes. */
extern const struct command_option command_common[];

const struct command *command_find(const char *name);

/* An option of that command, or of every one; name is length bytes long. command may be NULL. */
const struct command_option *command_find_option(const struct command *command, const char *name,
	size_t length);

/*
 * Reads the arguments behind the name of the program into ctl, which stays valid as long as
 * argv does. Returns -1, or an exit status after having said what is wrong (CTL_USAGE) or having
 * printed the help that was asked for (CTL_DONE).
 */
int command_read(struct ctl *ctl, int argc, char *argv[]);

/* The value of an option; "" for one without argument that was given, NULL for one not given. */
const char *command_option(const struct ctl *ctl, const char *name);

/* An option that takes a whole number. */
struct command_number {
	const char *option, *unit;	/* for messages: "seconds"; NULL: none */
	long usual, least, most;	/* usual: if it was not given; 0 <= least */
};

/* Its value. Returns 0 or FAULT_SYSTEM. */
int command_number(const struct ctl *ctl, const struct command_number *number, long *ret_value,
	struct fault *fault) __attribute__((warn_unused_result));

/* Prints all commands, or one in full. */
void command_help(const struct command *command);

#endif
