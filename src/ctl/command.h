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
	const char *argument;	/* what stands behind it in the help; NULL: takes none */
	const char *help;
};

struct command {
	const char *name;
	const char *operands;	/* as the usage line shows them; "" if it takes none */
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

/*
 * Reads the arguments behind the name of the program into ctl, which stays valid as long as
 * argv does. Returns -1, or an exit status after having said what is wrong (CTL_USAGE) or having
 * printed the help that was asked for (CTL_DONE).
 */
int command_read(struct ctl *ctl, int argc, char *argv[]);

/* The value of an option; "" for one without argument that was given, NULL for one not given. */
const char *command_option(const struct ctl *ctl, const char *name);

/* Prints all commands, or one in full. */
void command_help(const struct command *command);

#endif
