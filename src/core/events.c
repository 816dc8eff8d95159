/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/lock.h"
#include "core/log_line.h"
#include "core/shelter.h"

/* Each but the last means that the file under the name was replaced a moment before. */
#define TRIES 8

/* Whether the name still leads to the file that is open. */
static bool
is_current(const struct directory *directory, int fd)
{
	struct stat named, open;

	return fstatat(directory->fd, EVENTS_FILE, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		fstat(fd, &open) == 0 && named.st_dev == open.st_dev &&
		named.st_ino == open.st_ino;
}

/* ASIDE_DONE: there is another file to be opened now. */
enum aside { ASIDE_DONE, ASIDE_BUSY, ASIDE_FAILED };

/*
 * Under the lock on that very file, so that of all who find it full one renames it, and nobody
 * renames the new one. Whoever has the lock is in a shelter and soon done, and not waited for: a
 * line may be added here meanwhile.
 */
static enum aside
put_aside(const struct directory *directory, int fd)
{
	enum aside aside = ASIDE_DONE;

	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return ASIDE_BUSY;
	if (is_current(directory, fd) &&
	    renameat(directory->fd, EVENTS_FILE, directory->fd, EVENTS_FORMER) != 0)
		aside = ASIDE_FAILED;
	lock_release(fd);
	return aside;
}

/* Behind half a line, which a full disk or a limit has left, begins a line of its own. */
static bool
ends_in_half(int fd, off_t size)
{
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* Returns 0 or an errno. */
static int
write_whole(int fd, const char *bytes, size_t count)
{
	ssize_t done;

	do
		done = write(fd, bytes, count);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return errno;
	return (size_t)done == count ? 0 : ENOSPC;
}

/* text has room for one byte before it. */
static int
append(const struct events *events, const struct directory *directory, const char *text,
	size_t length, struct fault *fault)
{
	for (int i = 0; i < TRIES; i++) {
		struct stat st;
		bool half;
		int fd, error = 0;
		int result = file_open_appending(directory, EVENTS_FILE, &fd, fault);

		if (result == FILE_ABSENT)
			continue;
		if (result != 0)
			return result;
		if (fstat(fd, &st) != 0)
			error = errno;
		if (error == 0 && st.st_size > 0 && st.st_size + (off_t)length > events->most) {
			const enum aside aside = put_aside(directory, fd);

			if (aside == ASIDE_DONE) {
				close(fd);
				continue;
			}
			if (aside == ASIDE_FAILED &&
			    st.st_size + (off_t)length > 2 * events->most)
				error = EFBIG;
		}
		half = error == 0 && ends_in_half(fd, st.st_size);
		if (error == 0)
			error = half ? write_whole(fd, text - 1, length + 1)
				: write_whole(fd, text, length);
		/* Put aside twice since it was opened: then nobody will read it. */
		if (error == 0 && fstat(fd, &st) == 0 && st.st_nlink == 0)
			error = ESTALE;
		close(fd);
		if (error == 0)
			return 0;
		if (error != ESTALE)
			return fault_set_errno(fault, FAULT_STATE, error, "%s/%s",
				directory->path, EVENTS_FILE);
	}
	return fault_set(fault, FAULT_STATE, "%s/%s: is replaced again and again",
		directory->path, EVENTS_FILE);
}

int
events_append(const struct events *events, const struct log_line *line, int64_t real_ms,
	struct fault *fault)
{
	struct directory directory = DIRECTORY_NONE;
	char text[1 + LOG_EVENT_SIZE] = "\n";
	struct shelter shelter;
	size_t length;
	int result;

	if (events->most == 0)
		return 0;
	length = log_line_event(line, real_ms, text + 1);
	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	/* As for a rehearsal: a line is no reason to make a directory. */
	result = directory_open(events->state_dir, DIRECTORY_REHEARSED, &directory, fault);
	if (result == 0 && directory.fd < 0)
		result = fault_set_errno(fault, FAULT_STATE, ENOENT, "%s", events->state_dir);
	if (result == 0)
		result = append(events, &directory, text + 1, length, fault);
	directory_close(&directory);
	return shelter_leave(&shelter, result, fault);
}
