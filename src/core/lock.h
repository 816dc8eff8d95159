/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exclusive flock(2) with a bounded wait. Not fcntl: closing any descriptor of the file drops those
 * locks. Not a blocking flock: it has no bound, and signals, which could end it, are blocked here.
 */
#ifndef SMSOTP_CORE_LOCK_H
#define SMSOTP_CORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#define LOCK_WAIT_MS 2000

/*
 * The end of a wait that begins now, on CLOCK_MONOTONIC: one bound over all that a caller must lock
 * again.
 */
int64_t lock_deadline(void);

bool lock_passed(int64_t deadline_ms);

/* 0 = locked, or an errno: EAGAIN when the deadline has passed. */
int lock_take(int fd, int64_t deadline_ms) __attribute__((warn_unused_result));

/*
 * Before close: a fork of the host by another thread holds a copy of the descriptor, and so the
 * lock.
 */
void lock_release(int fd);

/* Sleeps for 1 to 8 ms, so that those who wait do not knock all at once. */
void lock_pause(void);

#endif
