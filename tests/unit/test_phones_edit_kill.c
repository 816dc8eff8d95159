/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a phone file while others do, while it is killed, and where nothing can be written. */
#include "phones_edit_bench.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

static void
test_locked_by_another(void **state)
{
	const char *path = scratch_write(*state, "phones", 0600, "alice +1\n");
	enum phones_edited edited;
	struct fault fault;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(edit(path, "alice", PHONES_SET, ALICE, &edited, &fault), FAULT_BUSY);
	assert_content(path, "alice +1\n");
	close(fd);
	assert_int_equal(edit(path, "alice", PHONES_SET, ALICE, &edited, &fault), 0);
}

/* Every line is one of those it may be. */
static void
assert_whole(const char *path)
{
	char text[8192];

	content(path, text, sizeof text);
	if (strcmp(text, "bob +1\nalice " ALICE " # x\ncarol +2\n") != 0)
		assert_string_equal(text, "bob +1\nalice " OTHER " # x\ncarol +2\n");
}

static void
test_killed_at_any_instant(void **state)
{
	const char *path = scratch_write(*state, "phones", 0600,
		"bob +1\nalice " ALICE " # x\ncarol +2\n");
	enum phones_edited edited;

	for (long us = 0; us < 3000; us += 10) {
		pid_t child = fork();

		if (child == 0) {
			for (unsigned int i = 0;; i++) {
				(void)!edit(path, "alice", PHONES_SET, i % 2 ? ALICE : OTHER,
					&edited, NULL);
			}
		}
		(void)nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(scratch_wait(child), 1000 + SIGKILL);
		assert_whole(path);
	}
	/* What was left, if anything, goes with the next one. */
	assert_int_equal(edit(path, "alice", PHONES_REMOVE, NULL, &edited, NULL), 0);
	assert_int_equal(access(scratch_path(*state, ".phones.new"), F_OK), -1);
	assert_content(path, "bob +1\ncarol +2\n");
}

/* Eight processes put twenty users in, and a reader never finds a user gone. */
static void
test_many_at_once(void **state)
{
	const char *path = scratch_write(*state, "phones", 0600, "alice " ALICE "\n");
	pid_t child[9];

	for (int i = 0; i < 8; i++) {
		child[i] = fork();
		if (child[i] != 0)
			continue;
		for (int user = 0; user < 20; user++) {
			enum phones_edited edited;
			char name[32];
			int result;

			snprintf(name, sizeof name, "user%d-%d", i, user);
			while ((result = edit(path, name, PHONES_SET, OTHER, &edited, NULL)) ==
				FAULT_BUSY)
				;
			if (result != 0 || edited != PHONES_NEW)
				_exit(1);
		}
		_exit(0);
	}
	child[8] = fork();
	if (child[8] == 0) {
		for (;;) {
			char line[PHONES_LINE_SIZE];
			bool found = false;

			if (phones_file_find(path, "alice", &found, line, NULL) != 0 || !found)
				_exit(1);
		}
	}
	for (int i = 0; i < 8; i++)
		assert_int_equal(scratch_wait(child[i]), 0);
	assert_int_equal(kill(child[8], SIGKILL), 0);
	assert_int_equal(scratch_wait(child[8]), 1000 + SIGKILL);
	for (int i = 0; i < 160; i++) {
		char name[32], line[PHONES_LINE_SIZE];
		bool found = false;

		snprintf(name, sizeof name, "user%d-%d", i / 20, i % 20);
		assert_int_equal(phones_file_find(path, name, &found, line, NULL), 0);
		assert_true(found);
	}
}

