/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/random.h"
#include "helper/failure.h"
#include "helper/place.h"
#include "wire/wire.h"

/*
 * Group only: smsd of smstools asks for no more than to read it, gammu-smsd renames it. Others
 * could read the code.
 */
#define FILE_MODE 0640
/* Neither daemon looks at names that begin with a dot. */
#define SCRATCH_SIZE sizeof ".smsotp-0123456789abcdef"

/* A file that has no name yet, or a scratch one. */
struct draft {
	int fd;
	char scratch[SCRATCH_SIZE];	/* "" if it has none */
};

int
spool_open(const char *path, struct spool *ret_spool, struct fault *fault)
{
	const bool root = geteuid() == 0;
	struct stat st;
	int fd = -1, rc;

	rc = place_open(path, PLACE_ANYBODY, &fd, fault);
	if (rc != 0)
		return rc;
	if (fstat(fd, &st) != 0)
		rc = fault_set_errno(fault, FAULT_CONFIG, errno, "spool %s", path);
	else if (!S_ISDIR(st.st_mode))
		rc = fault_set(fault, FAULT_CONFIG, "spool %s: not a directory", path);
	else if ((st.st_mode & S_IWOTH) != 0)
		rc = fault_set(fault, FAULT_CONFIG,
			"spool %s: has mode %04o, must not be writable by everybody", path,
			(unsigned int)st.st_mode & 07777);
	else if (root && st.st_gid == 0)
		rc = fault_set(fault, FAULT_CONFIG,
			"spool %s: belongs to root's group; it must belong to the daemon's", path);
	else if (root && (st.st_mode & (S_IWGRP | S_IXGRP)) != (S_IWGRP | S_IXGRP))
		rc = fault_set(fault, FAULT_CONFIG,
			"spool %s: has mode %04o, must be writable by its group", path,
			(unsigned int)st.st_mode & 07777);
	if (rc == 0)
		*ret_spool = (struct spool){ .fd = fd, .group = st.st_gid,
			.listed = (st.st_mode & S_IROTH) != 0 };
	else
		close(fd);
	return rc;
}

bool
spool_name_valid(const char *name)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+-";
	size_t length = strspn(name, letters);

	return length > 0 && length <= SPOOL_NAME_MAX && name[length] == '\0' && name[0] != '.';
}

/* Of a file without a name nothing is left when the process is killed. */
static int
begin(const struct spool *spool, struct draft *draft)
{
	const int flags = O_WRONLY | O_CLOEXEC;
	uint64_t number = 0;

	draft->fd = openat(spool->fd, ".", flags | O_TMPFILE, 0600);
	/* EISDIR: a kernel that does not know the flag; the others: file systems without it. */
	if (draft->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return draft->fd >= 0 ? 0 : errno;
	if (random_bytes(&number, sizeof number) != 0)
		return EAGAIN;
	snprintf(draft->scratch, sizeof draft->scratch, ".smsotp-%016" PRIx64, number);
	draft->fd = openat(
		spool->fd, draft->scratch, flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (draft->fd >= 0)
		return 0;
	draft->scratch[0] = '\0';
	return errno;
}

static int
fill(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? errno : ENOSPC;
		bytes += written;
		size -= (size_t)written;
	}
	/* By the fd: a name could lead to another's file by now. */
	return fchmod(fd, FILE_MODE) == 0 ? 0 : errno;
}

/* Gives it its name, if that is still free. */
static int
publish(const struct spool *spool, struct draft *draft, const char *name)
{
	char self[32];

	if (draft->scratch[0] == '\0') {
		snprintf(self, sizeof self, "/proc/self/fd/%d", draft->fd);
		if (linkat(AT_FDCWD, self, spool->fd, name, AT_SYMLINK_FOLLOW) != 0)
			return errno;
		return 0;
	}
	if (syscall(SYS_renameat2, spool->fd, draft->scratch, spool->fd, name,
			RENAME_NOREPLACE) != 0)
		return errno;
	draft->scratch[0] = '\0';
	return 0;
}

void
spool_put(const struct spool *spool, const struct spool_file *file, spool_posting *posting,
	void *data, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	struct draft draft = { .fd = -1 };
	int error;

	error = begin(spool, &draft);
	if (error != 0) {
		failure_say(&reply, WIRE_OPERATOR, "spool: cannot make a file", error);
		goto out;
	}
	error = fill(draft.fd, file->bytes, file->size);
	if (error != 0) {
		failure_say(&reply, WIRE_OPERATOR, "spool: cannot be written", error);
	} else if (!posting(data)) {
		failure_say(&reply, WIRE_UNREACHABLE, "spool: nobody waits for the answer", 0);
	} else {
		error = publish(spool, &draft, file->name);
		if (error == 0)
			reply.outcome = WIRE_ACCEPTED;
		else
			failure_say(&reply, WIRE_OPERATOR,
				"spool: the file cannot be given its name", error);
	}
out:
	if (draft.scratch[0] != '\0')
		(void)unlinkat(spool->fd, draft.scratch, 0);
	if (draft.fd >= 0)
		close(draft.fd);
	*ret_reply = reply;
}
