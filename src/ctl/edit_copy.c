/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/edit_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/replace.h"
#include "ctl/audit.h"
#include "ctl/edit_target.h"

#define PIECE 4096
#define BY "by"

/* What is read of two files, or of one to be written. Wiped by who has it. */
struct piece { char bytes[PIECE]; ssize_t size; };

static int
name_places(const struct edit_target *target, struct edit_copy *copy, struct fault *fault)
{
	const char *name = strrchr(target->path, '/') + 1;
	const char *folder = target->kind == EDIT_GATEWAY ? "gateways/" : "";
	const int length = (int)(name - target->path);

	if (snprintf(copy->place, PATH_MAX, "%.*s.%s.edit", length, target->path, name) >=
	    PATH_MAX || snprintf(copy->path, PATH_MAX, "%.*s.%s.edit/%s%s", length, target->path,
	    name, folder, name) >= PATH_MAX)
		return fault_set(fault, FAULT_SYSTEM, "%s: its path is too long", target->path);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	(void)remove(path);
	return 0;
}

/* Up to a piece, from an offset. */
static int
read_piece(int fd, off_t offset, const char *path, struct piece *ret_piece, struct fault *fault)
{
	do
		ret_piece->size = pread(fd, ret_piece->bytes, PIECE, offset);
	while (ret_piece->size < 0 && errno == EINTR);
	return ret_piece->size >= 0 ? 0
		: fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be read", path);
}

static int
write_file(const char *path, const char *bytes, size_t size, bool append, struct fault *fault)
{
	int fd = open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_EXCL) | O_NOFOLLOW |
		O_NOCTTY | O_CLOEXEC, 0600);
	const bool written = fd >= 0 && write(fd, bytes, size) == (ssize_t)size;
	const int error = errno;

	if (fd >= 0)
		close(fd);
	return written ? 0 : fault_set_errno(fault, FAULT_STATE, error, "%s", path);
}

static int
fill(const struct edit_copy *copy, const struct replace *original, struct fault *fault)
{
	struct piece piece = { .size = 0 };
	off_t offset = 0;
	int result = write_file(copy->path, "", 0, false, fault);

	while (result == 0) {
		result = read_piece(original->fd, offset, original->path, &piece, fault);
		if (result != 0 || piece.size == 0)
			break;
		result = write_file(copy->path, piece.bytes, (size_t)piece.size, true, fault);
		offset += piece.size;
	}
	sodium_memzero(&piece, sizeof piece);
	return result;
}

int
edit_copy_make(const struct edit_target *target, const struct replace *original,
	struct edit_copy *ret_copy, struct fault *fault)
{
	char by[PATH_MAX + sizeof BY], who[AUDIT_WHO_SIZE], text[AUDIT_WHO_SIZE + 32];
	int result = name_places(target, ret_copy, fault);

	if (result != 0)
		return result;
	(void)nftw(ret_copy->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (mkdir(ret_copy->place, 0700) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", ret_copy->place);
	if (target->kind == EDIT_GATEWAY) {
		char *const slash = strrchr(ret_copy->path, '/');

		*slash = '\0';
		if (mkdir(ret_copy->path, 0700) != 0)
			result = fault_set_errno(fault, FAULT_STATE, errno, "%s", ret_copy->path);
		*slash = '/';
	}
	audit_who(who);
	snprintf(text, sizeof text, "%s, process %ld", who, (long)getpid());
	snprintf(by, sizeof by, "%s/" BY, ret_copy->place);
	if (result == 0)
		result = write_file(by, text, strlen(text), false, fault);
	return result == 0 ? fill(ret_copy, original, fault) : result;
}

bool
edit_copy_by(const struct edit_target *target, char *ret_text, int size)
{
	struct edit_copy copy;
	struct fault fault;
	char path[PATH_MAX + sizeof BY];
	ssize_t length = -1;
	int fd;

	if (name_places(target, &copy, &fault) != 0)
		return false;
	snprintf(path, sizeof path, "%s/" BY, copy.place);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, ret_text, (size_t)size - 1);
		close(fd);
	}
	if (length <= 0)
		return false;
	ret_text[length] = '\0';
	return true;
}

int
edit_copy_differs(const struct edit_copy *copy, const struct replace *original,
	bool *ret_differs, struct fault *fault)
{
	struct piece one = { .size = 0 }, other = { .size = 0 };
	bool differs = false;
	off_t offset = 0;
	int fd = -1, result = conf_file_open(copy->path, CONF_SECRET, &fd, fault);

	while (result == 0 && !differs) {
		result = read_piece(fd, offset, copy->path, &one, fault);
		if (result == 0)
			result = read_piece(original->fd, offset, original->path, &other, fault);
		if (result != 0 || (one.size == 0 && other.size == 0))
			break;
		differs = one.size != other.size ||
			memcmp(one.bytes, other.bytes, (size_t)one.size) != 0;
		offset += one.size;
	}
	sodium_memzero(&one, sizeof one);
	sodium_memzero(&other, sizeof other);
	if (fd >= 0)
		close(fd);
	if (result == 0)
		*ret_differs = differs;
	return result;
}

int
edit_copy_install(const struct edit_copy *copy, struct replace *original, struct fault *fault)
{
	struct piece piece = { .size = 0 };
	off_t offset = 0;
	int fd = -1, result = conf_file_open(copy->path, CONF_SECRET, &fd, fault);

	if (result == 0)
		result = replace_begin(original, fault);
	while (result == 0) {
		result = read_piece(fd, offset, copy->path, &piece, fault);
		if (result != 0 || piece.size == 0)
			break;
		result = replace_put(original, piece.bytes, (size_t)piece.size, fault);
		offset += piece.size;
	}
	if (result == 0)
		result = replace_finish(original, fault);
	sodium_memzero(&piece, sizeof piece);
	if (fd >= 0)
		close(fd);
	return result;
}

void
edit_copy_remove(struct edit_copy *copy)
{
	if (copy->place[0] != '\0')
		(void)nftw(copy->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	copy->place[0] = '\0';
}
