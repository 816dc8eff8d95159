/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/phones_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/e164.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/lock.h"
#include "core/phones_edit_line.h"
#include "core/phones_line.h"
#include "core/phones_reader.h"

/* One editing on its way. */
struct editor {
	const struct phones_edit *edit;
	struct phones_name user;
	struct phones_reader reader;
	struct stat before;		/* of the file that was locked */
	bool locked;
	int directory, copy;		/* copy: -1 while it is only looked */
	char name[NAME_MAX + 1], scratch[NAME_MAX + 1];	/* in directory */
	bool scratch_named;
	bool seen;			/* the user's line */
	bool crlf, open_end;		/* how the last line read ends */
	enum phones_edited edited;
};

static int
trouble(const struct editor *it, int error, struct fault *fault)
{
	return fault_set_errno(fault, FAULT_STATE, error, "%s: cannot be replaced",
		it->edit->path);
}

/* --- the file, and the one that takes its place --------------------------- */

static int
open_directory(struct editor *it, struct fault *fault)
{
	const char *path = it->edit->path, *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	size_t length;

	if (path[0] != '/' || strlen(path) >= sizeof directory)
		return fault_set(fault, FAULT_CONFIG, "%s: must be an absolute path", path);
	if (strlen(slash + 1) + sizeof "..new" > sizeof it->scratch)
		return trouble(it, ENAMETOOLONG, fault);
	snprintf(it->name, sizeof it->name, "%.*s", NAME_MAX, slash + 1);
	snprintf(it->scratch, sizeof it->scratch, ".%.*s.new", NAME_MAX - 6, slash + 1);
	length = slash == path ? 1 : (size_t)(slash - path);
	memcpy(directory, path, length);
	directory[length] = '\0';
	it->directory = directory_raise_fd(open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return it->directory < 0 ? trouble(it, errno, fault) : 0;
}

/* Whether the name still leads to the file that is open. */
static bool
still_there(const struct editor *it, struct stat *ret_now)
{
	return fstatat(it->directory, it->name, ret_now, AT_SYMLINK_NOFOLLOW) == 0 &&
		ret_now->st_dev == it->before.st_dev && ret_now->st_ino == it->before.st_ino;
}

/* Opens and locks it: the one that has the name once the lock is had, not the one replaced. */
static int
open_locked(struct editor *it, struct fault *fault)
{
	const int64_t deadline_ms = lock_deadline();

	for (;;) {
		struct stat now;
		int result = phones_reader_open(it->edit->path, &it->reader, fault), error;

		if (result != 0)
			return result;
		error = lock_take(it->reader.fd, deadline_ms);
		it->locked = error == 0;
		if (error == EAGAIN)
			return fault_set(fault, FAULT_BUSY, "%s: another process changes it",
				it->edit->path);
		if (error != 0 || fstat(it->reader.fd, &it->before) != 0)
			return trouble(it, error != 0 ? error : errno, fault);
		if (still_there(it, &now))
			return 0;
		if (lock_passed(deadline_ms))
			return fault_set(fault, FAULT_BUSY, "%s: others keep changing it",
				it->edit->path);
		lock_release(it->reader.fd);
		it->locked = false;
		phones_reader_close(&it->reader);
	}
}

/* Without a name where the file system can: then whoever is killed leaves nothing behind. */
static int
open_copy(struct editor *it, struct fault *fault)
{
	int fd;

	/* We hold the lock: one that is there was left by a process that was killed. */
	if (unlinkat(it->directory, it->scratch, 0) != 0 && errno != ENOENT)
		return trouble(it, errno, fault);
	fd = openat(it->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		fd = openat(it->directory, it->scratch, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
			O_NOCTTY | O_CLOEXEC, 0600);
		it->scratch_named = fd >= 0;
	}
	it->copy = directory_raise_fd(fd);
	return it->copy < 0 ? trouble(it, errno, fault) : 0;
}

static int
put(struct editor *it, const char *bytes, size_t size, struct fault *fault)
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

/* The copy, complete, takes the name. */
static int
replace(struct editor *it, struct fault *fault)
{
	const struct stat *before = &it->before;
	struct stat now;
	int error = 0;

	if (fchown(it->copy, before->st_uid, before->st_gid) != 0 ||
	    fchmod(it->copy, before->st_mode & 07777) != 0 || fsync(it->copy) != 0)
		return trouble(it, errno, fault);
	if (!it->scratch_named)
		error = file_give_name(it->copy, it->directory, it->scratch);
	if (error != 0)
		return trouble(it, error, fault);
	it->scratch_named = true;
	/* An editor takes no lock. This narrows to an instant when its work could be lost. */
	if (!still_there(it, &now) || now.st_size != before->st_size ||
	    now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
		return fault_set(fault, FAULT_BUSY, "%s: was changed meanwhile", it->edit->path);
	if (renameat(it->directory, it->scratch, it->directory, it->name) != 0)
		return trouble(it, errno, fault);
	it->scratch_named = false;
	return fsync(it->directory) == 0 ? 0 : trouble(it, errno, fault);
}

static void
editor_close(struct editor *it)
{
	if (it->scratch_named)
		(void)unlinkat(it->directory, it->scratch, 0);
	if (it->copy >= 0)
		close(it->copy);
	if (it->locked)
		lock_release(it->reader.fd);
	phones_reader_close(&it->reader);
	if (it->directory >= 0)
		close(it->directory);
}

/* --- its lines ------------------------------------------------------------ */

static int
refuse(struct editor *it, const char *line, const char *what, struct fault *fault)
{
	return phones_reader_refuse(&it->reader, it->reader.offset + (line - it->reader.buffer),
		what, fault);
}

/*
 * The user's line, [line, end), which next follows. What the copy lacks before it begins at *kept,
 * which moves to what stays unchanged behind it.
 */
static int
change(struct editor *it, const char *line, const char *rest, const char *end, const char *next,
	const char **kept, struct fault *fault)
{
	struct phones_edit_line made = { .length = 0 };
	const char *problem;
	int result;

	if (it->seen)
		return refuse(it, line, "the user's second line; only one can stay", fault);
	it->seen = true;
	it->edited = phones_edit_line(it->edit, line, rest, end, &made, &problem);
	if (problem != NULL) {
		result = refuse(it, line, problem, fault);
	} else if (it->edited == PHONES_UNCHANGED) {
		result = 0;
	} else {
		result = put(it, *kept, (size_t)(line - *kept), fault);
		if (result == 0)
			result = put(it, made.text, made.length, fault);
		*kept = it->edited == PHONES_REMOVED ? next : end;
	}
	sodium_memzero(&made, sizeof made);
	return result;
}

/* The lines that the buffer holds whole, and the last one at the end of the file. */
static int
pass_lines(struct editor *it, size_t *ret_used, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;
	const char *const stop = reader->buffer + reader->have;
	const char *line = reader->buffer, *kept = line;
	int result = 0;

	while (result == 0 && line < stop) {
		const char *end = memchr(line, '\n', (size_t)(stop - line)), *next, *rest;

		if (end == NULL && !reader->ended)
			break;
		it->open_end = end == NULL;
		next = end == NULL ? stop : end + 1;
		end = end == NULL ? stop : end;
		it->crlf = end > line && end[-1] == '\r';
		rest = phones_line_rest(line, end, &it->user);
		if (rest != NULL)
			result = change(it, line, rest, end, next, &kept, fault);
		line = next;
	}
	if (result == 0)
		result = put(it, kept, (size_t)(line - kept), fault);
	*ret_used = (size_t)(line - reader->buffer);
	return result;
}

/* A line longer than the buffer, which holds its beginning: another's, and copied as it is. */
static int
pass_long_line(struct editor *it, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;
	int result;

	if (phones_line_rest(reader->buffer, reader->buffer + reader->have, &it->user) != NULL)
		return refuse(it, reader->buffer, "line too long", fault);
	for (;;) {
		const char *newline = memchr(reader->buffer, '\n', reader->have);
		size_t size = newline != NULL ? (size_t)(newline - reader->buffer) + 1
			: reader->have;

		it->open_end = newline == NULL;
		it->crlf = false;
		result = put(it, reader->buffer, size, fault);
		phones_reader_drop(reader, size);
		if (result != 0 || newline != NULL || reader->ended)
			return result;
		result = phones_reader_fill(reader, fault);
		if (result != 0)
			return result;
	}
}

static int
pass_all(struct editor *it, struct fault *fault)
{
	struct phones_reader *reader = &it->reader;

	for (;;) {
		size_t used = 0;
		int result = phones_reader_fill(reader, fault);

		if (result == 0)
			result = pass_lines(it, &used, fault);
		if (result != 0)
			return result;
		if (used == 0 && reader->have == PHONES_READER_CHUNK) {
			result = pass_long_line(it, fault);
			if (result != 0)
				return result;
			continue;
		}
		phones_reader_drop(reader, used);
		if (reader->ended)
			return 0;
	}
}

/* Behind the last line, and ended as that is. */
static int
append(struct editor *it, struct fault *fault)
{
	const char *const end = it->crlf ? "\r\n" : "\n";
	char line[PHONES_LINE_NAME_MAX + E164_SIZE + 8];
	int length, result;

	length = snprintf(line, sizeof line, "%s%s  %s%s", it->open_end ? end : "", it->user.text,
		it->edit->number->text, end);
	result = put(it, line, (size_t)length, fault);
	sodium_memzero(line, sizeof line);
	it->edited = PHONES_NEW;
	return result;
}

static int
run(struct editor *it, struct fault *fault)
{
	const bool removes = it->edit->change == PHONES_REMOVE ||
		it->edit->change == PHONES_REMOVE_NUMBER;
	int result = open_directory(it, fault);

	if (result == 0)
		result = open_locked(it, fault);
	if (result == 0 && !it->edit->look)
		result = open_copy(it, fault);
	if (result == 0)
		result = pass_all(it, fault);
	if (result == 0 && !it->seen && !removes)
		result = append(it, fault);
	if (result == 0 && !it->edit->look && it->edited != PHONES_UNCHANGED)
		result = replace(it, fault);
	return result;
}

/* Only what a line can begin with, and what a terminal can show as it is. */
static bool
name_possible(const struct phones_name *name)
{
	for (size_t i = 0; i < name->length; i++) {
		if ((unsigned char)name->text[i] < ' ' || name->text[i] == 0x7f)
			return false;
	}
	return phones_line_possible(name);
}

int
phones_edit(const struct phones_edit *edit, enum phones_edited *ret_edited, struct fault *fault)
{
	struct editor it = {
		.edit = edit, .user = { edit->user, strlen(edit->user) },
		.reader = PHONES_READER_NONE, .directory = -1, .copy = -1,
	};
	int result;

	if (!name_possible(&it.user))
		return fault_set(fault, FAULT_CONFIG, "%s: no line can have the name \"%s\"",
			edit->path, edit->user);
	result = run(&it, fault);
	editor_close(&it);
	if (result == 0)
		*ret_edited = it.edited;
	return result;
}
