/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on files. Names are relative to the script's private folder. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "play.h"
#include "tree.h"
#include "world.h"

static char *
path_of(struct play *play, const char *name)
{
	char *path = NULL;
	glob_t matches;

	if (name == NULL) {
		play_fail(play, "a name is missing");
		name = "";
	}
	name = play_expand(play, name, false);
	if (asprintf(&path, "%s/%s", world_directory(play->world), name) < 0)
		abort();
	/* Names of phone records are keyed hashes: a script can only say "phones/…*". */
	if (glob(path, 0, NULL, &matches) == 0) {
		free(path);
		path = script_copy(matches.gl_pathv[0]);
		globfree(&matches);
	}
	return path;
}

char *
play_path(struct play *play, const char *name)
{
	world_write(play->world, NULL);
	return path_of(play, name);
}

enum play_step
play_finish(struct play *play, bool fine, char *path)
{
	if (!fine)
		play_fail(play, "%s: %s", path, strerror(errno));
	free(path);
	return PLAY_DONE;
}

static enum play_step
command_chmod(struct play *play, char *rest)
{
	const char *mode = script_word(&rest);
	char *path = play_path(play, rest);

	bool fine = mode != NULL && chmod(path, (mode_t)strtoul(mode, NULL, 8)) == 0;

	return play_finish(play, fine, path);
}

static enum play_step
command_chown(struct play *play, char *rest)
{
	const char *uid = script_word(&rest);
	char *path = play_path(play, rest);

	return play_finish(play,
		uid != NULL && lchown(path, (uid_t)strtoul(uid, NULL, 10), (gid_t)-1) == 0, path);
}

static enum play_step
command_makedir(struct play *play, char *rest)
{
	const char *mode = script_word(&rest);
	char *path = play_path(play, rest);

	return play_finish(play,
		mkdir(path, 0700) == 0 && mode != NULL &&
			chmod(path, (mode_t)strtoul(mode, NULL, 8)) == 0,
		path);
}

static enum play_step
command_fifo(struct play *play, char *rest)
{
	char *path = play_path(play, rest);

	return play_finish(play, mkfifo(path, 0600) == 0, path);
}

static enum play_step
command_remove(struct play *play, char *rest)
{
	char *path = play_path(play, rest);
	struct stat status;

	if (lstat(path, &status) != 0)
		return play_finish(play, false, path);
	tree_remove(path);
	return play_finish(play, lstat(path, &status) != 0, path);
}

/* Two names, and a call that takes them. */
static enum play_step
two(struct play *play, char *rest, int (*function)(const char *, const char *))
{
	const char *name = script_word(&rest);
	char *from = play_path(play, name), *to = path_of(play, rest);
	bool fine = function(from, to) == 0;

	free(from);
	return play_finish(play, fine, to);
}

static enum play_step
command_symlink(struct play *play, char *rest)
{
	return two(play, rest, symlink);
}

static enum play_step
command_link(struct play *play, char *rest)
{
	return two(play, rest, link);
}

static enum play_step
command_rename(struct play *play, char *rest)
{
	return two(play, rest, rename);
}

static int
copy_file(const char *from, const char *to)
{
	char bytes[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t size;
	bool fine;

	if (in < 0)
		return -1;
	size = read(in, bytes, sizeof bytes);
	close(in);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fine = size >= 0 && (size_t)size < sizeof bytes && out >= 0 &&
		write(out, bytes, (size_t)size) == size;
	if (out >= 0)
		close(out);
	return fine ? 0 : -1;
}

static enum play_step
command_copy(struct play *play, char *rest)
{
	return two(play, rest, copy_file);
}

/* "flip FILE OFFSET…": inverts a byte, or one in each of several places. */
static enum play_step
command_flip(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest)), *word;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool fine = fd >= 0;

	while (fine && (word = script_word(&rest)) != NULL) {
		off_t offset = (off_t)strtoll(word, NULL, 10);
		unsigned char byte;

		fine = pread(fd, &byte, 1, offset) == 1;
		byte ^= 0xff;
		fine = fine && pwrite(fd, &byte, 1, offset) == 1;
	}
	if (fd >= 0)
		close(fd);
	return play_finish(play, fine, path);
}

