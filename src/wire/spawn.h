/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes behind the host's back: made without a SIGCHLD, held by pidfd. What runs between such
 * a clone and an exec runs in a copy of a host that may have threads: everything here is
 * async-signal-safe. Functions that can fail return 0, or an errno value (positive), since a
 * clone has nobody to tell more to.
 */
#ifndef SMSOTP_WIRE_SPAWN_H
#define SMSOTP_WIRE_SPAWN_H

#include <stdbool.h>
#include <signal.h>
#include <sys/types.h>

#include "wire/deadline.h"

/*
 * As fork, with exit signal 0: the end of the clone signals nobody, and only a wait with __WALL
 * sees it. Returns the pid and a pidfd (CLOEXEC) in the parent, 0 in the clone, -1 with errno.
 * Every signal must be blocked: the clone would run the host's handlers. No atfork handler runs,
 * no lock of the C library is taken.
 */
pid_t spawn_clone(int *ret_pidfd);

/* Blocks all signals, or none, for the calling thread. */
void spawn_block_signals(bool blocked);

/* Every disposition to default. CLONE_CLEAR_SIGHAND and execve leave ignored ones ignored. */
void spawn_default_signals(void);

/* All three uids and gids to 0; does nothing where the effective uid is not 0. */
int spawn_become_root(void) __attribute__((warn_unused_result));

/* SIGKILL for the caller as soon as parent dies; ESRCH if it has already. */
int spawn_die_with(pid_t parent) __attribute__((warn_unused_result));

/* The limits of a fresh system service, as far as the caller may have them, and no core dump. */
void spawn_reset_limits(void);

/* Closes every fd from first on. */
void spawn_close_from(unsigned int first);

/* Whether the process has ended, waiting for that until the deadline. */
bool spawn_ended(int pidfd, struct deadline deadline);

/*
 * SIGKILL to a child that is not reaped yet; pid serves where the kernel has no call for the
 * pidfd.
 */
void spawn_kill(pid_t pid, int pidfd);

/*
 * Reaps an ended process, or waits for its end if wait is true. False if there was nothing to
 * reap. ret_info may be NULL.
 */
bool spawn_reap(int pidfd, bool wait, siginfo_t *ret_info);

/* Reaps the caller's children in a process group that was killed, until the deadline. */
void spawn_reap_group(pid_t group, struct deadline deadline);

#endif
