/* SPDX-License-Identifier: BSD-2-Clause */
/* The fortified headers define some of these functions inline; here they are defined for good. */
#undef _FORTIFY_SOURCE
#include "stand_in.h"

#include <errno.h>
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

#define EXPORT __attribute__((visibility("default")))
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* What fortified objects call; no header declares them. */
EXPORT void
__syslog_chk(int priority, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
EXPORT void __vsyslog_chk(int priority, int flag, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
EXPORT int __open_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags);
EXPORT int __openat_2(int dir, const char *path, int flags);
EXPORT int __openat64_2(int dir, const char *path, int flags);

static struct stand_in_line *lines;
static size_t line_count;
static int64_t boot_offset_ms, real_offset_ms;
static const char *boot_id_path;
static bool rebooted, random_fails, delay_asked;

size_t
stand_in_count(void)
{
	return line_count;
}

const struct stand_in_line *
stand_in_line(size_t index)
{
	return &lines[index];
}

void
stand_in_forget(void)
{
	for (size_t i = 0; i < line_count; i++)
		free(lines[i].text);
	free(lines);
	lines = NULL;
	line_count = 0;
}

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec now = { 0, 0 };

	/* The raw call: clock_gettime is the function below. */
	syscall(SYS_clock_gettime, clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
stand_in_real_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

void
stand_in_pass(int64_t ms)
{
	boot_offset_ms += ms;
	real_offset_ms += ms;
}

void
stand_in_step_real(int64_t ms)
{
	real_offset_ms += ms;
}

void
stand_in_boot_id_path(const char *path)
{
	boot_id_path = path;
}

void
stand_in_reboot(int64_t off_ms)
{
	static int boots;
	int fd = (int)syscall(
		SYS_openat, AT_FDCWD, boot_id_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 ||
		dprintf(fd, "%08x-0000-4000-8000-5353534f5450\n", (unsigned int)++boots) < 0) {
		perror(boot_id_path);
		abort();
	}
	close(fd);
	rebooted = true;
	boot_offset_ms = 20000 - clock_ms(CLOCK_BOOTTIME);
	real_offset_ms += off_ms;
}

void
stand_in_random_fails(bool fails)
{
	random_fails = fails;
}

/* --- the log --- */

static __attribute__((format(printf, 2, 0))) void
capture(int priority, const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		abort();
	lines = reallocarray(lines, line_count + 1, sizeof *lines);
	if (lines == NULL)
		abort();
	lines[line_count++] = (struct stand_in_line){
		.level = LOG_PRI(priority), .facility = priority & LOG_FACMASK, .text = text
	};
}

EXPORT void
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	capture(priority, format, args);
	va_end(args);
}

EXPORT void
vsyslog(int priority, const char *format, va_list args)
{
	capture(priority, format, args);
}

EXPORT void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	capture(priority, format, args);
	va_end(args);
}

EXPORT void
__vsyslog_chk(int priority, int flag, const char *format, va_list args)
{
	(void)flag;
	capture(priority, format, args);
}

/* --- the clocks --- */

EXPORT int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int64_t offset_ms = 0;

	if (syscall(SYS_clock_gettime, clock, ret_time) != 0)
		return -1;
	if (clock == CLOCK_BOOTTIME)
		offset_ms = boot_offset_ms;
	else if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		offset_ms = real_offset_ms;
	ret_time->tv_sec += (time_t)(offset_ms / 1000);
	ret_time->tv_nsec += (long)(offset_ms % 1000) * 1000000;
	if (ret_time->tv_nsec < 0) {
		ret_time->tv_sec--;
		ret_time->tv_nsec += 1000000000;
	} else if (ret_time->tv_nsec >= 1000000000) {
		ret_time->tv_sec++;
		ret_time->tv_nsec -= 1000000000;
	}
	return 0;
}

EXPORT time_t
time(time_t *ret_time)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (ret_time != NULL)
		*ret_time = now.tv_sec;
	return now.tv_sec;
}

/* --- opening the boot id, and random numbers --- */

static int
open_at(int dir, const char *path, int flags, mode_t mode)
{
	if (rebooted && strcmp(path, BOOT_ID) == 0)
		path = boot_id_path;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

static mode_t
mode_of(int flags, va_list args)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(args, mode_t)
									  : 0;
}

#define OPEN(NAME)                                                                                 \
	EXPORT int NAME(const char *path, int flags, ...)                                          \
	{                                                                                          \
		va_list args;                                                                      \
		mode_t mode;                                                                       \
		va_start(args, flags);                                                             \
		mode = mode_of(flags, args);                                                       \
		va_end(args);                                                                      \
		return open_at(AT_FDCWD, path, flags, mode);                                       \
	}
#define OPENAT(NAME)                                                                               \
	EXPORT int NAME(int dir, const char *path, int flags, ...)                                 \
	{                                                                                          \
		va_list args;                                                                      \
		mode_t mode;                                                                       \
		va_start(args, flags);                                                             \
		mode = mode_of(flags, args);                                                       \
		va_end(args);                                                                      \
		return open_at(dir, path, flags, mode);                                            \
	}
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

EXPORT int
__open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

EXPORT int
__open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

EXPORT int
__openat_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

EXPORT int
__openat64_2(int dir, const char *path, int flags)
{
	return open_at(dir, path, flags, 0);
}

EXPORT ssize_t
getrandom(void *buffer, size_t size, unsigned int flags)
{
	if (random_fails) {
		errno = ENOSYS;
		return -1;
	}
	return syscall(SYS_getrandom, buffer, size, flags);
}

/*
 * Not a function for PAM_FAIL_DELAY: libpam calls that after every pam_authenticate, with the delay
 * of an earlier one if this one asked for none.
 */
EXPORT int
pam_fail_delay(pam_handle_t *pamh, unsigned int microseconds)
{
	(void)pamh;
	if (microseconds > 0)
		delay_asked = true;
	return PAM_SUCCESS;
}

bool
stand_in_take_delay(void)
{
	bool asked = delay_asked;

	delay_asked = false;
	return asked;
}
