/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/signals.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/fault.h"
#include "wire/deadline.h"

int
signals_hold(struct signals *it, struct fault *fault)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGQUIT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGCHLD);
	it->fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (it->fd < 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "signalfd");
	(void)sigprocmask(SIG_BLOCK, &held, &it->before);
	return 0;
}

int
signals_wait(const struct signals *it, int input, int timeout_ms)
{
	const struct deadline deadline = deadline_in(timeout_ms < 0 ? 0 : timeout_ms);

	for (;;) {
		struct pollfd pollers[] = { { .fd = it->fd, .events = POLLIN },
			{ .fd = input, .events = POLLIN } };
		const int left = timeout_ms < 0 ? -1 : deadline_poll_ms(deadline);
		const int ready = poll(pollers, 2, left);
		struct signalfd_siginfo came;

		if (read(it->fd, &came, sizeof came) == sizeof came)
			return (int)came.ssi_signo;
		if (ready > 0 && pollers[1].revents != 0)
			return SIGNALS_READABLE;
		if (timeout_ms >= 0 && deadline_left_ms(deadline) == 0)
			return SIGNALS_LATE;
	}
}

bool
signals_end(int number)
{
	return number == SIGHUP || number == SIGTERM;
}

void
signals_release(struct signals *it)
{
	struct signalfd_siginfo unheard;

	if (it->fd < 0)
		return;
	while (read(it->fd, &unheard, sizeof unheard) == sizeof unheard)
		;
	(void)sigprocmask(SIG_SETMASK, &it->before, NULL);
	close(it->fd);
	it->fd = -1;
}
