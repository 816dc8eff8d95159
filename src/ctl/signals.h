/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that end a process, taken in where it can tidy up: by a descriptor, and not by handlers,
 * which may do next to nothing.
 */
#ifndef SMSOTP_CTL_SIGNALS_H
#define SMSOTP_CTL_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct fault;

struct signals {
	int fd;
	sigset_t before;	/* the mask that was there; what is started gets it back */
};

#define SIGNALS_NONE { .fd = -1 }
#define SIGNALS_READABLE 0
#define SIGNALS_LATE (-1)

/* Holds SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGCHLD from here on. Returns 0 or FAULT_SYSTEM. */
int signals_hold(struct signals *it, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Waits until one has come and returns it; SIGNALS_READABLE: input (-1: none) has something or has
 * ended; SIGNALS_LATE: after timeout_ms (-1: waits for ever).
 */
int signals_wait(const struct signals *it, int input, int timeout_ms);

/* Whether that one means the end, and is for this process and not for who has the terminal. */
bool signals_end(int number);

/* As before; what came and was not waited for goes unheard. Safe on SIGNALS_NONE. */
void signals_release(struct signals *it);

#endif
