/* SPDX-License-Identifier: BSD-2-Clause */
/* Absolute deadlines on CLOCK_MONOTONIC, in milliseconds. Async-signal-safe. */
#ifndef SMSOTP_WIRE_DEADLINE_H
#define SMSOTP_WIRE_DEADLINE_H

#include <stdint.h>

struct deadline {
	int64_t at_ms;
};

int64_t deadline_clock_ms(void);
struct deadline deadline_in(int64_t ms);
/* Milliseconds left, never negative. */
int64_t deadline_left_ms(struct deadline deadline);
/*
 * The same as poll(2) wants it: 0..INT_MAX, rounded up so that a poll never returns a millisecond
 * early.
 */
int deadline_poll_ms(struct deadline deadline);

#endif
