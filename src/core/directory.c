/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/lock.h"

int
directory_raise_fd(int fd)
{
	int raised, error;

	if (fd < 0 || fd > 2)
		return fd;
	raised = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	error = errno;
	close(fd);
	errno = error;
	return raised;
}

static int
check_directory(int fd, const char *path, struct fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", path);
	if (st.st_uid != geteuid())
		return fault_set(fault, FAULT_STATE, "%s: owned by uid %ju, not by uid %ju", path,
			(uintmax_t)st.st_uid, (uintmax_t)geteuid());
	if ((st.st_mode & 0077) != 0)
		return fault_set(fault, FAULT_STATE,
			"%s: mode %04o gives rights to others; must be 0700",
			path, (unsigned int)(st.st_mode & 07777));
	return 0;
}

/*
 * Whoever may rename in the parent can put fresh, empty records in place of ours. The sticky bit
 * forbids that to all but root and the directory's owner.
 */
static int
check_parent(int fd, const char *path, struct fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return fault_set(fault, FAULT_STATE,
			"%s: owned by uid %ju, who could replace what is in it",
			path, (uintmax_t)st.st_uid);
	if ((st.st_mode & 0022) != 0 && (st.st_mode & S_ISVTX) == 0)
		return fault_set(fault, FAULT_STATE,
			"%s: mode %04o lets others replace what is in it",
			path, (unsigned int)(st.st_mode & 07777));
	return 0;
}

static int
open_directory(int parent, const char *name)
{
	return directory_raise_fd(openat(parent, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

/* A process killed while it wrote a file by the roundabout way has left it behind. */
static void
sweep(const struct directory *directory)
{
	int lock;

	if (faccessat(directory->fd, DIRECTORY_SCRATCH, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	if (directory_lock(directory, &lock, NULL) == 0) {
		(void)unlinkat(directory->fd, DIRECTORY_SCRATCH, 0);
		directory_unlock(lock);
	}
}

/* directory has its life and path; its fd is set on success. */
static int
open_or_make(int parent, const char *name, struct directory *directory, struct fault *fault)
{
	const char *path = directory->path;
	struct stat st;
	const bool rehearsed = directory->life == DIRECTORY_REHEARSED;
	bool made = false;
	int fd, result;

	if (rehearsed && parent < 0)
		return 0;
	fd = open_directory(parent, name);
	if (fd < 0 && errno == ENOENT && rehearsed)
		return 0;
	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(parent, name, 0700) == 0)
			made = true;
		else if (errno != EEXIST)
			return fault_set_errno(fault, FAULT_STATE, errno,
				"%s: cannot be made", path);
		fd = open_directory(parent, name);
	}
	if (fd < 0) {
		int error = errno;

		if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
			return fault_set(fault, FAULT_STATE, "%s: is a symbolic link", path);
		return fault_set_errno(fault, FAULT_STATE, error, "%s", path);
	}
	/* The host's umask is anything between 000 and 777. */
	if (made && (fchmod(fd, 0700) != 0 ||
	    (directory->life == DIRECTORY_DURABLE && fsync(parent) != 0))) {
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s", path);
		close(fd);
		return result;
	}
	result = check_directory(fd, path, fault);
	if (result != 0) {
		close(fd);
		return result;
	}
	directory->fd = fd;
	if (!rehearsed)
		sweep(directory);
	return 0;
}

/* Splits an absolute path into its parent and its last name; slashes at its end do not count. */
static int
split(const char *path, char ret_parent[static PATH_MAX], char ret_name[static NAME_MAX + 1],
	struct fault *fault)
{
	size_t length = strlen(path), start;

	while (length > 1 && path[length - 1] == '/')
		length--;
	if (path[0] != '/' || length < 2 || length >= PATH_MAX)
		return fault_set(fault, FAULT_STATE,
			"%s: not the absolute path of a directory", path);
	for (start = length; path[start - 1] != '/'; start--)
		;
	if (length - start > NAME_MAX)
		return fault_set_errno(fault, FAULT_STATE, ENAMETOOLONG, "%s", path);
	memcpy(ret_name, path + start, length - start);
	ret_name[length - start] = '\0';
	if (start > 1)
		start--;
	memcpy(ret_parent, path, start);
	ret_parent[start] = '\0';
	return 0;
}

int
directory_open(const char *path, enum directory_life life, struct directory *ret_directory,
	struct fault *fault)
{
	struct directory directory = { .fd = -1, .life = life };
	char parent_path[PATH_MAX], name[NAME_MAX + 1];
	int parent, result;

	result = split(path, parent_path, name, fault);
	if (result != 0)
		return result;
	snprintf(directory.path, sizeof directory.path, "%s", path);

	/*
	 * Symlinks on the way are the administrator's (/var/run); the last directory before ours is
	 * checked.
	 */
	parent = open(parent_path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
	parent = directory_raise_fd(parent);
	if (parent < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", parent_path);
	result = check_parent(parent, parent_path, fault);
	if (result == 0)
		result = open_or_make(parent, name, &directory, fault);
	close(parent);
	if (result == 0)
		*ret_directory = directory;
	return result;
}

int
directory_open_under(const struct directory *parent, const char *name,
	struct directory *ret_directory, struct fault *fault)
{
	struct directory directory = { .fd = -1, .life = parent->life };
	int result;

	snprintf(directory.path, sizeof directory.path, "%.200s/%.40s", parent->path, name);
	result = open_or_make(parent->fd, name, &directory, fault);
	if (result == 0)
		*ret_directory = directory;
	return result;
}

void
directory_close(struct directory *directory)
{
	if (directory->fd >= 0)
		close(directory->fd);
	directory->fd = -1;
}

int
directory_lock(const struct directory *directory, int *ret_lock, struct fault *fault)
{
	int fd = open_directory(directory->fd, "."), error;

	if (fd < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", directory->path);
	error = lock_take(fd, lock_deadline());
	if (error == 0) {
		*ret_lock = fd;
		return 0;
	}
	close(fd);
	if (error == EAGAIN)
		return fault_set(fault, FAULT_BUSY,
			"%s: locked by another process for more than %d ms",
			directory->path, LOCK_WAIT_MS);
	return fault_set_errno(fault, FAULT_STATE, error, "%s: cannot be locked", directory->path);
}

void
directory_unlock(int lock)
{
	lock_release(lock);
	close(lock);
}
