/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator sees and changes, also while logins run. */
#include "store_bench.h"

#include "core/store_admin.h"

#define CODE_FAULT 51

static struct store_view
view(struct bench *it)
{
	struct store_view seen;

	if (store_view_user(it->store, it->login.uid, &seen, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
	return seen;
}

static void
nobody_has_no_record_and_gets_none(void **state)
{
	struct bench bench;
	struct store_view seen;
	struct store_status before;
	char path[PATH_MAX + 8];
	bool had = true;

	bench_open(*state, &bench);
	assert_int_equal(view(&bench).texts.today, 0);
	assert_int_equal(store_view_phone(bench.store, &bench.phone, &seen, &bench.fault), 0);
	assert_int_equal(seen.texts.today, 0);
	assert_int_equal(store_unlock(bench.store, UID, &before, &bench.fault), 0);
	assert_int_equal(before.standing, STORE_FREE);
	assert_int_equal(store_forget_user(bench.store, UID, &had, &bench.fault), 0);
	assert_false(had);
	snprintf(path, sizeof path, "%s/users", bench.state_dir);
	assert_int_equal(bench_count_files(path), 0);
	snprintf(path, sizeof path, "%s/phones", bench.state_dir);
	assert_int_equal(bench_count_files(path), 0);
	bench_close(&bench);
}

static void
a_prepared_user_has_a_record_that_says_nothing(void **state)
{
	struct bench bench;
	struct store_ticket ticket;
	bool made = false;
	char path[PATH_MAX + 16];

	bench_open(*state, &bench);
	snprintf(path, sizeof path, "%s/users", bench.state_dir);
	assert_int_equal(store_prepare_user(bench.store, UID, &made, &bench.fault), 0);
	assert_true(made);
	assert_int_equal(bench_count_files(path), 1);
	assert_int_equal(view(&bench).texts.today, 0);
	assert_int_equal(view(&bench).status.standing, STORE_FREE);
	/* What it says afterwards stays. */
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(store_prepare_user(bench.store, UID, &made, &bench.fault), 0);
	assert_false(made);
	assert_int_equal(view(&bench).texts.today, 1);
	assert_int_equal(view(&bench).status.failures, 1);
	bench_close(&bench);
}

static void
texts_are_seen_until_they_are_past(void **state)
{
	struct bench bench;
	struct store_ticket ticket;
	struct store_view seen;
	struct code first;

	bench_open(*state, &bench);
	ticket = bench_text(&bench);
	first = bench.code;
	strcpy(bench.code.text, "111111");
	bench_now.boot_ms += MINUTE;
	(void)bench_text(&bench);
	bench_now.boot_ms += MINUTE;
	seen = view(&bench);
	assert_int_equal(seen.texts.today, 2);
	assert_int_equal(seen.texts.open, 2);
	assert_int_equal(seen.texts.wait_ms, 0);
	assert_int_equal(seen.calls.today, 0);
	assert_int_equal(seen.live_codes, 2);
	assert_int_equal(bench_guess(&bench, &ticket, &first), STORE_MATCH);
	seen = view(&bench);
	assert_int_equal(seen.texts.today, 2);
	assert_int_equal(seen.texts.open, 1);
	assert_int_equal(seen.live_codes, 1);
	assert_int_equal(store_view_phone(bench.store, &bench.phone, &seen, &bench.fault), 0);
	assert_int_equal(seen.texts.today, 2);
	assert_int_equal(seen.texts.open, 1);
	(void)bench_text(&bench);
	(void)bench_text(&bench);
	seen = view(&bench);
	assert_int_equal(seen.texts.wait_ms, 9 * MINUTE);
	bench_now.boot_ms += LIMIT_DAY_MS;
	seen = view(&bench);
	assert_int_equal(seen.texts.today, 0);
	assert_int_equal(seen.live_codes, 0);
	bench_close(&bench);
}

static void
unlocking_clears_failures_and_no_budget(void **state)
{
	struct bench bench;
	struct store_status before;
	struct store_ticket ticket;

	bench_open(*state, &bench);
	bench.settings.guesses.lock_after = 2;
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(bench_look(&bench).standing, STORE_LOCKED);
	assert_int_equal(store_unlock(bench.store, UID, &before, &bench.fault), 0);
	assert_int_equal(before.standing, STORE_LOCKED);
	assert_int_equal(before.failures, 2);
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	assert_int_equal(bench_look(&bench).failures, 0);
	assert_int_equal(view(&bench).texts.open, 1);
	/* Durable: another process sees it. */
	assert_int_equal(bench_reopen(&bench), 0);
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	bench_close(&bench);
}

static void
a_disabled_user_is_free_after_unlocking(void **state)
{
	struct bench bench;
	struct store_status before;
	struct store_ticket ticket;

	bench_open(*state, &bench);
	bench.settings.guesses.disable_after = bench.settings.guesses.lock_after = 1;
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(bench_look(&bench).standing, STORE_DISABLED);
	assert_int_equal(store_unlock(bench.store, UID, &before, &bench.fault), 0);
	assert_int_equal(before.standing, STORE_DISABLED);
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	bench_close(&bench);
}

static void
forgetting_takes_codes_texts_and_failures(void **state)
{
	struct bench bench;
	struct store_ticket ticket;
	struct store_view seen;
	bool had = false;

	bench_open(*state, &bench);
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(store_forget_user(bench.store, UID, &had, &bench.fault), 0);
	assert_true(had);
	assert_int_equal(view(&bench).texts.today, 0);
	assert_int_equal(view(&bench).status.failures, 0);
	/* The code that was live is good for nothing. */
	assert_int_equal(bench_guess(&bench, &ticket, &bench.code), STORE_CONSUMED);
	had = false;
	assert_int_equal(store_forget_phone(bench.store, &bench.phone, &had, &bench.fault), 0);
	assert_true(had);
	assert_int_equal(store_view_phone(bench.store, &bench.phone, &seen, &bench.fault), 0);
	assert_int_equal(seen.texts.today, 0);
	bench_close(&bench);
}

/* Both slots of a user's record; ret_path is its path. */
static void
damage(const struct bench *it, uid_t uid, char ret_path[static PATH_MAX + 32])
{
	const uint8_t zeros[2 * 4096] = { 0 };
	int fd;

	snprintf(ret_path, PATH_MAX + 32, "%s/users/%u", it->state_dir, (unsigned int)uid);
	fd = open(ret_path, O_WRONLY);
	assert_int_equal(write(fd, zeros, sizeof zeros), sizeof zeros);
	close(fd);
}

static void
a_record_damaged_inside_can_be_forgotten(void **state)
{
	struct bench bench;
	char path[PATH_MAX + 32];
	bool had = false;

	bench_open(*state, &bench);
	(void)bench_text(&bench);
	damage(&bench, UID, path);
	assert_int_equal(store_forget_user(bench.store, UID, &had, &bench.fault), 0);
	assert_true(had);
	assert_int_equal(access(path, F_OK), -1);
	bench_close(&bench);
}

static int
remember_uid(void *data, uid_t uid)
{
	unsigned int *sum = data;

	*sum += uid;
	return 0;
}

/* It may take its time: no login of that user has to wait for it. */
static bool
is_odd(void *data, uid_t uid)
{
	struct bench *bench = data;
	struct store_status status;

	assert_int_equal(store_look(bench->store, uid, &status, &bench->fault), 0);
	return uid % 2 == 1;
}

static void
pruning_takes_what_says_nothing(void **state)
{
	struct bench bench;
	struct store_pruning removed;
	struct store_ticket ticket;
	unsigned int sum = 0;

	bench_open(*state, &bench);
	bench_widen(&bench);
	/* 1000: once texted; 1001: vanished; 1002: has failed; 1004: texted lately. */
	(void)bench_text(&bench);
	bench.login.uid = 1001;
	(void)bench_text(&bench);
	bench.login.uid = 1002;
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	strcpy(bench.phone.text, "+447700900124");
	bench_now.boot_ms += LIMIT_DAY_MS + 1;
	bench.login.uid = 1004;
	(void)bench_text(&bench);
	assert_int_equal(store_prune(bench.store, is_odd, &bench, &removed, &bench.fault), 0);
	assert_int_equal(removed.users, 2);
	assert_int_equal(removed.phones, 1);
	assert_int_equal(store_each_user(bench.store, remember_uid, &sum, &bench.fault), 0);
	assert_int_equal(sum, 1002 + 1004);
	assert_int_equal(store_prune(bench.store, NULL, NULL, &removed, &bench.fault), 0);
	assert_int_equal(removed.users + removed.phones, 0);
	bench_close(&bench);
}

/* Wherever they come in the walk, which has no order. */
static void
pruning_goes_on_behind_what_is_damaged(void **state)
{
	struct bench bench;
	struct store_pruning removed;
	char path[2][PATH_MAX + 32];

	bench_open(*state, &bench);
	bench_widen(&bench);
	for (uid_t uid = 2000; uid < 2020; uid++) {
		bench.login.uid = uid;
		(void)bench_text(&bench);
	}
	damage(&bench, 2003, path[0]);
	damage(&bench, 2016, path[1]);
	bench_now.boot_ms += LIMIT_DAY_MS + 1;
	assert_int_equal(store_prune(bench.store, NULL, NULL, &removed, &bench.fault),
		FAULT_DAMAGED);
	assert_int_equal(bench.fault.kind, FAULT_DAMAGED);
	assert_true(strstr(bench.fault.text, path[0]) != NULL ||
		strstr(bench.fault.text, path[1]) != NULL);
	assert_int_equal(removed.users, 18);
	assert_int_equal(removed.phones, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(access(path[i], F_OK), 0);
	/* Again nothing but the damage; who takes no fault is told by the result. */
	assert_int_equal(store_prune(bench.store, NULL, NULL, &removed, NULL), FAULT_DAMAGED);
	assert_int_equal(removed.users + removed.phones, 0);
	bench_close(&bench);
}

/* --- while logins run ------------------------------------------------------ */

struct race {
	struct bench bench;
	struct store_ticket ticket;
};

/* Number 0 unlocks again and again; the others guess wrong once each. */
static int
guess_or_unlock(int number, void *context)
{
	struct race *race = context;
	struct bench *it = &race->bench;
	enum store_result result = STORE_REFUSED;
	struct store_status status;
	struct fault fault;

	it->store = NULL;
	if (bench_reopen(it) != 0)
		return CODE_FAULT;
	if (number > 0)
		return store_verify(it->store, &it->login, &race->ticket, &it->wrong, &result,
			&status, &fault) == 0 ? (int)result : CODE_FAULT;
	for (int i = 0; i < 20; i++) {
		if (store_unlock(it->store, UID, &status, &fault) != 0)
			return CODE_FAULT;
		usleep(500);
	}
	return 60;
}

/* Every guess is compared, before or after an unlocking, and the record stays whole. */
static void
unlocking_races_32_logins(void **state)
{
	struct race race = { .ticket = { .serial = 0 } };
	struct store_status before;
	struct crowd crowd;

	bench_open(*state, &race.bench);
	bench_widen(&race.bench);
	race.ticket = bench_text(&race.bench);
	for (int round = 0; round < 3; round++) {
		crowd_run(33, guess_or_unlock, &race, &crowd);
		assert_int_equal(crowd.ended[60], 1);
		assert_int_equal(crowd.ended[STORE_WRONG], 32);
		assert_true(bench_look(&race.bench).failures <= 32);
		assert_int_equal(store_unlock(race.bench.store, UID, &before, &race.bench.fault),
			0);
		assert_int_equal(bench_look(&race.bench).failures, 0);
	}
	/* No guess is lost where nobody unlocks. */
	for (int i = 0; i < 5; i++)
		assert_int_equal(bench_guess(&race.bench, &race.ticket, &race.bench.wrong),
			STORE_WRONG);
	assert_int_equal(bench_look(&race.bench).failures, 5);
	bench_close(&race.bench);
}

static void
a_text_of_nobodys_counts_with_the_host_alone(void **state)
{
	struct store_verdict verdict = { .wait_ms = -1 };
	struct store_view seen;
	struct bench bench;

	bench_open(*state, &bench);
	bench.settings.budget.host.unredeemed = 2;
	assert_int_equal(bench_reopen(&bench), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(store_charge_host(bench.store, &verdict, &bench.fault), 0);
		assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
	}
	assert_int_equal(store_charge_host(bench.store, &verdict, &bench.fault), 0);
	assert_int_equal(verdict.spent, STORE_BUDGET_HOST);
	assert_true(verdict.wait_ms > 0 && verdict.wait_ms <= HOUR);
	assert_int_equal(store_view_phone(bench.store, &bench.phone, &seen, &bench.fault), 0);
	assert_int_equal(seen.texts.today, 0);
	/* A login's text is refused by the same count. */
	verdict = bench_issue(&bench, &(struct store_ticket){ .serial = 0 });
	assert_int_equal(verdict.spent, STORE_BUDGET_HOST);
	bench_now.boot_ms += 2 * HOUR;
	assert_int_equal(store_charge_host(bench.store, &verdict, &bench.fault), 0);
	assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_has_no_record_and_gets_none),
		TEST(a_prepared_user_has_a_record_that_says_nothing),
		TEST(texts_are_seen_until_they_are_past),
		TEST(a_text_of_nobodys_counts_with_the_host_alone),
		TEST(unlocking_clears_failures_and_no_budget),
		TEST(a_disabled_user_is_free_after_unlocking),
		TEST(forgetting_takes_codes_texts_and_failures),
		TEST(a_record_damaged_inside_can_be_forgotten),
		TEST(pruning_takes_what_says_nothing),
		TEST(pruning_goes_on_behind_what_is_damaged),
		TEST(unlocking_races_32_logins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
