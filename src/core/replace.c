/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/lock.h"

static int
trouble(const struct replace *it, int error, struct fault *fault)
{
	return fault_set_errno(fault, FAULT_STATE, error, "%s: cannot be replaced", it->path);
}

static int
open_directory(struct replace *it, struct fault *fault)
{
	const char *name = NULL;
	int place = -1, result, error;

	if (it->path[0] != '/')
		return fault_set(fault, FAULT_CONFIG, "%s: must be an absolute path", it->path);
	result = conf_file_open_directory(it->path, &place, &name, fault);
	if (result != 0)
		return result;
	it->directory =
		directory_raise_fd(openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	error = errno;
	close(place);
	if (it->directory < 0)
		return trouble(it, error, fault);
	if (strlen(name) + sizeof "..new" > sizeof it->scratch)
		return trouble(it, ENAMETOOLONG, fault);
	snprintf(it->name, sizeof it->name, "%.*s", NAME_MAX, name);
	snprintf(it->scratch, sizeof it->scratch, ".%.*s.new", NAME_MAX - 6, name);
	return 0;
}

static bool
missing(const struct replace *it)
{
	struct stat st;

	return fstatat(it->directory, it->name, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
		errno == ENOENT;
}

/* Whether the name still leads to the file that is open; or to none, as before. */
static bool
still_there(const struct replace *it, struct stat *ret_now)
{
	if (it->fd < 0)
		return missing(it);
	return fstatat(it->directory, it->name, ret_now, AT_SYMLINK_NOFOLLOW) == 0 &&
		ret_now->st_dev == it->before.st_dev && ret_now->st_ino == it->before.st_ino;
}

/* The file or, where none is there, its directory. */
static int
take_lock(struct replace *it, struct replace_terms terms, int64_t deadline_ms,
	struct fault *fault)
{
	const int fd = it->fd >= 0 ? it->fd : it->directory;
	int error = terms.unlocked ? 0 : lock_take(fd, deadline_ms);

	if (error == EAGAIN)
		return fault_set(fault, FAULT_BUSY, "%s: another process changes it", it->path);
	if (error != 0)
		return trouble(it, error, fault);
	it->locked = terms.unlocked ? -1 : fd;
	if (it->fd >= 0 && fstat(it->fd, &it->before) != 0)
		return trouble(it, errno, fault);
	return 0;
}

static void
drop_lock(struct replace *it)
{
	if (it->locked >= 0)
		lock_release(it->locked);
	it->locked = -1;
	if (it->fd >= 0)
		close(it->fd);
	it->fd = -1;
}

int
replace_open(const char *path, struct replace_terms terms, struct replace *it,
	struct fault *fault)
{
	const int64_t deadline_ms = lock_deadline();
	int result;

	it->path = path;
	result = open_directory(it, fault);
	/* Until it is the one that has the name once the lock is had, not the one replaced. */
	while (result == 0) {
		struct stat now;

		/* Asked before: once it failed to open, another may have made it. */
		if (!terms.may_lack || !missing(it))
			result = conf_file_open(path, terms.secrecy, &it->fd, fault);
		if (result != 0 && terms.may_lack && missing(it))
			result = 0;
		if (result == 0)
			result = take_lock(it, terms, deadline_ms, fault);
		if (result != 0 || still_there(it, &now))
			break;
		drop_lock(it);
		if (lock_passed(deadline_ms))
			result = fault_set(fault, FAULT_BUSY, "%s: others keep changing it", path);
	}
	return result;
}

/* Without a name where the file system can: then whoever is killed leaves nothing behind. */
int
replace_begin(struct replace *it, struct fault *fault)
{
	int fd;

	/* The lock is ours: one that is there was left by a process that was killed. */
	if (unlinkat(it->directory, it->scratch, 0) != 0 && errno != ENOENT)
		return trouble(it, errno, fault);
	if (it->copy >= 0)
		close(it->copy);
	it->scratch_named = false;
	fd = openat(it->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		fd = openat(it->directory, it->scratch, O_WRONLY | O_CREAT | O_EXCL |
			O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);
		it->scratch_named = fd >= 0;
	}
	it->copy = directory_raise_fd(fd);
	return it->copy < 0 ? trouble(it, errno, fault) : 0;
}

int
replace_put(struct replace *it, const char *bytes, size_t size, struct fault *fault)
{
	while (it->copy >= 0 && size > 0) {
		ssize_t count = write(it->copy, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return trouble(it, count == 0 ? ENOSPC : errno, fault);
		bytes += count;
		size -= (size_t)count;
	}
	return 0;
}

static int
take_rights(const struct replace *it)
{
	const struct stat *before = &it->before;

	/* The umask may have taken away even the owner's rights. */
	if (it->fd < 0)
		return fchmod(it->copy, 0600);
	return fchown(it->copy, before->st_uid, before->st_gid) != 0 ? -1
		: fchmod(it->copy, before->st_mode & 07777);
}

int
replace_finish(struct replace *it, struct fault *fault)
{
	const struct stat *before = &it->before;
	struct stat now;
	int error = 0;

	if (take_rights(it) != 0 || fsync(it->copy) != 0)
		return trouble(it, errno, fault);
	if (!it->scratch_named)
		error = file_give_name(it->copy, it->directory, it->scratch);
	if (error != 0)
		return trouble(it, error, fault);
	it->scratch_named = true;
	/* An editor takes no lock. This narrows to an instant when its work could be lost. */
	if (!still_there(it, &now) || (it->fd >= 0 &&
	    (now.st_size != before->st_size || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)))
		return fault_set(fault, FAULT_BUSY, "%s: was changed meanwhile", it->path);
	if (renameat(it->directory, it->scratch, it->directory, it->name) != 0)
		return trouble(it, errno, fault);
	it->scratch_named = false;
	return fsync(it->directory) == 0 ? 0 : trouble(it, errno, fault);
}

void
replace_close(struct replace *it)
{
	if (it->scratch_named)
		(void)unlinkat(it->directory, it->scratch, 0);
	if (it->copy >= 0)
		close(it->copy);
	drop_lock(it);
	if (it->directory >= 0)
		close(it->directory);
	*it = (struct replace)REPLACE_NONE;
}
