/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=pwrite,--wrap=pread,--wrap=fdatasync,--wrap=fsync,--wrap=openat */
/* ldflags: -Wl,--wrap=flock,--wrap=fstat,--wrap=fstatat,--wrap=fchmod,--wrap=mkdirat */
/* ldflags: -Wl,--wrap=linkat,--wrap=mmap,--wrap=calloc,--wrap=getrandom */
/*
 * A first login, and later ones, in which the Nth system call fails, or all from the Nth on, for
 * every N: whatever it is, nothing is let in or texted that was not counted, and the next login
 * finds everything whole.
 */
#include "failing_calls.h"
#include "store_backup.h"

/* What one login got, with the Nth call failing. */
struct login {
	bool opened, texted, wrong_compared, matched;
	int calls;
};

static int
guess(struct bench *it, const struct store_ticket *ticket, const struct code *code,
	enum store_result *ret_result)
{
	struct fault fault = { .text = "" };
	struct store_status status;
	int error = store_verify(it->store, &it->login, ticket, code, ret_result, &status, &fault);

	assert_int_equal(error != 0, *ret_result == STORE_REFUSED);
	if (error != 0)
		assert_true(strlen(fault.text) > 0 && (int)fault.kind == error);
	return error;
}

static void
log_in(struct bench *it, int nth, struct login *ret_login)
{
	struct login login = { .opened = false };
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct fault fault = { .text = "" };
	enum store_result result;
	struct store_status status;

	failing = nth;
	calls = 0;
	login.opened = store_open(&it->settings, &it->store, &fault) == 0;
	if (login.opened && store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME,
	    &ticket, &verdict, &fault) == 0) {
		assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
		login.texted = true;
	}
	assert_int_equal(login.texted, ticket.serial != 0);
	if (!login.texted)
		assert_true(strlen(fault.text) > 0);
	if (login.texted) {
		result = STORE_REFUSED;
		login.wrong_compared = guess(it, &ticket, &it->wrong, &result) == 0;
		assert_int_equal(result, login.wrong_compared ? STORE_WRONG : STORE_REFUSED);
		result = STORE_REFUSED;
		login.matched = guess(it, &ticket, &it->code, &result) == 0;
		assert_int_equal(result, login.matched ? STORE_MATCH : STORE_REFUSED);
	}
	login.calls = calls;
	failing = 0;
	store_close(&it->store);

	/* From here on the machine works: what is recorded? */
	assert_int_equal(store_open(&it->settings, &it->store, &it->fault), 0);
	status = bench_look(it);
	if (login.wrong_compared && !login.matched)
		assert_true(status.failures >= 1);
	assert_true(status.failures <= 2);
	if (login.texted) {
		assert_int_equal(store_verify(it->store, &it->login, &ticket, &it->code, &result,
			&status, NULL), 0);
		/* A second match never; a first one now only if there was none. */
		assert_true(result != STORE_MATCH || !login.matched);
	}
	assert_true(bench_text(it).serial != 0);
	store_close(&it->store);
	*ret_login = login;
}

/* As before anybody has ever logged in. */
static void
empty(struct bench *it)
{
	scratch_empty(it->state_dir);
	scratch_empty(it->run_dir);
}

static void
close_empty(struct bench *it)
{
	bench_close(it);
	empty(it);
}

static void
sweep(void **state, bool first_login)
{
	int good = 0, denied = 0;

	for (int nth = 1;; nth++) {
		struct bench it;
		struct login login;

		bench_open(*state, &it);
		bench_widen(&it);
		if (!first_login) {
			strcpy(it.code.text, "777777");
			(void)bench_text(&it);
			strcpy(it.code.text, "491827");
		}
		store_close(&it.store);
		if (first_login)
			empty(&it);
		log_in(&it, nth, &login);
		empty(&it);
		if (login.matched && login.wrong_compared)
			good++;
		else
			denied++;
		if (login.calls < nth)
			break;
	}
	print_message("%d calls failed in turn: %d denied something, %d were survived\n",
		denied + good, denied, good);
	assert_true(denied > 40);
}

/* What is written twice over, code and record, must not hide that one of them failed. */
static void
every_call_may_be_the_last_that_works(void **state)
{
	for_good = true;
	sweep(state, false);
	for_good = false;
}

static void
every_call_of_a_first_login_may_fail(void **state)
{
	sweep(state, true);
}

static void
every_call_of_a_later_login_may_fail(void **state)
{
	sweep(state, false);
}

