/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl: what is configured, what would happen, what has happened, and putting it right. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/command.h"

int
main(int argc, char *argv[], char *environment[])
{
	struct ctl ctl = { .environment = environment };
	int status = command_read(&ctl, argc, argv);

	if (status != -1)
		return status;
	if (sodium_init() < 0) {
		fputs("smsotpctl: libsodium cannot be used here\n", stderr);
		return CTL_FAILED;
	}
	/* What it makes is root's alone, whatever the caller's shell is set to. */
	(void)umask(077);
	/* A limit on file sizes must end in words and not in death. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return ctl.command->run(&ctl);
}
