/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files are opened. */
#include "conf_scratch.h"

#include <errno.h>

#include "core/conf_file.h"
#include "core/fault.h"

static void
assert_opens(const char *path, enum conf_secrecy secrecy)
{
	struct fault fault = { .text = "" };
	int fd = -1, status = conf_file_open(path, secrecy, &fd, &fault);

	if (status != 0)
		fail_msg("refused: %s", fault.text);
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}

/* The message must be path, then why. */
static void
assert_refused(const char *path, enum conf_secrecy secrecy, const char *why)
{
	struct fault fault = { .text = "" };
	char expected[FAULT_TEXT_SIZE];
	int fd = -17;

	snprintf(expected, sizeof expected, "%s: %s", path, why);
	assert_int_equal(conf_file_open(path, secrecy, &fd, &fault), FAULT_CONFIG);
	assert_string_equal(fault.text, expected);
	assert_int_equal(fault.kind, FAULT_CONFIG);
	assert_int_equal(fd, -17);
	assert_int_equal(conf_file_open(path, secrecy, &fd, NULL), FAULT_CONFIG);
}

static void
test_open_modes(void **state)
{
	static const struct { mode_t mode; bool public, secret;
	} rows[] = {
		{ 0600, true, true },
		{ 0400, true, true },
		{ 0700, true, true },
		{ 0711, true, true },
		{ 0644, true, false },
		{ 0640, true, false },
		{ 0604, true, false },
		{ 0620, false, false },
		{ 0602, false, false },
		{ 0666, false, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = scratch_write(*state, "file", rows[i].mode, "a = 1;\n");
		char why[128];

		snprintf(why, sizeof why, "has mode %04o, must not be writable by group or others",
			rows[i].mode);
		if (rows[i].public)
			assert_opens(path, CONF_PUBLIC);
		else
			assert_refused(path, CONF_PUBLIC, why);
		snprintf(why, sizeof why,
			"has mode %04o, must not be readable or writable by group or others",
			rows[i].mode);
		if (rows[i].secret)
			assert_opens(path, CONF_SECRET);
		else
			assert_refused(path, CONF_SECRET, why);
		assert_int_equal(unlink(path), 0);
	}
}

static void
test_open_loose_directory(void **state)
{
	static const mode_t modes[] = { 0770, 0720, 0707, 0702, 01777 };
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "file", 0600, "a = 1;\n");

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		char why[128];

		snprintf(why, sizeof why,
			"its directory has mode %04o, must not be writable by group or others",
			modes[i]);
		assert_int_equal(chmod(scratch->path, modes[i]), 0);
		assert_refused(path, CONF_PUBLIC, why);
		assert_refused(path, CONF_SECRET, why);
	}
	assert_int_equal(chmod(scratch->path, 0755), 0);
	assert_opens(path, CONF_SECRET);
}

static void
test_open_not_a_plain_file(void **state)
{
	const struct scratch *scratch = *state;
	const char *file = scratch_write(scratch, "file", 0600, "a = 1;\n");
	const char *name = scratch_path(scratch, "name");
	char slash[PATH_MAX];

	assert_int_equal(symlink("file", name), 0);
	assert_refused(name, CONF_PUBLIC, "is a symbolic link");
	assert_int_equal(unlink(name), 0);

	assert_int_equal(symlink("nowhere", name), 0);
	assert_refused(name, CONF_PUBLIC, "is a symbolic link");
	assert_int_equal(unlink(name), 0);

	assert_int_equal(link(file, name), 0);
	assert_refused(name, CONF_PUBLIC, "has 2 hard links, must have one");
	assert_refused(file, CONF_PUBLIC, "has 2 hard links, must have one");
	assert_int_equal(unlink(name), 0);

	assert_int_equal(mkdir(name, 0700), 0);
	assert_refused(name, CONF_PUBLIC, "not a regular file");
	snprintf(slash, sizeof slash, "%s/", name);
	assert_refused(slash, CONF_PUBLIC, "not the name of a file");
	assert_int_equal(rmdir(name), 0);

	assert_refused(name, CONF_PUBLIC, "cannot be opened: No such file or directory");
	assert_refused(scratch_path(scratch, "none/file"), CONF_PUBLIC,
		"its directory cannot be opened: No such file or directory");
	assert_refused(scratch_path(scratch, "file/file"), CONF_PUBLIC,
		"its directory cannot be opened: Not a directory");
	assert_refused("", CONF_PUBLIC, "not the name of a file");
	assert_refused("/dev/null", CONF_PUBLIC, "not a regular file");
	assert_opens(file, CONF_SECRET);
}

