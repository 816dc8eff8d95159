/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"

static int
refuse(const struct directory *directory, const char *name, int error, struct fault *fault)
{
	if (error == ELOOP)
		return fault_set(fault, FAULT_STATE, "%s/%s: is a symbolic link",
			directory->path, name);
	return fault_set_errno(fault, FAULT_STATE, error, "%s/%s", directory->path, name);
}

static int
check(const struct directory *directory, const char *name, const struct stat *st,
	struct fault *fault)
{
	const char *path = directory->path;

	if (!S_ISREG(st->st_mode))
		return fault_set(fault, FAULT_STATE, "%s/%s: not a regular file", path, name);
	if (st->st_uid != geteuid())
		return fault_set(fault, FAULT_STATE, "%s/%s: owned by uid %ju, not by uid %ju",
			path, name, (uintmax_t)st->st_uid, (uintmax_t)geteuid());
	if (st->st_nlink != 1)
		return fault_set(fault, FAULT_STATE, "%s/%s: has %ju links", path, name,
			(uintmax_t)st->st_nlink);
	if ((st->st_mode & 07177) != 0)
		return fault_set(fault, FAULT_STATE, "%s/%s: mode %04o, must be 0600", path, name,
			(unsigned int)(st->st_mode & 07777));
	return 0;
}

/* flags besides those that every file is opened with. */
static int
open_checked(const struct directory *directory, const char *name, int flags, int *ret_fd,
	struct stat *ret_status, struct fault *fault)
{
	struct stat st;
	int fd, result;

	/* Missing, and not made for a rehearsal. */
	if (directory->fd < 0 && directory->life == DIRECTORY_REHEARSED)
		return FILE_ABSENT;
	fd = openat(directory->fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		0600);
	if (fd < 0 && errno == ENOENT)
		return FILE_ABSENT;
	fd = directory_raise_fd(fd);
	if (fd < 0)
		return refuse(directory, name, errno, fault);
	if (fstat(fd, &st) != 0)
		result = refuse(directory, name, errno, fault);
	/* Somebody unlinked it between open and here: that is no damage, only gone. */
	else if (st.st_nlink == 0)
		result = FILE_ABSENT;
	else
		result = check(directory, name, &st, fault);
	if (result != 0) {
		close(fd);
		return result;
	}
	*ret_fd = fd;
	*ret_status = st;
	return 0;
}

int
file_open(const struct directory *directory, const char *name, size_t size, int *ret_fd,
	struct fault *fault)
{
	struct stat st;
	int fd, result = open_checked(directory, name, O_RDWR, &fd, &st, fault);

	if (result != 0)
		return result;
	if ((uintmax_t)st.st_size != size) {
		close(fd);
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: has %ju bytes instead of %zu",
			directory->path, name, (uintmax_t)st.st_size, size);
	}
	*ret_fd = fd;
	return 0;
}

int
file_open_reading(const struct directory *directory, const char *name, int *ret_fd,
	struct fault *fault)
{
	struct stat st;

	return open_checked(directory, name, O_RDONLY, ret_fd, &st, fault);
}

int
file_open_appending(const struct directory *directory, const char *name, int *ret_fd,
	struct fault *fault)
{
	struct stat st;
	int fd, result = open_checked(directory, name, O_RDWR | O_APPEND | O_CREAT, &fd, &st,
		fault);

	if (result != 0)
		return result;
	/* The host's umask may have taken away even the owner's rights. */
	if ((st.st_mode & 0600) != 0600 && fchmod(fd, 0600) != 0) {
		result = refuse(directory, name, errno, fault);
		close(fd);
		return result;
	}
	*ret_fd = fd;
	return 0;
}

/* Mode, content and, where it matters, the disk. 0 or an errno. */
static int
fill(int fd, const struct directory *directory, const struct file_content *content)
{
	const uint8_t *bytes = content->bytes;

	/* The host's umask may have taken away even the owner's rights. */
	if (fchmod(fd, 0600) != 0)
		return errno;
	for (size_t done = 0; done < content->size;) {
		ssize_t count = pwrite(fd, bytes + done, content->size - done, (off_t)done);

		if (count > 0)
			done += (size_t)count;
		else if (count == 0)
			return ENOSPC;
		else if (errno != EINTR)
			return errno;
	}
	if (directory->life == DIRECTORY_DURABLE && fsync(fd) != 0)
		return errno;
	return 0;
}

static int
sync_directory(const struct directory *directory, const char *name, struct fault *fault)
{
	if (directory->life == DIRECTORY_DURABLE && fsync(directory->fd) != 0)
		return refuse(directory, name, errno, fault);
	return 0;
}

/* By /proc where the kernel wants CAP_DAC_READ_SEARCH for doing it by the descriptor alone. */
int
file_give_name(int fd, int directory, const char *name)
{
	char by_proc[sizeof "/proc/self/fd/" + 3 * sizeof fd];

	if (linkat(fd, "", directory, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno == EEXIST)
		return errno;
	snprintf(by_proc, sizeof by_proc, "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, by_proc, directory, name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	return errno;
}

int
file_replace(const struct directory *directory, const char *name,
	const struct file_content *content, struct fault *fault)
{
	int fd, error;

	/* We hold the lock: one that is there was left by a process killed on this very way. */
	if (unlinkat(directory->fd, DIRECTORY_SCRATCH, 0) != 0 && errno != ENOENT)
		return refuse(directory, DIRECTORY_SCRATCH, errno, fault);
	fd = directory_raise_fd(openat(directory->fd, DIRECTORY_SCRATCH,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600));
	if (fd < 0) {
		error = errno;
		(void)unlinkat(directory->fd, DIRECTORY_SCRATCH, 0);
		return refuse(directory, name, error, fault);
	}
	error = fill(fd, directory, content);
	if (error == 0 && renameat(directory->fd, DIRECTORY_SCRATCH, directory->fd, name) != 0)
		error = errno;
	close(fd);
	if (error != 0) {
		(void)unlinkat(directory->fd, DIRECTORY_SCRATCH, 0);
		return refuse(directory, name, error, fault);
	}
	return sync_directory(directory, name, fault);
}

/*
 * File systems without nameless files (NFS, 9p): a scratch name, written and renamed under the
 * directory's lock, so that the look for an existing file and the rename are one, and what a killed
 * process left is removed by the next that opens the directory.
 */
static int
make_by_rename(const struct directory *directory, const char *name,
	const struct file_content *content, struct fault *fault)
{
	struct stat st;
	int lock, result;

	result = directory_lock(directory, &lock, fault);
	if (result != 0)
		return result;
	if (fstatat(directory->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		result = FILE_EXISTS;
	else if (errno != ENOENT)
		result = refuse(directory, name, errno, fault);
	else
		result = file_replace(directory, name, content, fault);
	directory_unlock(lock);
	return result;
}

int
file_make(const struct directory *directory, const char *name, const struct file_content *content,
	struct fault *fault)
{
	int fd, error;

	fd = openat(directory->fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		return make_by_rename(directory, name, content, fault);
	fd = directory_raise_fd(fd);
	if (fd < 0)
		return refuse(directory, name, errno, fault);
	error = fill(fd, directory, content);
	if (error == 0)
		error = file_give_name(fd, directory->fd, name);
	close(fd);
	if (error == EEXIST)
		return FILE_EXISTS;
	if (error != 0)
		return refuse(directory, name, error, fault);
	return sync_directory(directory, name, fault);
}
