/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/deadline.h"

#include <limits.h>
#include <time.h>

int64_t
deadline_clock_ms(void)
{
	struct timespec now = { 0 };

	/* Cannot fail: the clock exists on every Linux and the pointer is ours. */
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline
deadline_in(int64_t ms)
{
	int64_t now = deadline_clock_ms();

	if (ms < 0)
		ms = 0;
	return (struct deadline){ .at_ms = ms > INT64_MAX - now ? INT64_MAX : now + ms };
}

int64_t
deadline_left_ms(struct deadline deadline)
{
	int64_t now = deadline_clock_ms();

	return deadline.at_ms > now ? deadline.at_ms - now : 0;
}

int
deadline_poll_ms(struct deadline deadline)
{
	/*
	 * The clock is cut to whole milliseconds, so now is at or after what it says: sleeping
	 * for the difference ends at or after the deadline, and no caller spins through its last
	 * millisecond.
	 */
	int64_t left = deadline_left_ms(deadline);

	return left > INT_MAX ? INT_MAX : (int)left;
}
