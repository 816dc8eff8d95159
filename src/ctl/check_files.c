/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: state directories and helpers, as they lie on the disk. Changes nothing. */
#include "ctl/check.h"

#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "core/config.h"
#include "core/directory.h"
#include "paths.h"

static const char *
why_loose(const struct stat *st)
{
	if (st->st_uid != 0)
		return "does not belong to root";
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 &&
		(!S_ISDIR(st->st_mode) || (st->st_mode & S_ISVTX) == 0))
		return "can be changed by others than root";
	return NULL;
}

int
check_root_owned(const char *path, bool program, const char **ret_why, bool *ret_missing)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/'), *why;
	struct stat st, above;

	*ret_missing = false;
	if (stat(path, &st) != 0) {
		*ret_missing = true;
		*ret_why = "cannot be found";
		return -1;
	}
	snprintf(directory, sizeof directory, "%.*s", slash > path ? (int)(slash - path) : 1,
		path);
	why = why_loose(&st);
	if (why == NULL && !S_ISREG(st.st_mode))
		why = "is not a file";
	if (why == NULL && program && (st.st_mode & S_IXUSR) == 0)
		why = "may not be executed";
	if (why == NULL && (stat(directory, &above) != 0 || why_loose(&above) != NULL))
		why = "lies in a directory that others than root can change";
	if (why == NULL)
		return 0;
	*ret_why = why;
	return -1;
}

bool
check_helper(const struct check *check, const char *path)
{
	const struct finding_place place = { .file = path };
	const char *why = "";
	bool missing;

	if (check_root_owned(path, true, &why, &missing) == 0)
		return true;
	finding_add(check->findings, missing ? FINDING_HELPER_MISSING : FINDING_HELPER_RIGHTS,
		&place, "%s", why);
	return false;
}

/* Whether the directory that path is, or will be made in, is there. */
static bool
check_parent(const struct check *check, const char *path)
{
	const struct finding_place place = { .file = path };
	char parent[PATH_MAX];
	size_t length = strlen(path);
	struct stat st;

	while (length > 1 && path[length - 1] == '/')
		length--;
	while (length > 1 && path[length - 1] != '/')
		length--;
	snprintf(parent, sizeof parent, "%.*s", (int)length, path);
	if (stat(parent, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	finding_add(check->findings, FINDING_STATE_PARENT, &place,
		"is to be in %s, which is no directory", parent);
	return false;
}

/* As the module opens it, and nothing made or swept. Whether it is there, and as it must be. */
static bool
check_directory(const struct check *check, const char *path)
{
	struct directory directory = DIRECTORY_NONE;
	struct fault fault;
	bool there;

	if (!check_parent(check, path))
		return false;
	if (directory_open(path, DIRECTORY_REHEARSED, &directory, &fault) != 0) {
		finding_add_fault(check->findings, FINDING_STATE_RIGHTS, &fault);
		return false;
	}
	there = directory.fd >= 0;
	directory_close(&directory);
	return there;
}

static void
check_on_tmpfs(const struct check *check, const char *path)
{
	const struct finding_place place = { .file = path };
	struct statfs system;

	if (statfs(path, &system) == 0 && system.f_type != TMPFS_MAGIC &&
		system.f_type != RAMFS_MAGIC)
		finding_add(check->findings, FINDING_RUN_DIR_DISK, &place,
			"\"run_dir\" is on a file system that outlives a reboot");
}

void
check_files(const struct check *check)
{
	(void)check_helper(check, SMSOTP_SEND);
	(void)check_helper(check, SMSOTP_LOOKUP);
	if (check->config == NULL)
		return;
	(void)check_directory(check, check->config->state_dir);
	if (check_directory(check, check->config->run_dir))
		check_on_tmpfs(check, check->config->run_dir);
}
