/* SPDX-License-Identifier: BSD-2-Clause */
/* A file replaced whole: what stays, what is refused, and what others do meanwhile. */
/* ldflags: -Wl,--wrap=conf_file_open */
#include "conf_scratch.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "core/fault.h"
#include "core/replace.h"

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)
#define NOBODY 65534

/* Made by another as soon as it was seen not to be there. */
static const char *made_late;

int __real_conf_file_open(const char *path, enum conf_secrecy secrecy, int *ret_fd,
	struct fault *fault);
int __wrap_conf_file_open(const char *path, enum conf_secrecy secrecy, int *ret_fd,
	struct fault *fault);

int
__wrap_conf_file_open(const char *path, enum conf_secrecy secrecy, int *ret_fd,
	struct fault *fault)
{
	int result = __real_conf_file_open(path, secrecy, ret_fd, fault);

	if (result != 0 && made_late != NULL)
		close(open(made_late, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
	return result;
}

static const struct replace_terms public = { .secrecy = CONF_PUBLIC };

static int
replace(const char *path, struct replace_terms terms, const char *text, struct fault *fault)
{
	struct replace it = REPLACE_NONE;
	int result = replace_open(path, terms, &it, fault);

	if (result == 0)
		result = replace_begin(&it, fault);
	if (result == 0)
		result = replace_put(&it, text, strlen(text), fault);
	if (result == 0)
		result = replace_finish(&it, fault);
	replace_close(&it);
	return result;
}

static void
assert_content(const char *path, const char *expected)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(read(fd, text, sizeof text - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

/* Nothing but that file is in the folder. */
static void
assert_alone(const struct scratch *scratch, const char *name)
{
	DIR *directory = opendir(scratch->path);
	struct dirent *entry;

	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			assert_string_equal(entry->d_name, name);
	}
	closedir(directory);
}

static void
test_content_changes_and_owner_and_mode_stay(void **state)
{
	const char *path = scratch_write(*state, "conf", 0640, "old\n");
	struct stat before, after;

	if (geteuid() == 0)
		assert_int_equal(chown(path, 0, NOBODY), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(stat(path, &before), 0);
	umask(0777);
	assert_int_equal(replace(path, public, "new\n", NULL), 0);
	umask(022);
	assert_int_equal(stat(path, &after), 0);
	assert_content(path, "new\n");
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_not_equal(after.st_ino, before.st_ino);
	assert_alone(*state, "conf");
}

static void
test_what_is_not_there(void **state)
{
	const char *path = scratch_path(*state, "conf");
	struct replace_terms terms = { .secrecy = CONF_SECRET };
	struct fault fault;
	struct stat st;

	assert_int_equal(replace(path, terms, "new\n", &fault), FAULT_CONFIG);
	assert_int_equal(access(path, F_OK), -1);
	terms.may_lack = true;
	assert_int_equal(replace(path, terms, "new\n", &fault), 0);
	assert_content(path, "new\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(replace("conf", terms, "new\n", &fault), FAULT_CONFIG);
}

static void
test_links_are_refused(void **state)
{
	const char *real = scratch_write(*state, "real", 0600, "old\n");
	const char *path = scratch_path(*state, "conf");
	struct fault fault;

	assert_int_equal(symlink(real, path), 0);
	assert_int_equal(replace(path, public, "new\n", &fault), FAULT_CONFIG);
	assert_non_null(strstr(fault.text, "is a symbolic link"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(real, path), 0);
	assert_int_equal(replace(path, public, "new\n", &fault), FAULT_CONFIG);
	assert_content(real, "old\n");
}

static void
test_what_others_could_change_is_refused(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "conf", 0620, "old\n");
	const struct replace_terms secret = { .secrecy = CONF_SECRET };
	struct fault fault;

	assert_int_equal(replace(path, public, "new\n", &fault), FAULT_CONFIG);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(replace(path, secret, "new\n", &fault), FAULT_CONFIG);
	assert_int_equal(chmod(scratch->path, 0777), 0);
	assert_int_equal(replace(path, public, "new\n", &fault), FAULT_CONFIG);
	assert_int_equal(chmod(scratch->path, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, NOBODY, NOBODY), 0);
		assert_int_equal(replace(path, public, "new\n", &fault), FAULT_CONFIG);
	}
	assert_content(path, "old\n");
}

static void
test_two_at_once(void **state)
{
	const char *path = scratch_write(*state, "conf", 0600, "old\n");
	const struct replace_terms unlocked = { .unlocked = true };
	struct replace it = REPLACE_NONE;
	struct fault fault;

	assert_int_equal(replace_open(path, public, &it, &fault), 0);
	assert_int_equal(replace(path, public, "other\n", &fault), FAULT_BUSY);
	assert_content(path, "old\n");
	/* Whoever may read a file can lock it; that keeps nobody who does not ask. */
	assert_int_equal(replace(path, unlocked, "other\n", &fault), 0);
	replace_close(&it);
	assert_content(path, "other\n");
	assert_int_equal(replace(path, public, "new\n", &fault), 0);
}

static void
test_changed_meanwhile(void **state)
{
	const char *path = scratch_write(*state, "conf", 0600, "old\n");
	struct replace it = REPLACE_NONE;
	struct fault fault;

	assert_int_equal(replace_open(path, public, &it, &fault), 0);
	assert_int_equal(replace_begin(&it, &fault), 0);
	assert_int_equal(replace_put(&it, "new\n", 4, &fault), 0);
	(void)scratch_write(*state, "conf", 0600, "by hand\n");
	assert_int_equal(replace_finish(&it, &fault), FAULT_BUSY);
	replace_close(&it);
	assert_content(path, "by hand\n");
	assert_alone(*state, "conf");
}

/* What a process left that was killed where files without a name cannot be had. */
static void
test_leftovers_go(void **state)
{
	const char *path = scratch_write(*state, "conf", 0600, "old\n");

	(void)scratch_write(*state, ".conf.new", 0600, "half of it");
	assert_int_equal(replace(path, public, "new\n", NULL), 0);
	assert_content(path, "new\n");
	assert_alone(*state, "conf");
}

static void
test_made_by_another_meanwhile(void **state)
{
	const struct replace_terms terms = { .secrecy = CONF_PUBLIC, .may_lack = true };
	const char *path = scratch_path(*state, "file");
	struct fault fault = { .text = "" };

	made_late = path;
	assert_int_equal(replace(path, terms, "new\n", &fault), 0);
	made_late = NULL;
	assert_content(path, "new\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_content_changes_and_owner_and_mode_stay),
		TEST(test_what_is_not_there),
		TEST(test_links_are_refused),
		TEST(test_what_others_could_change_is_refused),
		TEST(test_two_at_once),
		TEST(test_changed_meanwhile),
		TEST(test_made_by_another_meanwhile),
		TEST(test_leftovers_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
