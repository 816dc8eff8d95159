/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <regex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script.h"
#include "secrets.h"

/* nftw(3) gives its callback no argument. One walk at a time. */
static struct {
	const struct secrets *secrets;
	size_t root_length;
	char *wrong;
	FILE *to;
} walk;

static __attribute__((format(printf, 1, 2))) int
found(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&walk.wrong, format, args) < 0)
		abort();
	va_end(args);
	return 1;
}

static char *
look(const char *path, int (*see)(const char *, const struct stat *, int, struct FTW *))
{
	walk.wrong = NULL;
	walk.root_length = strlen(path);
	if (nftw(path, see, 16, FTW_PHYS) < 0 && errno != ENOENT && walk.wrong == NULL)
		(void)found("%s: %s", path, strerror(errno));
	return walk.wrong;
}

static bool
belongs(const char *name, int type)
{
	static const char directories[] = "^(/users|/backup|/phones|/codes)?$";
	static const char files[] = "^/(names\\.key|events(\\.1|\\.totals)?|key|budgets|gateways|"
		"(users|backup|codes)/[0-9]+|phones/[0-9a-f]+)$";
	regex_t regex;
	bool match;

	if (regcomp(&regex, type == FTW_D ? directories : files, REG_EXTENDED | REG_NOSUB) != 0)
		abort();
	match = regexec(&regex, name, 0, NULL, 0) == 0;
	regfree(&regex);
	return match;
}

static int
see_stray(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_D ? (status->st_mode & 07777) != 0700 : (status->st_mode & 07177) != 0)
		return found("%s has mode %o", path, status->st_mode & 07777);
	if (status->st_uid != geteuid())
		return found("%s belongs to uid %u", path, status->st_uid);
	if (type != FTW_D && (!S_ISREG(status->st_mode) || status->st_nlink != 1))
		return found("%s is no plain file of one name", path);
	if (!belongs(path + walk.root_length, type))
		return found("%s does not belong there", path);
	return 0;
}

char *
tree_stray(const char *directory)
{
	return look(directory, see_stray);
}

static char *
read_file(const char *path, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	char *bytes;
	ssize_t got;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return NULL;
	}
	bytes = script_alloc((size_t)status.st_size + 1);
	got = read(fd, bytes, (size_t)status.st_size);
	close(fd);
	*ret_size = got < 0 ? 0 : (size_t)got;
	return bytes;
}

static int
see_secret(const char *path, const struct stat *status, int type, struct FTW *at)
{
	const char *what = secrets_in_bytes(
		walk.secrets, path + walk.root_length, strlen(path + walk.root_length));
	size_t size = 0;
	char *bytes;

	(void)status;
	(void)at;
	if (what != NULL)
		return found("the name %s holds %s", path, what);
	bytes = type == FTW_F ? read_file(path, &size) : NULL;
	if (bytes != NULL)
		what = secrets_in_bytes(walk.secrets, bytes, size);
	free(bytes);
	return what == NULL ? 0 : found("%s holds %s", path, what);
}

char *
tree_secret(const char *directory, const struct secrets *secrets)
{
	walk.secrets = secrets;
	return look(directory, see_secret);
}

static int
see_lock(const char *path, const struct stat *status, int type, struct FTW *at)
{
	int fd, error = 0;

	(void)at;
	if (type == FTW_SL || (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode)))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		error = errno;
	close(fd);
	return error == EWOULDBLOCK ? found("%s is locked", path) : 0;
}

char *
tree_locked(const char *directory)
{
	return look(directory, see_lock);
}

static int
see_contents(const char *path, const struct stat *status, int type, struct FTW *at)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	size_t size = 0;
	char *bytes = type == FTW_F ? read_file(path, &size) : NULL;

	(void)at;
	/* FNV-1a: against chance it is good enough. */
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
	free(bytes);
	fprintf(walk.to, "%s mode %o size %jd contents %jx\n", path, status->st_mode,
		(intmax_t)(type == FTW_F ? status->st_size : 0), (uintmax_t)hash);
	return 0;
}

/* Lines sorted: the order of a directory means nothing. */
static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
tree_describe(const char *path)
{
	char *text = NULL, *sorted = NULL, *rest = NULL, **lines = NULL;
	size_t size = 0, count = 0;

	walk.to = open_memstream(&text, &size);
	if (walk.to == NULL)
		abort();
	free(look(path, see_contents));
	if (fclose(walk.to) != 0)
		abort();
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		lines = reallocarray(lines, count + 1, sizeof *lines);
		if (lines == NULL)
			abort();
		lines[count++] = line;
	}
	if (count > 0)
		qsort(lines, count, sizeof *lines, compare_lines);
	walk.to = open_memstream(&sorted, &size);
	if (walk.to == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		fprintf(walk.to, "%s\n", lines[i]);
	if (fclose(walk.to) != 0)
		abort();
	free(lines);
	free(text);
	return sorted;
}

static int
see_remove(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	(void)remove(path);
	return 0;
}

void
tree_remove(const char *path)
{
	(void)nftw(path, see_remove, 16, FTW_PHYS | FTW_DEPTH);
}
