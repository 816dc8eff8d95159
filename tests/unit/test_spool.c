/* SPDX-License-Identifier: BSD-2-Clause */
/* Files in a spool, on file systems with and without files that have no name. */
/* ldflags: -Wl,--wrap=openat -Wl,--wrap=fchmod */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/spool.h"
#include "wire/wire.h"

int __real_openat(int directory, const char *path, int flags, mode_t mode);
int __wrap_openat(int directory, const char *path, int flags, mode_t mode);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);

static int no_tmpfile;	/* the errno of an O_TMPFILE; 0: as the file system has it */
static int no_fchmod;

int
__wrap_openat(int directory, const char *path, int flags, mode_t mode)
{
	if (no_tmpfile != 0 && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = no_tmpfile;
		return -1;
	}
	return __real_openat(directory, path, flags, mode);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	if (no_fchmod != 0) {
		errno = no_fchmod;
		return -1;
	}
	return __real_fchmod(fd, mode);
}

struct scene {
	char directory[32];
	struct spool spool;
};

static int
set_up(void **state)
{
	static struct scene scene;

	no_tmpfile = no_fchmod = 0;
	scene = (struct scene){ .directory = "/tmp/test_spool.XXXXXX", .spool = SPOOL_NONE };
	if (mkdtemp(scene.directory) == NULL)
		return -1;
	scene.spool.fd = open(scene.directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	*state = &scene;
	return scene.spool.fd >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	(void)unlinkat(scene->spool.fd, "text", 0);
	close(scene->spool.fd);
	return rmdir(scene->directory);
}

/* Names in the directory; the last one in ret_name. */
static size_t
count(const struct scene *scene, char ret_name[static NAME_MAX + 1])
{
	DIR *directory = opendir(scene->directory);
	size_t found = 0;

	assert_non_null(directory);
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(ret_name, NAME_MAX + 1, "%s", entry->d_name);
		found++;
	}
	closedir(directory);
	return found;
}

struct looker {
	const struct scene *scene;
	bool answer;
	bool asked, visible;	/* what a daemon would have seen then */
};

static bool
posting(void *data)
{
	struct looker *looker = data;
	looker->asked = true;
	looker->visible = faccessat(looker->scene->spool.fd, "text", F_OK, 0) == 0;
	return looker->answer;
}

static struct wire_reply
put(struct scene *scene, bool answer)
{
	const struct spool_file file = { "text", "To: 1\n\nhello", 12 };
	const bool before = faccessat(scene->spool.fd, "text", F_OK, 0) == 0;
	struct looker looker = { .scene = scene, .answer = answer };
	struct wire_reply reply;

	spool_put(&scene->spool, &file, posting, &looker, &reply);
	if (looker.asked)
		assert_int_equal(looker.visible, before);
	return reply;
}

static void
check_file(const struct scene *scene)
{
	char content[64] = "", name[NAME_MAX + 1];
	struct stat st;
	int fd = open(scene->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int file = __real_openat(fd, "text", O_RDONLY | O_CLOEXEC, 0);

	assert_true(file >= 0);
	assert_int_equal(fstat(file, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0640);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(read(file, content, sizeof content), 12);
	assert_string_equal(content, "To: 1\n\nhello");
	assert_int_equal(count(scene, name), 1);
	close(file);
	close(fd);
}

/* 0: as it is here; the others: file systems and kernels without files that have no name. */
static const int ways[] = { 0, EOPNOTSUPP, EISDIR };

#define FOR_EACH_WAY \
	for (size_t way = 0; way < sizeof ways / sizeof ways[0] && \
		((no_tmpfile = ways[way]), true); way++)

static void
test_appears_whole(void **state)
{
	struct scene *scene = *state;

	FOR_EACH_WAY {
		assert_int_equal(put(scene, true).outcome, WIRE_ACCEPTED);
		check_file(scene);
		assert_int_equal(unlinkat(scene->spool.fd, "text", 0), 0);
	}
}

static void
test_replaces_nothing(void **state)
{
	struct scene *scene = *state;
	char name[NAME_MAX + 1];

	FOR_EACH_WAY {
		struct wire_reply reply;
		int fd = __real_openat(
			scene->spool.fd, "text", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		struct stat before, after;

		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &before), 0);
		reply = put(scene, true);
		assert_int_equal(reply.outcome, WIRE_OPERATOR);
		assert_non_null(strstr(reply.detail, "File exists"));
		assert_int_equal(fstatat(scene->spool.fd, "text", &after, 0), 0);
		assert_int_equal(after.st_ino, before.st_ino);
		assert_int_equal(after.st_size, 0);
		assert_int_equal(count(scene, name), 1);
		close(fd);
		assert_int_equal(unlinkat(scene->spool.fd, "text", 0), 0);
	}
}

static void
test_leaves_nothing(void **state)
{
	struct scene *scene = *state;
	char name[NAME_MAX + 1];

	FOR_EACH_WAY {
		assert_int_equal(put(scene, false).outcome, WIRE_UNREACHABLE);
		assert_int_equal(count(scene, name), 0);
		no_fchmod = EIO;
		assert_int_equal(put(scene, true).outcome, WIRE_OPERATOR);
		assert_int_equal(count(scene, name), 0);
		no_fchmod = 0;
	}
}

static void
test_no_room_at_all(void **state)
{
	struct scene *scene = *state;

	no_tmpfile = ENOSPC;
	assert_int_equal(put(scene, true).outcome, WIRE_OPERATOR);
}

static void
test_names(void **state)
{
	static const char *const right[] = { "a", "OUTA_+447700900123_x.txt", "smsotp-1", "A.b" };
	static const char *const wrong[] = { "", ".", "..", ".a", "a/b", "/a", "a b", "a\n",
		"\xc3\xa4", "a%b", "a*", "~" };
	char name[SPOOL_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_true(spool_name_valid(right[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(spool_name_valid(wrong[i]));
	memset(name, 'x', sizeof name);
	name[SPOOL_NAME_MAX] = '\0';
	assert_true(spool_name_valid(name));
	name[SPOOL_NAME_MAX] = 'x';
	name[SPOOL_NAME_MAX + 1] = '\0';
	assert_false(spool_name_valid(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_appears_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_replaces_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_room_at_all, set_up, tear_down),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