static enum play_step
command_truncate(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest));

	return play_finish(play, truncate(path, (off_t)strtoll(rest, NULL, 10)) == 0, path);
}

/* "write FILE TEXT": in place of what was in it. */
static enum play_step
command_write(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest)),
	     *text = script_copy(play_expand(play, rest, false));
	size_t size = script_unescape(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool fine = fd >= 0 && write(fd, text, size) == (ssize_t)size;

	if (fd >= 0)
		close(fd);
	free(text);
	return play_finish(play, fine, path);
}

/* --- looking --- */

static enum play_step
present(struct play *play, char *rest, bool wanted)
{
	char *path = play_path(play, rest);
	struct stat status;

	if ((lstat(path, &status) == 0) != wanted)
		play_fail(play, "%s is %s", path, wanted ? "not there" : "there");
	free(path);
	return PLAY_DONE;
}

static enum play_step
command_present(struct play *play, char *rest)
{
	return present(play, rest, true);
}

static enum play_step
command_absent(struct play *play, char *rest)
{
	return present(play, rest, false);
}

/* "snapshot NAME", later "unchanged NAME": everything below it is as it was. */
static enum play_step
command_snapshot(struct play *play, char *rest)
{
	char *path = play_path(play, rest);

	free(play->snapshot);
	play->snapshot = tree_describe(path);
	free(path);
	return PLAY_DONE;
}

static enum play_step
command_unchanged(struct play *play, char *rest)
{
	char *path = play_path(play, rest), *now = tree_describe(path), *difference;

	difference = play->snapshot != NULL ? host_difference(play->snapshot, now)
					    : script_copy("no snapshot");
	if (difference != NULL)
		play_fail(play, "%s has changed: %s", path, difference);
	free(difference);
	free(now);
	free(path);
	return PLAY_DONE;
}

/* The text of a file, "" if there is none. */
static char *
contents(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = script_copy("");
	}
	if (file != NULL)
		fclose(file);
	return text;
}

/* "lines FILE NUMBER": so many line feeds are in it, none if it is not there. */
static enum play_step
command_lines(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest)), *text = contents(path);
	unsigned long count = 0;

	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		count++;
	if (count != strtoul(rest, NULL, 10))
		play_fail(play, "%s has %lu lines, not %s:\n%s", path, count, rest, text);
	free(text);
	free(path);
	return PLAY_DONE;
}

/* "line FILE NUMBER /PATTERN/": what one of them says, from 1. */
static enum play_step
command_line(struct play *play, char *rest)
{
	char *path = play_path(play, script_word(&rest)), *text = contents(path), *line = text;
	const char *number = script_word(&rest), *pattern = script_pattern(&rest);
	char *group = NULL;

	for (unsigned long i = 1; line != NULL && number != NULL && i < strtoul(number, NULL, 10);
		i++) {
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	if (line == NULL || number == NULL || pattern == NULL) {
		play_fail(play, "line FILE NUMBER /PATTERN/, of a line that is there");
	} else {
		line[strcspn(line, "\n")] = '\0';
		if (script_match(play_expand(play, pattern, true), line, &group) != 1)
			play_fail(play, "line %s of %s is \"%s\"", number, path, line);
	}
	free(group);
	free(text);
	free(path);
	return PLAY_DONE;
}

const struct play_entry actions_table[] = {
	{ "chmod", command_chmod },
	{ "chown", command_chown },
	{ "makedir", command_makedir },
	{ "fifo", command_fifo },
	{ "remove", command_remove },
	{ "symlink", command_symlink },
	{ "link", command_link },
	{ "rename", command_rename },
	{ "copy", command_copy },
	{ "flip", command_flip },
	{ "truncate", command_truncate },
	{ "write", command_write },
	{ "present", command_present },
	{ "absent", command_absent },
	{ "snapshot", command_snapshot },
	{ "unchanged", command_unchanged },
	{ "lines", command_lines },
	{ "line", command_line },
	{ NULL, NULL },
};
