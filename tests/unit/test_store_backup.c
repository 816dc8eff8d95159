/* SPDX-License-Identifier: BSD-2-Clause */
/* The store's backup codes: each good once, for as long as it was made for. */
#include "store_backup.h"

#define WRONG 50	/* the number of no code */

static void
each_lets_in_once_and_is_counted(void **state)
{
	struct bench it;
	unsigned int left = 0;

	bench_open(*state, &it);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_make(&it, 7, 10, 0), 0);
	assert_int_equal(backup_left(&it), 10);
	assert_int_equal(backup_try(&it, 7, 3, &left), STORE_MATCH);
	assert_int_equal(left, 9);
	assert_int_equal(bench_look(&it).failures, 0);
	/* A second time it is a wrong one, and told apart from one that never was right. */
	assert_int_equal(backup_try(&it, 7, 3, &left), STORE_CONSUMED);
	assert_int_equal(left, 9);
	assert_int_equal(bench_look(&it).failures, 1);
	assert_int_equal(backup_try(&it, 7, WRONG, NULL), STORE_WRONG);
	assert_int_equal(bench_look(&it).failures, 2);
	/* After a restart as well, and the next right one clears what was counted. */
	assert_int_equal(bench_reopen(&it), 0);
	assert_int_equal(backup_left(&it), 9);
	assert_int_equal(backup_try(&it, 7, 3, NULL), STORE_CONSUMED);
	for (unsigned int i = 0, expected = 9; i < 10; i++) {
		if (i == 3)
			continue;
		assert_int_equal(backup_try(&it, 7, i, &left), STORE_MATCH);
		assert_int_equal(left, --expected);
		assert_int_equal(bench_look(&it).failures, 0);
	}
	/* None is left: there is nothing to compare with, and nothing to count. */
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 7, 3, NULL), STORE_EXPIRED);
	assert_int_equal(bench_look(&it).failures, 0);
	bench_close(&it);
}

static void
wrong_ones_lock_as_texted_codes_do(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	place_open(*state, &it);
	it.settings.guesses.lock_after = 4;
	place_succeed(&it);
	assert_int_equal(place_met(&it), STORE_MET_SUCCESS);
	it.login.remember_ms = 0;
	ticket = bench_text(&it);
	it.login.remember_ms = 24 * HOUR;
	backup_make(&it, 7, 10, 0);
	/* One count for both kinds. */
	assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	for (int i = 0; i < 3; i++)
		assert_int_equal(backup_try(&it, 7, WRONG, NULL), STORE_WRONG);
	assert_int_equal(bench_look(&it).standing, STORE_LOCKED);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_REFUSED);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_REFUSED);
	assert_int_equal(bench_look(&it).failures, 4);
	assert_int_equal(backup_left(&it), 10);
	/* What was remembered has gone with it. */
	bench_now.boot_ms += 30 * MINUTE;
	bench_now.real_ms += 30 * MINUTE;
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	bench_close(&it);
}

static void
they_expire_and_the_longest_wait_is_told(void **state)
{
	struct store_backup backup;
	struct bench it;

	bench_open(*state, &it);
	backup_make(&it, 7, 1, 8 * HOUR);
	bench_now.boot_ms += 8 * HOUR - 1;
	assert_int_equal(store_backup_find(it.store, UID, &backup, &it.fault), 0);
	assert_int_equal(backup.left, 1);
	assert_int_equal(backup.expires_in_ms, 1);
	bench_now.boot_ms++;
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
	assert_int_equal(bench_look(&it).failures, 0);
	bench_close(&it);
}

static void
new_ones_replace_old_ones(void **state)
{
	struct bench it;

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	assert_int_equal(backup_make(&it, 8, 1, HOUR), 9);
	assert_int_equal(backup_left(&it), 1);
	/* Hashed by what there was when it was typed. */
	assert_int_equal(backup_try(&it, 7, 1, NULL), STORE_EXPIRED);
	assert_int_equal(bench_look(&it).failures, 0);
	assert_int_equal(backup_try(&it, 8, 0, NULL), STORE_MATCH);
	assert_int_equal(backup_make(&it, 9, 20, 0), 0);
	assert_int_equal(backup_left(&it), 20);
	bench_close(&it);
}

