/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=openat */
/* Directories, whole files and keys: what is refused, and what appears complete. */
#include "state_crowd.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/keyfile.h"

/* A file system without nameless files, such as NFS. */
static bool no_tmpfile;

int __real_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);

int
__wrap_openat(int directory, const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	if (no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return __real_openat(directory, path, flags, mode);
}

static struct directory
open_directory(const struct scratch *scratch, const char *name)
{
	struct directory directory = DIRECTORY_NONE;
	struct fault fault;

	assert_int_equal(directory_open(scratch_path(scratch, name), DIRECTORY_DURABLE, &directory,
		&fault), 0);
	return directory;
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static int
count_entries(const char *path)
{
	DIR *stream = opendir(path);
	int count = 0;

	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	return count;
}

static void
missing_ones_are_made_whatever_the_umask(void **state)
{
	static const mode_t umasks[] = { 0, 022, 077, 0777 };
	/* The last takes the owner's rights too, which stops all owners but root. */
	const size_t count = geteuid() == 0 ? 4 : 3;

	for (size_t i = 0; i < count; i++) {
		struct directory directory, users = DIRECTORY_NONE;
		char name[8];
		mode_t before = umask(umasks[i]);

		snprintf(name, sizeof name, "d%zu", i);
		directory = open_directory(*state, name);
		assert_int_equal(directory_open_under(&directory, "users", &users, NULL), 0);
		assert_int_equal(mode_of(scratch_path(*state, name)), 0700);
		assert_int_equal(fcntl(users.fd, F_GETFD), FD_CLOEXEC);
		directory_close(&users);
		directory_close(&directory);
		umask(before);
	}
}

static void
trailing_slashes_do_not_count(void **state)
{
	struct directory directory = open_directory(*state, "d//");

	assert_int_equal(mode_of(scratch_path(*state, "d")), 0700);
	directory_close(&directory);
}

static void
expect_refusal(const char *path, const char *why)
{
	struct directory directory = DIRECTORY_NONE;
	struct fault fault = { .text = "" };

	assert_int_equal(directory_open(path, DIRECTORY_DURABLE, &directory, &fault), FAULT_STATE);
	assert_int_equal(directory.fd, -1);
	assert_non_null(strstr(fault.text, why));
}

static void
loose_and_foreign_ones_are_refused(void **state)
{
	const char *loose = scratch_path(*state, "loose");

	assert_int_equal(mkdir(loose, 0700), 0);
	assert_int_equal(chmod(loose, 0750), 0);
	expect_refusal(loose, "0750");
	assert_int_equal(chmod(loose, 0701), 0);
	expect_refusal(loose, "0701");
	assert_int_equal(chmod(loose, 0700), 0);
	assert_int_equal(symlink(loose, scratch_path(*state, "link")), 0);
	expect_refusal(scratch_path(*state, "link"), "symbolic link");
	scratch_write(*state, "file", 0600, "");
	expect_refusal(scratch_path(*state, "file"), "file");
	expect_refusal(scratch_path(*state, "missing/below"), "missing");
	expect_refusal("relative", "absolute");
	expect_refusal("/", "absolute");
	if (geteuid() == 0) {
		loose = scratch_path(*state, "loose");
		assert_int_equal(chown(loose, 65534, 65534), 0);
		expect_refusal(loose, "owned by uid 65534");
	}
}

static void
a_parent_in_which_others_could_swap_it_is_refused(void **state)
{
	struct directory directory;
	const char *parent = scratch_path(*state, "parent");

	assert_int_equal(mkdir(parent, 0700), 0);
	assert_int_equal(chmod(parent, 0777), 0);
	expect_refusal(scratch_path(*state, "parent/state"), "replace");
	assert_int_equal(count_entries(parent), 0);
	assert_int_equal(chmod(parent, 01777), 0);
	directory = open_directory(*state, "parent/state");
	directory_close(&directory);
	if (geteuid() == 0) {
		parent = scratch_path(*state, "parent");
		assert_int_equal(chmod(parent, 0755), 0);
		assert_int_equal(chown(parent, 65534, 65534), 0);
		expect_refusal(scratch_path(*state, "parent/state"), "owned by uid 65534");
	}
}

static int
look_without_standard_fds(const char *path)
{
	struct directory directory = DIRECTORY_NONE;
	uint8_t key[KEYFILE_KEY_SIZE];
	int fd = -1;

	for (int i = 0; i < 3; i++)
		close(i);
	if (directory_open(path, DIRECTORY_DURABLE, &directory, NULL) != 0 || directory.fd < 3)
		return 10;
	if (keyfile_open(&directory, "key", KEYFILE_CODES, key, NULL) != 0)
		return 11;
	if (file_open(&directory, "key", KEYFILE_SIZE, &fd, NULL) != 0 || fd < 3 ||
	    (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
		return 12;
	for (int i = 0; i < 3; i++) {
		if (fcntl(i, F_GETFD) != -1)
			return 13;
	}
	return 0;
}

static void
descriptors_are_above_2(void **state)
{
	const char *path = scratch_path(*state, "d");
	pid_t child = crowd_fork();

	if (child == 0)
		_exit(look_without_standard_fds(path));
	assert_int_equal(scratch_wait(child), 0);
}

static void
running_out_of_descriptors_is_told(void **state)
{
	const char *path = scratch_path(*state, "d");
	pid_t child = crowd_fork();

	if (child == 0) {
		const struct rlimit few = { 1, 1 };
		struct directory directory = DIRECTORY_NONE;
		struct fault fault = { .text = "" };

		if (setrlimit(RLIMIT_NOFILE, &few) != 0)
			_exit(10);
		if (directory_open(path, DIRECTORY_DURABLE, &directory, &fault) != FAULT_STATE)
			_exit(11);
		_exit(strstr(fault.text, "Too many open files") != NULL ? 0 : 12);
	}
	assert_int_equal(scratch_wait(child), 0);
}

static void
a_file_is_made_once_and_whole(void **state)
{
	struct directory directory = open_directory(*state, "d");
	struct file_content content = { .bytes = "first", .size = 5 };
	const char *path = scratch_path(*state, "d");

	for (int fallback = 0; fallback < 2; fallback++) {
		const char *name = fallback ? "b" : "a";
		mode_t before = umask(0777);
		char text[8] = "";
		int fd = -1;

		no_tmpfile = fallback;
		content.bytes = "first";
		assert_int_equal(file_open(&directory, name, 5, &fd, NULL), FILE_ABSENT);
		assert_int_equal(fd, -1);
		assert_int_equal(file_make(&directory, name, &content, NULL), FILE_DONE);
		content.bytes = "later";
		assert_int_equal(file_make(&directory, name, &content, NULL), FILE_EXISTS);
		umask(before);
		no_tmpfile = false;
		assert_int_equal(file_open(&directory, name, 5, &fd, NULL), FILE_DONE);
		assert_int_equal(read(fd, text, sizeof text), 5);
		assert_string_equal(text, "first");
		close(fd);
		assert_int_equal(count_entries(path), 1 + fallback);
	}
	directory_close(&directory);
}

static void
a_killed_maker_leaves_nothing_for_long(void **state)
{
	struct directory directory = open_directory(*state, "d");

	directory_close(&directory);
	scratch_write(*state, "d/.new", 0600, "half a ke");
	directory = open_directory(*state, "d");
	assert_int_equal(count_entries(scratch_path(*state, "d")), 0);
	directory_close(&directory);
}

static void
no_file_can_be_made_beyond_the_limit(void **state)
{
	struct directory directory = open_directory(*state, "d");

	for (int fallback = 0; fallback < 2; fallback++) {
		pid_t child = crowd_fork();

		if (child == 0) {
			const struct rlimit little = { 20, 20 };
			uint8_t key[KEYFILE_KEY_SIZE];
			struct fault fault = { .text = "" };

			no_tmpfile = fallback;
			signal(SIGXFSZ, SIG_IGN);
			if (setrlimit(RLIMIT_FSIZE, &little) != 0)
				_exit(10);
			if (keyfile_open(&directory, "key", KEYFILE_CODES, key,
			    &fault) != FAULT_STATE)
				_exit(11);
			_exit(strstr(fault.text, "/d/key: File too large") != NULL ? 0 : 12);
		}
		assert_int_equal(scratch_wait(child), 0);
		assert_int_equal(count_entries(scratch_path(*state, "d")), 0);
	}
	directory_close(&directory);
}

static void
a_key_stays(void **state)
{
	struct directory directory = open_directory(*state, "d");
	uint8_t first[KEYFILE_KEY_SIZE], second[KEYFILE_KEY_SIZE], names[KEYFILE_KEY_SIZE];

	assert_int_equal(keyfile_open(&directory, "key", KEYFILE_CODES, first, NULL), 0);
	assert_int_equal(keyfile_open(&directory, "key", KEYFILE_CODES, second, NULL), 0);
	assert_int_equal(keyfile_open(&directory, "names.key", KEYFILE_NAMES, names, NULL), 0);
	assert_memory_equal(first, second, sizeof first);
	assert_memory_not_equal(first, names, sizeof first);
	assert_int_equal(mode_of(scratch_path(*state, "d/key")), 0600);
	assert_int_equal(keyfile_open(&directory, "key", KEYFILE_NAMES, names, NULL),
		FAULT_DAMAGED);
	directory_close(&directory);
}

static void
a_damaged_key_is_refused_and_not_replaced(void **state)
{
	struct directory directory = open_directory(*state, "d");
	uint8_t key[KEYFILE_KEY_SIZE], bytes[KEYFILE_SIZE + 1] = { 0 }, after[KEYFILE_SIZE];
	int fd = -1;

	assert_int_equal(keyfile_open(&directory, "key", KEYFILE_CODES, key, NULL), 0);
	assert_int_equal(file_open(&directory, "key", KEYFILE_SIZE, &fd, NULL), 0);
	assert_int_equal(pread(fd, bytes, KEYFILE_SIZE, 0), KEYFILE_SIZE);
	for (size_t i = 0; i < KEYFILE_SIZE; i++) {
		bytes[i] ^= 0x40;
		assert_int_equal(pwrite(fd, bytes, KEYFILE_SIZE, 0), KEYFILE_SIZE);
		assert_int_equal(keyfile_open(&directory, "key", KEYFILE_CODES, key, NULL),
			FAULT_DAMAGED);
		assert_int_equal(pread(fd, after, sizeof after, 0), KEYFILE_SIZE);
		assert_memory_equal(after, bytes, sizeof after);
		bytes[i] ^= 0x40;
	}
	close(fd);
	for (size_t size = 0; size <= KEYFILE_SIZE + 1; size++) {
		if (size == KEYFILE_SIZE)
			continue;
		scratch_write_bytes(*state, "d/key", 0600, bytes, size);
		assert_int_equal(keyfile_open(&directory, "key", KEYFILE_CODES, key, NULL),
			FAULT_DAMAGED);
	}
	directory_close(&directory);
}

struct race {
	const char *path;
	int pipe[2];
};

static int
open_key(int number, void *context)
{
	const struct race *race = context;
	struct directory directory = DIRECTORY_NONE;
	uint8_t key[KEYFILE_KEY_SIZE];

	(void)number;
	if (directory_open(race->path, DIRECTORY_DURABLE, &directory, NULL) != 0)
		return 1;
	if (keyfile_open(&directory, "key", KEYFILE_CODES, key, NULL) != 0)
		return 2;
	return write(race->pipe[1], key, sizeof key) == (ssize_t)sizeof key ? 0 : 3;
}

static void
racing_readers_and_makers_agree(void **state)
{
	for (int round = 0; round < 40; round++) {
		uint8_t first[KEYFILE_KEY_SIZE], key[KEYFILE_KEY_SIZE];
		struct crowd crowd;
		struct race race;
		char name[16];

		no_tmpfile = round >= 30;
		snprintf(name, sizeof name, "r%d", round);
		race.path = scratch_path(*state, name);
		assert_int_equal(pipe(race.pipe), 0);
		crowd_run(16, open_key, &race, &crowd);
		assert_int_equal(crowd.ended[0], 16);
		assert_int_equal(read(race.pipe[0], first, sizeof first), sizeof first);
		for (int i = 1; i < 16; i++) {
			assert_int_equal(read(race.pipe[0], key, sizeof key), sizeof key);
			assert_memory_equal(key, first, sizeof key);
		}
		close(race.pipe[0]);
		close(race.pipe[1]);
		assert_int_equal(count_entries(race.path), 1);
	}
	no_tmpfile = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_ones_are_made_whatever_the_umask),
		TEST(trailing_slashes_do_not_count),
		TEST(loose_and_foreign_ones_are_refused),
		TEST(a_parent_in_which_others_could_swap_it_is_refused),
		TEST(descriptors_are_above_2),
		TEST(running_out_of_descriptors_is_told),
		TEST(a_file_is_made_once_and_whole),
		TEST(a_killed_maker_leaves_nothing_for_long),
		TEST(no_file_can_be_made_beyond_the_limit),
		TEST(a_key_stays),
		TEST(a_damaged_key_is_refused_and_not_replaced),
		TEST(racing_readers_and_makers_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