/* In a mount namespace of its own, where that can be had. */
static void
test_full_disk(void **state)
{
	const char *disk = scratch_path(*state, "disk");
	pid_t child = fork();

	if (child == 0) {
		char path[PATH_MAX], filler[4096] = "";
		enum phones_edited edited = PHONES_NEW;
		struct fault fault = { .text = "" };
		struct stat before, after;
		int fd;

		if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE,
		    NULL) != 0 || mkdir(disk, 0700) != 0 ||
		    mount("tmpfs", disk, "tmpfs", 0, "size=64k,mode=700") != 0)
			_exit(77);
		snprintf(path, sizeof path, "%s/phones", disk);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, "alice +1\n", 9) != 9)
			_exit(1);
		close(fd);
		snprintf(path, sizeof path, "%s/filler", disk);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		while (write(fd, filler, sizeof filler) > 0)
			;
		close(fd);
		snprintf(path, sizeof path, "%s/phones", disk);
		if (stat(path, &before) != 0 ||
		    edit(path, "alice", PHONES_SET, ALICE, &edited, &fault) != FAULT_STATE ||
		    stat(path, &after) != 0 || before.st_ino != after.st_ino ||
		    after.st_size != 9 || strstr(fault.text, "No space left") == NULL)
			_exit(2);
		snprintf(path, sizeof path, "%s/.phones.new", disk);
		_exit(access(path, F_OK) == -1 && errno == ENOENT ? 0 : 3);
	}
	switch (scratch_wait(child)) {
	case 0:
		(void)rmdir(disk);
		return;
	case 77:
		(void)rmdir(disk);
		skip();
	}
	fail();
}

/* In far less memory than the file has bytes. */
static void
test_a_million_lines(void **state)
{
	const char *path = scratch_path(*state, "phones");
	FILE *file = fopen(path, "we");
	enum phones_edited edited;
	char line[PHONES_LINE_SIZE];
	bool found = false;
	struct stat before, after;
	pid_t child;

	assert_non_null(file);
	for (int i = 0; i < 1000000; i++)
		fprintf(file, "user%07d  +1202555%04d\n", i, i % 10000);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_true(before.st_size > 20 << 20);
	child = fork();
	if (child == 0) {
		struct rusage start, end;

		if (getrusage(RUSAGE_SELF, &start) != 0 ||
		    edit(path, "user0999999", PHONES_ADD, ALICE, &edited, NULL) != 0 ||
		    getrusage(RUSAGE_SELF, &end) != 0)
			_exit(1);
		_exit(edited != PHONES_CHANGED || end.ru_maxrss - start.ru_maxrss > 8 << 10);
	}
	assert_int_equal(scratch_wait(child), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(after.st_size - before.st_size, strlen(", " ALICE));
	assert_int_equal(phones_file_find(path, "user0999999", &found, line, NULL), 0);
	assert_true(found);
	assert_string_equal(line, "+12025559999, " ALICE);
}

/* What takes the place of the file that is being looked at, right before it is. */
static const char *successor, *place;

int
fstat(int fd, struct stat *ret_st)
{
	long result = syscall(SYS_newfstatat, fd, "", ret_st, AT_EMPTY_PATH);

	if (result == 0 && successor != NULL && S_ISREG(ret_st->st_mode)) {
		assert_int_equal(rename(successor, place), 0);
		successor = NULL;
		result = syscall(SYS_newfstatat, fd, "", ret_st, AT_EMPTY_PATH);
	}
	return (int)result;
}

/* A login reads what it has opened, though that has lost its name meanwhile. */
static void
test_replaced_while_a_login_opens_it(void **state)
{
	char line[PHONES_LINE_SIZE];
	bool found = false;

	place = scratch_write(*state, "phones", 0600, "alice +1\n");
	successor = scratch_write(*state, "new", 0600, "alice +2\n");
	assert_int_equal(phones_file_find(place, "alice", &found, line, NULL), 0);
	assert_null(successor);
	assert_true(found);
	assert_string_equal(line, "+1");
	assert_int_equal(phones_file_find(place, "alice", &found, line, NULL), 0);
	assert_string_equal(line, "+2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_locked_by_another),
		TEST(test_killed_at_any_instant),
		TEST(test_many_at_once),
		TEST(test_replaced_while_a_login_opens_it),
		TEST(test_full_disk),
		TEST(test_a_million_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
