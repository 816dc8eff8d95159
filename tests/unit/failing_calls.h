/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that fail when a test wants them to: the Nth, or all from the Nth on. Who includes this
 * names them to the linker:
 * -Wl,--wrap=pwrite,--wrap=pread,--wrap=fdatasync,--wrap=fsync,--wrap=openat
 * -Wl,--wrap=flock,--wrap=fstat,--wrap=fstatat,--wrap=fchmod,--wrap=mkdirat
 * -Wl,--wrap=linkat,--wrap=mmap,--wrap=calloc,--wrap=getrandom
 */
#ifndef SMSOTP_TESTS_FAILING_CALLS_H
#define SMSOTP_TESTS_FAILING_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../wrap.h"

/* Which call is to fail; calls seen so far. 0: none. And whether all that follow it fail, too. */
static int failing, calls;
static bool for_good;

static bool
fails(int error)
{
	calls++;
	if (failing == 0 || (for_good ? calls < failing : calls != failing))
		return false;
	errno = error;
	return true;
}

#define FAILING(type, name, parameters, arguments, error, failure) \
	WRAP(type, name, parameters, arguments, fails(error), failure)

FAILING(ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at),
	(fd, bytes, size, at), ENOSPC, -1)
FAILING(ssize_t, pread, (int fd, void *bytes, size_t size, off_t at),
	(fd, bytes, size, at), EIO, -1)
FAILING(int, fdatasync, (int fd), (fd), EIO, -1)
FAILING(int, fsync, (int fd), (fd), EIO, -1)
FAILING(int, flock, (int fd, int operation), (fd, operation), ENOLCK, -1)
FAILING(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
FAILING(int, fstatat, (int fd, const char *path, struct stat *st, int flags),
	(fd, path, st, flags), EIO, -1)
FAILING(int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1)
FAILING(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), EROFS, -1)
FAILING(int, linkat, (int from, const char *path, int to, const char *name, int flags),
	(from, path, to, name, flags), EIO, -1)
FAILING(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
	(at, size, protection, flags, fd, offset), ENOMEM, MAP_FAILED)
FAILING(void *, calloc, (size_t count, size_t size), (count, size), ENOMEM, NULL)
FAILING(ssize_t, getrandom, (void *bytes, size_t size, unsigned int flags), (bytes, size, flags),
	EIO, -1)

int __real_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);

int
__wrap_openat(int directory, const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return fails(EMFILE) ? -1 : __real_openat(directory, path, flags, mode);
}

#endif
