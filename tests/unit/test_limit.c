/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy on a record: guesses and clocks. */
#include "limit_bench.h"

static const struct limit_guesses guesses = {
	.per_conversation = 3, .lock_after = 10, .disable_after = 100, .lock_for_ms = 30 * MINUTE,
};

/* Rebases, then looks or counts. */
static struct limit_status
look(struct limit_record *record, const struct now *now)
{
	struct limit_status status;

	(void)!limit_rebase(record, now);
	limit_look(record, now, &guesses, &status);
	return status;
}

static bool
attempt(struct limit_record *record, const struct now *now, struct limit_status *ret_status)
{
	(void)!limit_rebase(record, now);
	return limit_attempt(record, now, &guesses, ret_status);
}

static void
ten_failures_lock_for_half_an_hour(void **state)
{
	struct limit_record record = fresh(0);
	struct limit_status status;
	struct now now = now_at(0);

	(void)state;
	for (unsigned int i = 1; i <= 9; i++) {
		now = now_at(i * SECOND);
		assert_true(attempt(&record, &now, &status));
		assert_int_equal(status.standing, LIMIT_FREE);
		assert_int_equal(status.failures, i);
		assert_int_equal(status.round, i);
		assert_int_equal(status.locked_for_ms, 0);
	}
	now = now_at(10 * SECOND);
	assert_true(attempt(&record, &now, &status));
	assert_int_equal(status.standing, LIMIT_LOCKED);
	assert_int_equal(status.locked_for_ms, 30 * MINUTE);
	assert_int_equal(status.failures, 10);
	assert_int_equal(status.round, 0);

	now = now_at(10 * SECOND + 30 * MINUTE - 1);
	assert_false(attempt(&record, &now, &status));
	assert_int_equal(status.standing, LIMIT_LOCKED);
	assert_int_equal(status.locked_for_ms, 1);
	assert_int_equal(status.failures, 10);
	now = now_at(10 * SECOND + 30 * MINUTE);
	assert_int_equal(look(&record, &now).standing, LIMIT_FREE);
	assert_true(attempt(&record, &now, &status));
	assert_int_equal(status.failures, 11);
	assert_int_equal(status.round, 1);
	assert_int_equal(status.standing, LIMIT_FREE);
}

static void
a_hundred_failures_in_a_row_disable_for_good(void **state)
{
	struct limit_record record = fresh(0);
	struct limit_status status;
	struct now now = now_at(0);
	int counted = 0;

	(void)state;
	for (int tries = 0; tries < 1000; tries++) {
		now = now_at(tries * HOUR);
		counted += attempt(&record, &now, &status);
	}
	assert_int_equal(counted, 100);
	assert_int_equal(status.standing, LIMIT_DISABLED);
	assert_int_equal(status.failures, 100);
	now = now_at(40000 * HOUR);
	now.boot_id[0] = 2;
	assert_int_equal(look(&record, &now).standing, LIMIT_DISABLED);
}

static void
a_success_clears_even_what_its_own_attempt_did(void **state)
{
	static const unsigned int before[] = { 0, 3, 9, 99 };

	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		struct limit_record record = fresh(0);
		struct limit_status status;
		struct now now = now_at(5);

		record.failures = before[i];
		record.round = before[i] < 10 ? before[i] : 5;
		limit_text_add(&record, &now, &texts, 7);
		assert_true(attempt(&record, &now, &status));
		assert_int_equal(status.failures, before[i] + 1);
		limit_success(&record);
		status = look(&record, &now);
		assert_int_equal(status.standing, LIMIT_FREE);
		assert_int_equal(status.failures, 0);
		assert_int_equal(status.round, 0);
		/* NIST SP 800-63B 5.2.2: never a sending budget. */
		assert_int_equal(record.count, 1);
		assert_true(limit_unredeemed(&record, 7));
	}
}

static void
limits_lowered_later_hold_at_once(void **state)
{
	const struct limit_guesses strict = {
		.lock_after = 3, .disable_after = 20, .lock_for_ms = 60 * MINUTE,
	};
	struct limit_record record = fresh(0);
	struct limit_status status;
	struct now now = now_at(1);

	(void)state;
	record.failures = record.round = 7;
	assert_true(limit_attempt(&record, &now, &strict, &status));
	assert_int_equal(status.standing, LIMIT_LOCKED);
	assert_int_equal(status.locked_for_ms, 60 * MINUTE);
	record.failures = 30;
	limit_look(&record, &now, &strict, &status);
	assert_int_equal(status.standing, LIMIT_DISABLED);
	assert_false(limit_attempt(&record, &now, &strict, &status));
	assert_int_equal(record.failures, 30);
	/* Raised again, one that was not yet written as disabled is free, one that was is not. */
	now = now_at(61 * MINUTE);
	assert_int_equal(look(&record, &now).standing, LIMIT_FREE);
	record.disabled = true;
	assert_int_equal(look(&record, &now).standing, LIMIT_DISABLED);
}

static void
who_is_disabled_stays_so_when_the_limit_is_raised(void **state)
{
	const struct limit_guesses strict = {
		.lock_after = 10, .disable_after = 3, .lock_for_ms = 30 * MINUTE,
	};
	struct limit_record record = fresh(0);
	const struct now now = now_at(1);
	struct limit_status status;

	(void)state;
	for (unsigned int i = 0; i < strict.disable_after; i++)
		assert_true(limit_attempt(&record, &now, &strict, &status));
	assert_int_equal(status.standing, LIMIT_DISABLED);
	assert_int_equal(look(&record, &now).standing, LIMIT_DISABLED);
}

