/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libc as fuzz_login.c has it: calls of the code under test that fail when they are told to, a
 * clock that is ahead, a disk that need not be waited for. The linker puts __wrap_X where X is
 * called.
 */
#ifndef SMSOTP_TESTS_FUZZ_LOGIN_LIBC_H
#define SMSOTP_TESTS_FUZZ_LOGIN_LIBC_H

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "../wrap.h"

/* CLOCK_BOOTTIME and CLOCK_REALTIME are ahead by this. */
static int64_t libc_ahead_ms;

static unsigned int libc_calls, libc_bad;
static uint8_t libc_how;

/*
 * Of the calls that follow the one of that number fails, from 1; 0: none does. how chooses the
 * error, and whether all fail from there on.
 */
static void
libc_fail_at(unsigned int number, uint8_t how)
{
	libc_calls = 0;
	libc_bad = number;
	libc_how = how;
}

static bool
libc_fails(void)
{
	static const int errors[] = { EIO, ENOSPC, EINTR, EMFILE, ENOMEM, EACCES, ENOENT, EROFS };
	const bool on = libc_how & 0x80;

	libc_calls++;
	if (libc_bad == 0 || (on ? libc_calls < libc_bad : libc_calls != libc_bad))
		return false;
	errno = errors[libc_how % (sizeof errors / sizeof errors[0])];
	return true;
}

#define LIBC_FAILING(type, name, parameters, arguments, failure) \
	WRAP(type, name, parameters, arguments, libc_fails(), failure)

LIBC_FAILING(void *, malloc, (size_t size), (size), NULL)
LIBC_FAILING(void *, calloc, (size_t count, size_t size), (count, size), NULL)
LIBC_FAILING(void *, realloc, (void *block, size_t size), (block, size), NULL)
LIBC_FAILING(char *, strdup, (const char *text), (text), NULL)
LIBC_FAILING(ssize_t, pread, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at),
	libc_how & 0x40 ? 0 : -1)
LIBC_FAILING(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size), -1)
LIBC_FAILING(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size), -1)
LIBC_FAILING(int, flock, (int fd, int how), (fd, how), -1)
LIBC_FAILING(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
LIBC_FAILING(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
LIBC_FAILING(int, linkat, (int from, const char *path, int to, const char *target, int flags),
	(from, path, to, target, flags), -1)
LIBC_FAILING(int, renameat, (int from, const char *path, int to, const char *target),
	(from, path, to, target), -1)
LIBC_FAILING(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), -1)
LIBC_FAILING(ssize_t, getrandom, (void *bytes, size_t size, unsigned int flags),
	(bytes, size, flags), libc_how & 0x40 ? (ssize_t)size / 2 : -1)
LIBC_FAILING(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
	(at, size, protection, flags, fd, offset), MAP_FAILED)

/* Half of a slot reaches the disk, and that is said; or nothing does. */
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t at);

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	if (!libc_fails())
		return __real_pwrite(fd, bytes, size, at);
	return libc_how & 0x40 ? __real_pwrite(fd, bytes, size / 2, at) : -1;
}

/* What is synced here is not waited for: what counts is that a failure is one. */
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

int
__wrap_fsync(int fd)
{
	(void)fd;
	return libc_fails() ? -1 : 0;
}

int
__wrap_fdatasync(int fd)
{
	(void)fd;
	return libc_fails() ? -1 : 0;
}

int __real_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);

int
__wrap_openat(int directory, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return libc_fails() ? -1 : __real_openat(directory, path, flags, mode);
}

int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int result = libc_fails() ? -1 : __real_clock_gettime(clock, ret_time);

	if (result == 0) {
		ret_time->tv_sec += libc_ahead_ms / 1000;
		ret_time->tv_nsec += libc_ahead_ms % 1000 * 1000000;
		ret_time->tv_sec += ret_time->tv_nsec / 1000000000;
		ret_time->tv_nsec %= 1000000000;
	}
	return result;
}

/* Time passes, and nobody waits. */
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
	struct timespec *ret_left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *ret_left);

int
__wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
	struct timespec *ret_left)
{
	struct timespec now;

	(void)ret_left;
	if (flags & TIMER_ABSTIME) {
		__wrap_clock_gettime(clock, &now);
		libc_ahead_ms += (time->tv_sec - now.tv_sec) * 1000 +
			(time->tv_nsec - now.tv_nsec) / 1000000 + 1;
	} else {
		libc_ahead_ms += time->tv_sec * 1000 + time->tv_nsec / 1000000 + 1;
	}
	return 0;
}

int
__wrap_nanosleep(const struct timespec *time, struct timespec *ret_left)
{
	return __wrap_clock_nanosleep(CLOCK_MONOTONIC, 0, time, ret_left);
}

static int
libc_remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

/* With all that is below it; what is not there is none either. */
static void
libc_remove_tree(const char *path)
{
	(void)nftw(path, libc_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
