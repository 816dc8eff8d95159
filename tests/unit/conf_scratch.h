/* SPDX-License-Identifier: BSD-2-Clause */
/* A private folder for tests that write configuration files, gone again after each test. */
#ifndef SMSOTP_TESTS_CONF_SCRATCH_H
#define SMSOTP_TESTS_CONF_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct scratch {
	char path[64];
	int fds;	/* open in this process before the test: as many must be after it */
};

static inline int
scratch_count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	if (directory == NULL)
		return -1;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static inline int
scratch_setup(void **state)
{
	struct scratch *scratch = calloc(1, sizeof *scratch);

	if (scratch == NULL)
		return -1;
	snprintf(scratch->path, sizeof scratch->path, "/tmp/smsotp-conf-XXXXXX");
	if (mkdtemp(scratch->path) == NULL) {
		free(scratch);
		return -1;
	}
	scratch->fds = scratch_count_fds();
	*state = scratch;
	return 0;
}

static inline int
scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline int
scratch_teardown(void **state)
{
	struct scratch *scratch = *state;
	int fds = scratch_count_fds(), status = 0;

	if (fds != scratch->fds) {
		print_error("%d file descriptors before the test, %d after\n", scratch->fds, fds);
		status = -1;
	}
	if (nftw(scratch->path, scratch_remove, 8, FTW_DEPTH | FTW_PHYS) != 0)
		status = -1;
	free(scratch);
	return status;
}

/* The path of name in the folder. Of the last four calls; each result is overwritten by the fifth.
 */
static inline const char *
scratch_path(const struct scratch *scratch, const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", scratch->path, name);
	return path;
}

static inline const char *
scratch_write_bytes(const struct scratch *scratch, const char *name, mode_t mode, const void *bytes,
	size_t size)
{
	const char *path = scratch_path(scratch, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
	return path;
}

static inline const char *
scratch_write(const struct scratch *scratch, const char *name, mode_t mode, const char *text)
{
	return scratch_write_bytes(scratch, name, mode, text, strlen(text));
}

/* How child ended: its exit status, or 1000 and the signal. */
static inline int
scratch_wait(pid_t child)
{
	int status = -1;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#endif
