/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of backup codes: put back, damaged, missing, not to be written, only looked at. */
#include "store_backup.h"

#include <sys/resource.h>

static const char *
file_of(void **state, uid_t uid)
{
	char name[64];

	snprintf(name, sizeof name, "state/backup/%u", (unsigned int)uid);
	return scratch_path(*state, name);
}

static void
copy_file(const char *from, const char *to)
{
	uint8_t bytes[8192];
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
	close(fd);
	fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
	close(fd);
}

static void
a_file_put_back_revives_nothing(void **state)
{
	char copy[PATH_MAX], path[PATH_MAX];
	struct bench it;

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	strcpy(path, file_of(state, UID));
	strcpy(copy, scratch_path(*state, "copy"));
	copy_file(path, copy);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	copy_file(copy, path);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_CONSUMED);
	/* That of codes that were replaced is none of the user's. */
	backup_make(&it, 8, 10, 0);
	copy_file(copy, path);
	assert_int_equal(backup_try(&it, 7, 1, NULL), STORE_EXPIRED);
	assert_int_equal(backup_try(&it, 8, 1, NULL), FAULT_DAMAGED);
	assert_non_null(strstr(it.fault.text, "/backup/1000: not the codes"));
	/* And those that were taken away stay away. */
	backup_make(&it, 9, 10, 0);
	copy_file(path, copy);
	assert_int_equal(store_backup_revoke(it.store, UID, &(unsigned int){ 0 }, &it.fault), 0);
	copy_file(copy, path);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 9, 0, NULL), STORE_EXPIRED);
	bench_close(&it);
}

static void
damage_is_not_none(void **state)
{
	struct store_backup backup;
	struct bench it;
	struct store_ticket ticket;
	char path[PATH_MAX], other[PATH_MAX];

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	strcpy(path, file_of(state, UID));
	strcpy(other, file_of(state, UID + 1));
	for (int kind = 0; kind < 4; kind++) {
		if (kind == 0)
			assert_int_equal(unlink(path), 0);
		else if (kind == 1)
			assert_int_equal(truncate(path, 100), 0);
		else if (kind == 2)
			assert_int_equal(chmod(path, 0640), 0);
		else {	/* Another user's. */
			it.login.uid++;
			backup_make(&it, 7, 10, 0);
			it.login.uid--;
			copy_file(other, path);
		}
		assert_true(store_backup_find(it.store, UID, &backup, &it.fault) < 0);
		assert_non_null(strstr(it.fault.text, "/backup/1000"));
		assert_true(backup_try(&it, 7, 0, NULL) < 0);
		assert_int_equal(bench_look(&it).failures, 0);
		/* What is texted is as good as ever. */
		ticket = bench_text(&it);
		assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
		/* Made anew it is mended, if it is a record at all; else it has to be removed. */
		if (kind == 1 || kind == 2)
			assert_int_equal(unlink(path), 0);
		if (kind < 3)
			assert_int_equal(backup_make(&it, 7, 10, 0), 10);
	}
	assert_int_equal(store_backup_revoke(it.store, UID, &(unsigned int){ 0 }, &it.fault), 0);
	assert_int_equal(backup_left(&it), 0);
	bench_close(&it);
}

/* Removing the user's record costs him his codes, and does not make used ones good. */
static void
without_the_users_record_there_are_none(void **state)
{
	struct bench it;

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	assert_int_equal(unlink(scratch_path(*state, "state/users/1000")), 0);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
	(void)bench_text(&it);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
	bench_close(&it);
}

/* The user whom the directory's file system has no room for any more is none of it. */
static void
who_has_none_needs_no_directory(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	bool had;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	assert_int_equal(store_forget_user(it.store, UID, &had, &it.fault), 0);
	assert_int_equal(access(scratch_path(*state, "state/backup"), F_OK), -1);
	bench_close(&it);
}

/* Nothing can be written: nobody is let in, and the code is good afterwards. */
static int
under_file_limit(struct bench *it)
{
	const struct rlimit limit = { 0, 0 };

	signal(SIGXFSZ, SIG_IGN);
	if (bench_reopen(it) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 10;
	if (backup_try(it, 7, 0, NULL) != FAULT_STATE)
		return 11;
	return strstr(it->fault.text, "/users/1000") != NULL ? 0 : 12;
}

static void
what_cannot_be_written_lets_nobody_in(void **state)
{
	struct bench it;
	pid_t child;

	bench_open(*state, &it);
	backup_make(&it, 7, 2, 0);
	child = crowd_fork();
	if (child == 0)
		_exit(under_file_limit(&it));
	assert_int_equal(scratch_wait(child), 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	bench_close(&it);
}

/* A rehearsal sees them, and makes nothing. */
static void
a_rehearsal_only_looks(void **state)
{
	struct bench it;

	bench_open(*state, &it);
	it.settings.rehearse = true;
	assert_int_equal(bench_reopen(&it), 0);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(access(scratch_path(*state, "state/backup"), F_OK), -1);
	it.settings.rehearse = false;
	assert_int_equal(bench_reopen(&it), 0);
	backup_make(&it, 7, 10, 0);
	it.settings.rehearse = true;
	assert_int_equal(bench_reopen(&it), 0);
	assert_int_equal(backup_left(&it), 10);
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_put_back_revives_nothing),
		TEST(damage_is_not_none),
		TEST(without_the_users_record_there_are_none),
		TEST(who_has_none_needs_no_directory),
		TEST(what_cannot_be_written_lets_nobody_in),
		TEST(a_rehearsal_only_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
