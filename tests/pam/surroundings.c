/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on what surrounds a login: locks, file systems, limits. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "play.h"

/* "hold FILE": as another process that has locked it; "release". */
static enum play_step
command_hold(struct play *play, char *rest)
{
	char *path = play_path(play, rest);

	play->held = open(path, O_RDWR | O_CLOEXEC);
	return play_finish(
		play, play->held >= 0 && flock(play->held, LOCK_EX | LOCK_NB) == 0, path);
}

static enum play_step
command_release(struct play *play, char *rest)
{
	(void)rest;
	if (play->held < 0 || close(play->held) != 0)
		play_fail(play, "nothing is held");
	play->held = -1;
	return PLAY_DONE;
}

/* "tmpfs DIRECTORY SIZE": an empty file system of that size on it, for this script alone. */
static enum play_step
command_tmpfs(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest)), options[64];

	if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") != 0) {
		play->skipped =
			script_copy("needs a mount namespace of its own, which is refused here");
		free(path);
		return PLAY_STOP;
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return play_finish(play, false, path);
	snprintf(options, sizeof options, "mode=0700,size=%s", rest);
	return play_finish(
		play, mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0, path);
}

static enum play_step
command_readonly(struct play *play, char *rest)
{
	char *path = play_path(play, rest);

	return play_finish(play, mount("", path, "", MS_REMOUNT | MS_RDONLY, "") == 0, path);
}

/* "fill DIRECTORY": to the last byte, with a file that "unfill" takes away. */
static enum play_step
command_fill(struct play *play, char *rest)
{
	static const char zeros[4096];
	char *directory = play_path(play, rest), *path = NULL;
	int fd;

	if (asprintf(&path, "%s/filling", directory) < 0)
		abort();
	free(directory);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return play_finish(play, false, path);
	while (write(fd, zeros, sizeof zeros) > 0)
		;
	close(fd);
	return play_finish(play, errno == ENOSPC, path);
}

static enum play_step
command_unfill(struct play *play, char *rest)
{
	char *directory = play_path(play, rest), *path = NULL;

	if (asprintf(&path, "%s/filling", directory) < 0)
		abort();
	free(directory);
	return play_finish(play, unlink(path) == 0, path);
}

/*
 * "limit files|file-size|processes NUMBER": soft limits of this process; "limit NAME none" puts
 * them back.
 */
static enum play_step
command_limit(struct play *play, char *rest)
{
	static const struct {
		const char *name;
		__rlimit_resource_t resource;
	} limits[] = {
		{ "files", RLIMIT_NOFILE },
		{ "file-size", RLIMIT_FSIZE },
		{ "processes", RLIMIT_NPROC },
	};
	const char *name = script_word(&rest);

	for (size_t i = 0; name != NULL && i < sizeof limits / sizeof *limits; i++) {
		struct rlimit limit;

		if (strcmp(limits[i].name, name) != 0)
			continue;
		if (getrlimit(limits[i].resource, &limit) != 0)
			abort();
		limit.rlim_cur =
			strcmp(rest, "none") == 0 ? limit.rlim_max : strtoull(rest, NULL, 10);
		if (setrlimit(limits[i].resource, &limit) != 0)
			play_fail(play, "limit %s: %s", name, strerror(errno));
		return PLAY_DONE;
	}
	play_fail(play, "limit files|file-size|processes NUMBER");
	return PLAY_DONE;
}

const struct play_entry surroundings_table[] = {
	{ "hold", command_hold },
	{ "release", command_release },
	{ "tmpfs", command_tmpfs },
	{ "readonly", command_readonly },
	{ "fill", command_fill },
	{ "unfill", command_unfill },
	{ "limit", command_limit },
	{ NULL, NULL },
};
