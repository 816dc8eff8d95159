/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"

/* Of the path's beginning, which ends at next, as said in a message. */
static int
refuse(struct fault *fault, const char *path, const char *next, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "%.*s: %s", (int)(next - path), path, why);
}

static bool
is_roots(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) &&
		((st->st_mode & (S_IWGRP | S_IWOTH)) == 0 || (st->st_mode & S_ISVTX) != 0);
}

/* One name of the path; fd is the directory it is in. Closes fd and returns what it opened. */
static int
step(int fd, const char *path, const char *name, const char *next, enum place_trust trust,
	int *ret_fd, struct fault *fault)
{
	char part[NAME_MAX + 1] = "";
	const size_t length = (size_t)(next - name);
	struct stat st;
	int found, error;
	bool known;

	if (length > NAME_MAX) {
		close(fd);
		return refuse(fault, path, next, "a name is too long");
	}
	memcpy(part, name, length);
	found = openat(fd, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	known = found >= 0 && fstat(found, &st) == 0;
	error = errno;
	close(fd);
	if (!known) {
		if (found >= 0)
			close(found);
		return refuse(fault, path, next, strerrordesc_np(error));
	}
	if (S_ISLNK(st.st_mode)) {
		close(found);
		return refuse(fault, path, next,
			"is a symbolic link: give the path that it leads to");
	}
	if (trust == PLACE_ROOT && S_ISDIR(st.st_mode) && !is_roots(&st)) {
		close(found);
		return refuse(fault, path, next,
			"a directory that others than root may write or own");
	}
	*ret_fd = found;
	return 0;
}

int
place_open(const char *path, enum place_trust trust, int *ret_fd, struct fault *fault)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (path[0] != '/' || fd < 0) {
		if (fd >= 0)
			close(fd);
		return fault_set(fault, FAULT_CONFIG, "%s: must begin with /", path);
	}
	for (const char *name = path + strspn(path, "/"); *name != '\0' && rc == 0;) {
		const char *next = name + strcspn(name, "/");

		rc = step(fd, path, name, next, trust, &fd, fault);
		name = next + strspn(next, "/");
	}
	if (rc == 0)
		*ret_fd = fd;
	return rc;
}
