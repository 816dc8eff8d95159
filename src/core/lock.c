/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

#include "core/random.h"

/* Bounds a wait only; whatever is recorded or judged by time gets its clock from the caller. */
static int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
lock_deadline(void)
{
	return clock_ms() + LOCK_WAIT_MS;
}

bool
lock_passed(int64_t deadline_ms)
{
	return clock_ms() >= deadline_ms;
}

void
lock_pause(void)
{
	struct timespec pause = { .tv_sec = 0 };
	unsigned int spread;

	if (random_below(8, &spread) != 0)
		spread = 7;
	pause.tv_nsec = (1 + (long)spread) * 1000000;
	(void)nanosleep(&pause, NULL);
}

int
lock_take(int fd, int64_t deadline_ms)
{
	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno;
		if (lock_passed(deadline_ms))
			return EAGAIN;
		lock_pause();
	}
}

void
lock_release(int fd)
{
	(void)flock(fd, LOCK_UN);
}
