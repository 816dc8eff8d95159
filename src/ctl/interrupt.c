/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

static void
note(int number)
{
	came = number;
}

void
interrupt_hold(void)
{
	static const int endings[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = { .sa_handler = note };
	struct sigaction old;

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		if (sigaction(endings[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(endings[i], &action, NULL);
	}
}

bool
interrupt_came(void)
{
	return came != 0;
}

void
interrupt_obey(void)
{
	const int number = came;

	if (number == 0)
		return;
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}
