/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A section of the login that the caller of su or sudo must not be able to stop. During PAM their
 * real uid is his, so kill(2) lets him send SIGSTOP; held at the wrong instant, a lock would shut
 * everybody else out. In a shelter all signals are blocked, thread cancellation is off and, where
 * the effective uid is 0 and the real one is not, real and saved uid are 0 (by raw system calls:
 * glibc's would change all threads of the host); and waits end on time, whatever timer slack the
 * caller left behind. Shelters nest: each restores what it found. Entering one costs some 10 ms
 * where the uids change, since a signal under way must arrive before, and microseconds elsewhere.
 */
#ifndef SMSOTP_CORE_SHELTER_H
#define SMSOTP_CORE_SHELTER_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct fault;

struct shelter {
	sigset_t mask;
	int cancel_state;
	uid_t real, saved;
	bool uid_changed;
	long timer_slack_ns;
	bool fsize_was_pending;	/* SIGXFSZ: a write beyond RLIMIT_FSIZE must not kill the host */
};

/* Returns 0, or FAULT_SYSTEM with nothing changed. */
int shelter_enter(struct shelter *ret_shelter, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Puts everything back, after taking away a SIGXFSZ (see above) of our own making, and returns
 * result, which is what the section came to. Cannot fail for a process that shelter_enter let in;
 * should the kernel refuse the uids, it aborts no host: where result is 0, it sets the fault and
 * returns FAULT_SYSTEM, since the host is not as it was, and the login must deny.
 */
int shelter_leave(const struct shelter *shelter, int result, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
