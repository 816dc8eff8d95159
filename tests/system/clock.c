/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A library for /etc/ld.so.preload: in every program that is started the clocks are ahead by as
 * many seconds as two files say, the time since boot and the time of day each by its own. So a code
 * expires while its conversation goes on, and the dates of a document come and go. What is ahead is
 * looked up each time: a program that runs sees the change. And a refusal takes no time: modules
 * ask libpam for the delay, which here does not listen.
 */
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long
ahead(const char *path)
{
	char text[24];
	ssize_t got;
	int fd;

	/* By number: who has a function of its own for this is not asked. */
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got <= 0)
		return 0;
	text[got] = '\0';
	return strtol(text, NULL, 10);
}

int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (syscall(SYS_clock_gettime, clock, ret_time) != 0)
		return -1;
	if (clock == CLOCK_BOOTTIME)
		ret_time->tv_sec += ahead("/run/ahead/boot");
	else if (clock == CLOCK_REALTIME)
		ret_time->tv_sec += ahead("/run/ahead/day");
	return 0;
}

int
pam_fail_delay(pam_handle_t *pamh, unsigned int usec)
{
	(void)pamh;
	(void)usec;
	return PAM_SUCCESS;
}