/* As tight as can be: a single place that were not given back would refuse the next text. */
static void
a_text_that_failed_costs_nothing(void **state)
{
	int failed = 0, granted = 0;

	for (int nth = 1;; nth++) {
		struct store_ticket ticket = { .serial = 0 };
		struct store_verdict verdict;
		struct limit_budget *budget;
		struct bench it;
		int result;

		bench_open(*state, &it);
		budget = &it.settings.budget;
		budget->user.unredeemed = budget->phone.unredeemed = 1;
		budget->client.unredeemed = budget->host.unredeemed = 1;
		/* A login before makes records and table; cancelled, it costs nothing. */
		ticket = bench_text(&it);
		assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
		ticket.serial = 0;
		failing = nth;
		calls = 0;
		result = bench_try_issue(&it, &ticket, &verdict);
		failing = 0;
		if (result == 0) {
			assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
			assert_int_equal(bench_issue(&it, &ticket).spent, STORE_BUDGET_USER);
			granted++;
		} else {
			assert_int_equal(ticket.serial, 0);
			(void)bench_text(&it);
			failed++;
		}
		result = calls;
		close_empty(&it);
		if (result < nth)
			break;
	}
	assert_true(failed > 15 && granted > 3);
}

/*
 * A guess that locks, with each call failing: whatever was written, nothing is remembered behind
 * the lock-out.
 */
static void
a_lock_out_that_failed_forgets_no_less(void **state)
{
	int locked = 0, free = 0;

	for (int nth = 1;; nth++) {
		struct store_ticket ticket;
		struct bench it;
		int result;

		place_open(*state, &it);
		it.settings.guesses.lock_after = 1;
		place_succeed(&it);
		assert_int_equal(place_met(&it), STORE_MET_SUCCESS);
		it.login.remember_ms = 0;
		ticket = bench_text(&it);
		it.login.remember_ms = 24 * HOUR;
		failing = nth;
		calls = 0;
		(void)bench_try_guess(&it, &ticket, &it.wrong);
		failing = 0;
		result = calls;
		if (bench_look(&it).standing == STORE_LOCKED) {
			bench_now.boot_ms += HOUR;
			bench_now.real_ms += HOUR;
			assert_int_equal(store_revoke(it.store, &it.login, &ticket, &it.fault), 0);
			assert_int_equal(place_met(&it), STORE_MET_NOTHING);
			locked++;
		} else {
			free++;
		}
		close_empty(&it);
		if (result < nth)
			break;
	}
	assert_true(locked > 1 && free > 5);
}

/* A backup code entered with each call failing: it lets in once at most. */
static void
a_backup_code_that_failed_lets_nobody_in(void **state)
{
	int matched = 0, failed = 0;

	for (int nth = 1;; nth++) {
		struct store_backup backup;
		struct bench it;
		int result;

		bench_open(*state, &it);
		(void)bench_text(&it);
		backup_make(&it, 7, 10, 0);
		assert_int_equal(bench_reopen(&it), 0);
		failing = nth;
		calls = 0;
		if (store_backup_find(it.store, UID, &backup, &it.fault) == 0)
			result = backup_try(&it, 7, 0, NULL);
		else
			result = FAULT_STATE;
		failing = 0;
		assert_true(result == STORE_MATCH || result < 0);
		matched += result == STORE_MATCH;
		failed += result < 0;
		assert_int_equal(bench_reopen(&it), 0);
		if (result == STORE_MATCH)
			assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_CONSUMED);
		else
			assert_true(backup_try(&it, 7, 0, NULL) >= 0);
		result = calls;
		close_empty(&it);
		if (result < nth)
			break;
	}
	assert_true(failed > 10 && matched >= 1);
}

/* Made with each call failing: there are the new ones, or none; never the old ones again. */
static void
codes_half_made_are_none(void **state)
{
	int made = 0, failed = 0;

	for (int nth = 1;; nth++) {
		unsigned int replaced, left;
		struct bench it;
		int result;

		bench_open(*state, &it);
		backup_make(&it, 7, 10, 0);
		assert_int_equal(bench_reopen(&it), 0);
		failing = nth;
		calls = 0;
		result = backup_try_make(&it, 8, 5, 0, &replaced);
		failing = 0;
		assert_int_equal(bench_reopen(&it), 0);
		left = backup_left(&it);
		assert_true(left == 0 || left == 5 || (left == 10 && result != 0));
		assert_int_equal(left == 5 && result == 0, result == 0);
		if (left < 10)
			assert_int_equal(backup_try(&it, 7, 0, NULL), STORE_EXPIRED);
		made += result == 0;
		failed += result != 0;
		result = calls;
		close_empty(&it);
		if (result < nth)
			break;
	}
	assert_true(failed > 10 && made >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_call_of_a_first_login_may_fail),
		TEST(every_call_of_a_later_login_may_fail),
		TEST(every_call_may_be_the_last_that_works),
		TEST(a_text_that_failed_costs_nothing),
		TEST(a_lock_out_that_failed_forgets_no_less),
		TEST(a_backup_code_that_failed_lets_nobody_in),
		TEST(codes_half_made_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
