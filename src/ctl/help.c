/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/commands.h"

int
help_run(struct ctl *ctl)
{
	const struct command *command = NULL;

	if (ctl->operand_count > 0) {
		command = command_find(ctl->operands[0]);
		if (command == NULL) {
			fprintf(stderr, "smsotpctl: there is no such command: %s\n",
				ctl->operands[0]);
			return CTL_USAGE;
		}
	}
	command_help(command);
	return CTL_DONE;
}
