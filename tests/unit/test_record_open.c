/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=fsync -Wl,--wrap=clock_gettime */
/* Records: which files are opened, and who waits for whom. */
#include "record_bench.h"

#include <sys/file.h>
#include <time.h>

/* A disk whose fsync takes as long, on the clock by which waits are bounded. */
static time_t fsync_takes_s, passed_s;

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

int
__wrap_fsync(int fd)
{
	passed_s += fsync_takes_s;
	return __real_fsync(fd);
}

int
__wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	int result = __real_clock_gettime(clock, time);

	time->tv_sec += passed_s;
	return result;
}

static void
what_is_no_file_of_ours_is_refused(void **state)
{
	struct bench bench;
	const char *path = scratch_path(*state, "users/1000");
	const char *other = scratch_path(*state, "users/other");
	static const mode_t loose[] = { 0640, 0604, 0620, 0602, 0700, 04600 };

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
		assert_int_equal(chmod(path, loose[i]), 0);
		assert_int_equal(state_of(&bench), FAULT_STATE);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(state_of(&bench), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(state_of(&bench), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(state_of(&bench), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(state_of(&bench), FAULT_STATE);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(state_of(&bench), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 0), 0);
		assert_int_equal(state_of(&bench), FAULT_STATE);
	}
	bench_close(&bench);
}

static void
a_held_lock_is_waited_for_two_seconds(void **state)
{
	struct timespec start, end;
	struct record *record = NULL;
	struct bench bench;
	struct fault fault;
	int64_t ms;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	assert_int_equal(flock(bench.fd, LOCK_EX), 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(record_open(&bench.place, NULL, &record, &fault), FAULT_BUSY);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
	assert_true(ms >= 1990 && ms < 4000);
	assert_non_null(strstr(fault.text, "users/1000: locked"));
	flock(bench.fd, LOCK_UN);
	assert_int_equal(state_of(&bench), 0);
	bench_close(&bench);
}

/* Somebody unlinks the record while we wait for it: the lock that is then had is worth nothing. */
static void
a_record_replaced_under_the_lock_is_opened_anew(void **state)
{
	struct bench bench;
	uint8_t bytes[RECORD_FILE_SIZE];
	pid_t child;
	struct record *record;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	write_record(&bench, 3, RECORD_DURABLE);
	get_file(&bench, bytes);
	write_record(&bench, 4, RECORD_DURABLE);
	assert_int_equal(flock(bench.fd, LOCK_EX), 0);
	child = crowd_fork();
	if (child == 0) {
		usleep(100000);
		unlink(scratch_path(*state, "users/1000"));
		scratch_write_bytes(*state, "users/1000", 0600, bytes, sizeof bytes);
		flock(bench.fd, LOCK_UN);
		_exit(0);
	}
	/* The child shares the lock of our descriptor. */
	record = open_record(&bench);
	assert_int_equal(seed_of(record_body(record)), 3);
	record_close(&record);
	assert_int_equal(scratch_wait(child), 0);
	bench_close(&bench);
}

/* Another thread of the host forks while a record is open: its child has the descriptor, too. */
static void
a_child_of_the_host_keeps_no_lock(void **state)
{
	struct bench bench;
	struct record *record;
	pid_t child;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	record = open_record(&bench);
	child = crowd_fork();
	if (child == 0)
		for (;;)
			pause();
	record_close(&record);
	record = open_record(&bench);
	record_close(&record);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	bench_close(&bench);
}

static int
increment(int number, void *context)
{
	const struct bench *bench = context;
	uint8_t body[RECORD_BODY_SIZE] = { 0 };

	(void)number;
	for (int i = 0; i < 8; i++) {
		struct record *record = NULL;
		uint8_t next[RECORD_BODY_SIZE];

		if (record_open(&bench->place, body, &record, NULL) != 0)
			return 1;
		memcpy(next, record_body(record), sizeof next);
		next[0]++;
		if (record_write(record, next, RECORD_LAZY, NULL) != 0)
			return 2;
		record_close(&record);
	}
	return 0;
}

static void
no_update_is_lost_between_processes(void **state)
{
	struct record *record = NULL;
	struct bench bench;
	struct crowd crowd;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	assert_int_equal(unlink(scratch_path(*state, "users/1000")), 0);
	crowd_run(16, increment, &bench, &crowd);
	assert_int_equal(crowd.ended[0], 16);
	assert_int_equal(record_open(&bench.place, NULL, &record, NULL), 0);
	assert_int_equal(record_body(record)[0], 128);
	record_close(&record);
	bench_close(&bench);
}

static void
a_record_that_is_slow_to_make_is_no_wait_for_others(void **state)
{
	uint8_t body[RECORD_BODY_SIZE] = { 0 };
	struct record *record = NULL;
	struct bench bench;
	struct fault fault;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	assert_int_equal(unlink(scratch_path(*state, "users/1000")), 0);
	fsync_takes_s = 3;
	assert_int_equal(record_open(&bench.place, body, &record, &fault), 0);
	fsync_takes_s = 0;
	assert_true(passed_s >= 3);
	record_close(&record);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_file_of_ours_is_refused),
		TEST(a_held_lock_is_waited_for_two_seconds),
		TEST(a_record_that_is_slow_to_make_is_no_wait_for_others),
		TEST(a_record_replaced_under_the_lock_is_opened_anew),
		TEST(a_child_of_the_host_keeps_no_lock),
		TEST(no_update_is_lost_between_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
