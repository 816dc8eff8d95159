/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/lock.h"

static int
trouble(const struct phones_swap *swap, int error, struct fault *fault)
{
	return fault_set_errno(fault, FAULT_STATE, error, "%s: cannot be replaced", swap->path);
}

static int
open_directory(struct phones_swap *swap, struct fault *fault)
{
	const char *name = NULL;
	int place = -1, result, error;

	if (swap->path[0] != '/')
		return fault_set(fault, FAULT_CONFIG, "%s: must be an absolute path", swap->path);
	result = conf_file_open_directory(swap->path, &place, &name, fault);
	if (result != 0)
		return result;
	swap->directory =
		directory_raise_fd(openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	error = errno;
	close(place);
	if (swap->directory < 0)
		return trouble(swap, error, fault);
	if (strlen(name) + sizeof "..new" > sizeof swap->scratch)
		return trouble(swap, ENAMETOOLONG, fault);
	snprintf(swap->name, sizeof swap->name, "%.*s", NAME_MAX, name);
	snprintf(swap->scratch, sizeof swap->scratch, ".%.*s.new", NAME_MAX - 6, name);
	return 0;
}

static bool
missing(const struct phones_swap *swap)
{
	struct stat st;

	return fstatat(swap->directory, swap->name, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
		errno == ENOENT;
}

/* Whether the name still leads to the file that is open; or to none, as before. */
static bool
still_there(const struct phones_swap *swap, struct stat *ret_now)
{
	if (swap->reader.fd < 0)
		return missing(swap);
	return fstatat(swap->directory, swap->name, ret_now, AT_SYMLINK_NOFOLLOW) == 0 &&
		ret_now->st_dev == swap->before.st_dev && ret_now->st_ino == swap->before.st_ino;
}

/* The file or, where none is there, its directory. */
static int
take_lock(struct phones_swap *swap, int64_t deadline_ms, struct fault *fault)
{
	const int fd = swap->reader.fd >= 0 ? swap->reader.fd : swap->directory;
	int error = lock_take(fd, deadline_ms);

	if (error == EAGAIN)
		return fault_set(fault, FAULT_BUSY, "%s: another process changes it", swap->path);
	if (error != 0)
		return trouble(swap, error, fault);
	swap->locked = fd;
	if (swap->reader.fd >= 0 && fstat(swap->reader.fd, &swap->before) != 0)
		return trouble(swap, errno, fault);
	return 0;
}

static void
drop_lock(struct phones_swap *swap)
{
	if (swap->locked >= 0)
		lock_release(swap->locked);
	swap->locked = -1;
	phones_reader_close(&swap->reader);
}

int
phones_swap_open(const char *path, enum phones_swap_lack lack, struct phones_swap *swap,
	struct fault *fault)
{
	const int64_t deadline_ms = lock_deadline();
	int result;

	swap->path = path;
	result = open_directory(swap, fault);
	/* Until it is the one that has the name once the lock is had, not the one replaced. */
	while (result == 0) {
		struct stat now;

		result = phones_reader_open(path, &swap->reader, fault);
		if (result != 0 && lack == PHONES_SWAP_MAY_LACK && missing(swap))
			result = 0;
		if (result == 0)
			result = take_lock(swap, deadline_ms, fault);
		if (result != 0 || still_there(swap, &now))
			break;
		drop_lock(swap);
		if (lock_passed(deadline_ms))
			result = fault_set(fault, FAULT_BUSY, "%s: others keep changing it", path);
	}
	return result;
}

/* Without a name where the file system can: then whoever is killed leaves nothing behind. */
int
phones_swap_copy(struct phones_swap *swap, struct fault *fault)
{
	int fd;

	/* We hold the lock: one that is there was left by a process that was killed. */
	if (unlinkat(swap->directory, swap->scratch, 0) != 0 && errno != ENOENT)
		return trouble(swap, errno, fault);
	fd = openat(swap->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		fd = openat(swap->directory, swap->scratch, O_WRONLY | O_CREAT | O_EXCL |
			O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
		swap->scratch_named = fd >= 0;
	}
	swap->copy = directory_raise_fd(fd);
	return swap->copy < 0 ? trouble(swap, errno, fault) : 0;
}

int
phones_swap_put(struct phones_swap *swap, const char *bytes, size_t size, struct fault *fault)
{
	while (swap->copy >= 0 && size > 0) {
		ssize_t count = write(swap->copy, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return trouble(swap, count == 0 ? ENOSPC : errno, fault);
		bytes += count;
		size -= (size_t)count;
	}
	return 0;
}

static int
take_rights(const struct phones_swap *swap)
{
	const struct stat *before = &swap->before;

	/* The umask may have taken away even the owner's rights. */
	if (swap->reader.fd < 0)
		return fchmod(swap->copy, 0600);
	return fchown(swap->copy, before->st_uid, before->st_gid) != 0 ? -1
		: fchmod(swap->copy, before->st_mode & 07777);
}

int
phones_swap_finish(struct phones_swap *swap, struct fault *fault)
{
	const struct stat *before = &swap->before;
	struct stat now;
	int error = 0;

	if (take_rights(swap) != 0 || fsync(swap->copy) != 0)
		return trouble(swap, errno, fault);
	if (!swap->scratch_named)
		error = file_give_name(swap->copy, swap->directory, swap->scratch);
	if (error != 0)
		return trouble(swap, error, fault);
	swap->scratch_named = true;
	/* An editor takes no lock. This narrows to an instant when its work could be lost. */
	if (!still_there(swap, &now) || (swap->reader.fd >= 0 &&
	    (now.st_size != before->st_size || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)))
		return fault_set(fault, FAULT_BUSY, "%s: was changed meanwhile", swap->path);
	if (renameat(swap->directory, swap->scratch, swap->directory, swap->name) != 0)
		return trouble(swap, errno, fault);
	swap->scratch_named = false;
	return fsync(swap->directory) == 0 ? 0 : trouble(swap, errno, fault);
}

void
phones_swap_close(struct phones_swap *swap)
{
	if (swap->scratch_named)
		(void)unlinkat(swap->directory, swap->scratch, 0);
	if (swap->copy >= 0)
		close(swap->copy);
	drop_lock(swap);
	if (swap->directory >= 0)
		close(swap->directory);
	*swap = (struct phones_swap)PHONES_SWAP_NONE;
}