static void
a_shorter_lock_ends_sooner(void **state)
{
	const struct limit_guesses brief = {
		.lock_after = 10, .disable_after = 100, .lock_for_ms = 10 * MINUTE,
	};
	struct limit_record record = fresh(0);
	struct limit_status status;
	struct now now = now_at(12 * MINUTE);

	(void)state;
	record.locked = true;
	record.locked_at_ms = 5 * MINUTE;
	limit_look(&record, &now, &brief, &status);
	assert_int_equal(status.standing, LIMIT_LOCKED);
	assert_int_equal(status.locked_for_ms, 3 * MINUTE);
}

/* A lock-out at 100 s of boot 1, looked at under another clock. */
struct clock_case {
	const char *name;
	uint8_t boot;
	int64_t boot_ms, real_ms;	/* real_ms is beside the instant of the lock-out */
	int64_t locked_for_ms;		/* 0: free */
};

static void
clocks_neither_lengthen_nor_end_a_lock(void **state)
{
	static const struct clock_case cases[] = {
		{ "ten minutes on", 1, 100 * SECOND + 10 * MINUTE, 10 * MINUTE, 20 * MINUTE },
		{ "clock back a year", 1, 100 * SECOND + 10 * MINUTE, -8760 * HOUR, 20 * MINUTE },
		{ "clock on a year", 1, 100 * SECOND + 10 * MINUTE, 8760 * HOUR, 20 * MINUTE },
		{ "boot clock behind the stamp", 1, 50 * SECOND, 0, 30 * MINUTE },
		{ "reboot, ten minutes of real time", 2, 20 * SECOND, 10 * MINUTE, 20 * MINUTE },
		{ "reboot, forty minutes of real time", 2, 20 * SECOND, 40 * MINUTE, 0 },
		{ "reboot, clock set back", 2, 20 * SECOND, -MINUTE, 30 * MINUTE },
		{ "reboot into 1970", 2, 20 * SECOND, -YEAR_2025, 30 * MINUTE },
		{ "reboot, far in the future", 2, 20 * SECOND, INT64_C(1) << 59, 0 },
		{ "reboot, far in the past", 2, 20 * SECOND, -(INT64_C(1) << 59), 30 * MINUTE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct clock_case *c = &cases[i];
		struct limit_record record = fresh(100 * SECOND);
		struct limit_status status;
		struct now now = {
			.boot_ms = c->boot_ms,
			.real_ms = record.anchor.real_ms + c->real_ms,
			.boot_id = { c->boot },
		};

		record.locked = true;
		record.locked_at_ms = 100 * SECOND;
		status = look(&record, &now);
		if (status.locked_for_ms != c->locked_for_ms ||
		    status.standing != (c->locked_for_ms > 0 ? LIMIT_LOCKED : LIMIT_FREE))
			fail_msg("%s: locked for %jd ms", c->name, (intmax_t)status.locked_for_ms);
		/* And from there on it ends by the new clock. */
		now.boot_ms += 30 * MINUTE;
		assert_int_equal(look(&record, &now).standing, LIMIT_FREE);
	}
}

static void
a_redefined_age_must_be_saved(void **state)
{
	struct limit_record record = fresh(100 * SECOND);
	struct now now = now_at(200 * SECOND);

	(void)state;
	record.locked = true;
	record.locked_at_ms = 100 * SECOND;
	assert_false(limit_rebase(&record, &now));
	now = now_at(50 * SECOND);
	assert_true(limit_rebase(&record, &now));
	assert_false(limit_rebase(&record, &now));
	assert_int_equal(record.locked_at_ms, 50 * SECOND);
	now.boot_id[0] = 9;
	assert_true(limit_rebase(&record, &now));
	assert_false(limit_rebase(&record, &now));
}

static void
the_age_at_the_anchor_survives_reboots(void **state)
{
	struct limit_record record = fresh(0);
	struct now now = now_at(9 * MINUTE);

	(void)state;
	limit_text_add(&record, &(struct now){ .boot_ms = 0, .boot_id = { 1 } }, &texts, 1);
	(void)!limit_rebase(&record, &now);
	/* Three reboots, a minute of real time each, seconds after the start. */
	for (uint8_t boot = 2; boot <= 4; boot++) {
		now.boot_id[0] = boot;
		now.boot_ms = 3 * SECOND;
		now.real_ms += 20 * SECOND;
		assert_true(limit_rebase(&record, &now));
		assert_int_equal(now.boot_ms - record.stamps[0].at_ms,
			9 * MINUTE + (boot - 1) * 20 * SECOND);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_failures_lock_for_half_an_hour),
		cmocka_unit_test(a_hundred_failures_in_a_row_disable_for_good),
		cmocka_unit_test(a_success_clears_even_what_its_own_attempt_did),
		cmocka_unit_test(limits_lowered_later_hold_at_once),
		cmocka_unit_test(who_is_disabled_stays_so_when_the_limit_is_raised),
		cmocka_unit_test(a_shorter_lock_ends_sooner),
		cmocka_unit_test(clocks_neither_lengthen_nor_end_a_lock),
		cmocka_unit_test(a_redefined_age_must_be_saved),
		cmocka_unit_test(the_age_at_the_anchor_survives_reboots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