/* Nobody writes to it, so an open without O_NONBLOCK waits for ever: the alarm ends the test
 * program. */
static void
test_open_fifo(void **state)
{
	const char *fifo = scratch_path(*state, "fifo");

	assert_int_equal(mkfifo(fifo, 0600), 0);
	alarm(10);
	assert_refused(fifo, CONF_SECRET, "not a regular file");
	alarm(0);
}

static void
test_open_relative_and_root_owned(void **state)
{
	(void)state;
	assert_opens("/etc/passwd", CONF_PUBLIC);
	assert_opens("/etc/../etc/passwd", CONF_PUBLIC);
}

static void
test_open_wrong_owner(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "file", 0600, "a = 1;\n");

	if (geteuid() != 0) {
		print_message("skipped: only root can give a file away\n");
		skip();
	}
	assert_int_equal(chown(path, 4711, 0), 0);
	assert_refused(path, CONF_SECRET, "owned by uid 4711, must be root's");
	assert_int_equal(chown(path, 0, 4711), 0);
	assert_opens(path, CONF_SECRET);
	assert_int_equal(chown(scratch->path, 4711, 0), 0);
	assert_refused(path, CONF_SECRET, "its directory is owned by uid 4711, must be root's");
	assert_int_equal(chown(scratch->path, 0, 0), 0);
}

/* A host that is not root: its own files and root's, nobody else's. */
static void
test_open_as_user(void **state)
{
	static const struct { uid_t directory, file; int expected;
	} rows[] = {
		{ 4711, 4711, 0 },
		{ 0, 4711, 0 },
		{ 4711, 0, 0 },
		{ 4711, 4712, 1 },
		{ 4712, 4711, 1 },
	};
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "file", 0644, "a = 1;\n");

	if (geteuid() != 0) {
		print_message("skipped: only root can become another user\n");
		skip();
	}
	assert_int_equal(chmod(scratch->path, 0755), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		pid_t child;

		assert_int_equal(chown(scratch->path, rows[i].directory, 0), 0);
		assert_int_equal(chown(path, rows[i].file, 0), 0);
		child = fork();
		if (child == 0) {
			int fd = -1;

			if (setresuid(4711, 4711, 4711) != 0)
				_exit(99);
			_exit(conf_file_open(path, CONF_PUBLIC, &fd, NULL) != 0);
		}
		assert_int_equal(scratch_wait(child), rows[i].expected);
	}
	assert_int_equal(chown(scratch->path, 0, 0), 0);
}

/* Daemons may run with 0, 1 and 2 closed. */
static void
test_open_low_fds(void **state)
{
	const char *path = scratch_write(*state, "file", 0600, "a = 1;\n");

	for (int first = 0; first <= 2; first++) {
		pid_t child = fork();

		if (child == 0) {
			int fd = -1;

			for (int i = first; i <= 2; i++)
				close(i);
			if (conf_file_open(path, CONF_SECRET, &fd, NULL) != 0)
				_exit(1);
			if (fd <= 2 || (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
				_exit(2);
			for (int i = first; i <= 2; i++) {
				if (fcntl(i, F_GETFD) != -1 || errno != EBADF)
					_exit(3);
			}
			_exit(0);
		}
		assert_int_equal(scratch_wait(child), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open_modes), TEST(test_open_loose_directory),
		TEST(test_open_not_a_plain_file), TEST(test_open_fifo),
		TEST(test_open_relative_and_root_owned), TEST(test_open_wrong_owner),
		TEST(test_open_as_user), TEST(test_open_low_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