static void
taken_away_none_is_good(void **state)
{
	struct bench it;
	unsigned int left = 0;

	bench_open(*state, &it);
	assert_int_equal(store_backup_revoke(it.store, UID, &left, &it.fault), 0);
	assert_int_equal(left, 0);
	assert_int_equal(bench_count_files(it.state_dir), 3);	/* no directory for none */
	backup_make(&it, 7, 10, 0);
	assert_int_equal(store_backup_revoke(it.store, UID, &left, &it.fault), 0);
	assert_int_equal(left, 10);
	assert_int_equal(backup_left(&it), 0);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
	assert_int_equal(bench_count_files(scratch_path(*state, "state/backup")), 0);
	bench_close(&it);
}

static void
a_success_is_remembered(void **state)
{
	struct bench it;

	place_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	assert_int_equal(backup_try(&it, 7, WRONG, NULL), STORE_WRONG);
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	assert_string_equal(it.fault.text, "");
	assert_int_equal(place_met(&it), STORE_MET_SUCCESS);
	bench_close(&it);
}

static void
forgotten_and_pruned_they_go(void **state)
{
	struct store_pruning removed;
	struct bench it;
	bool had = false;

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 0);
	assert_int_equal(store_forget_user(it.store, UID, &had, &it.fault), 0);
	assert_true(had);
	assert_int_equal(bench_count_files(scratch_path(*state, "state/backup")), 0);
	assert_int_equal(backup_left(&it), 0);

	/* As long as one is good the record says something. */
	backup_make(&it, 7, 1, 8 * HOUR);
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 0);
	assert_int_equal(backup_left(&it), 1);
	bench_now.boot_ms += 8 * HOUR;
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 1);
	assert_int_equal(bench_count_files(scratch_path(*state, "state/backup")), 0);
	bench_close(&it);
}

static void
an_administrator_sees_them(void **state)
{
	struct store_view view;
	struct bench it;

	bench_open(*state, &it);
	backup_make(&it, 7, 10, 8 * HOUR);
	assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_MATCH);
	bench_now.boot_ms += HOUR;
	assert_int_equal(store_view_user(it.store, UID, &view, &it.fault), 0);
	assert_int_equal(view.backup_codes, 9);
	assert_int_equal(view.backup_expires_in_ms, 7 * HOUR);
	bench_close(&it);
}

struct race { struct bench bench; bool one; };

static int
enter(int number, void *context)
{
	struct race *race = context;
	int result;

	race->bench.store = NULL;
	if (bench_reopen(&race->bench) != 0)
		return 60;
	result = backup_try(&race->bench, 7, race->one ? 0 : (unsigned int)number % 10, NULL);
	return result < 0 ? (result == FAULT_BUSY ? 50 : 60) : result;
}

/* One code for all of them, or ten. */
static void
of_many_at_once_each_code_lets_in_one(void **state)
{
	for (int one = 0; one < 2; one++) {
		struct race race = { .one = one };
		struct crowd crowd;

		bench_open(*state, &race.bench);
		bench_widen(&race.bench);
		backup_make(&race.bench, 7, 10, 0);
		crowd_run(40, enter, &race, &crowd);
		assert_int_equal(crowd.ended[60], 0);
		assert_int_equal(crowd.ended[50] + crowd.ended[STORE_MATCH] +
			crowd.ended[STORE_CONSUMED] + crowd.ended[STORE_EXPIRED], 40);
		assert_true(crowd.ended[STORE_MATCH] <= (one ? 1 : 10));
		assert_true(crowd.ended[STORE_MATCH] >= 1);
		assert_int_equal(backup_left(&race.bench), 10 - crowd.ended[STORE_MATCH]);
		bench_close(&race.bench);
		scratch_empty(race.bench.state_dir);
		scratch_empty(race.bench.run_dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_lets_in_once_and_is_counted),
		TEST(wrong_ones_lock_as_texted_codes_do),
		TEST(they_expire_and_the_longest_wait_is_told),
		TEST(new_ones_replace_old_ones),
		TEST(taken_away_none_is_good),
		TEST(a_success_is_remembered),
		TEST(forgotten_and_pruned_they_go),
		TEST(an_administrator_sees_them),
		TEST(of_many_at_once_each_code_lets_in_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
