/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy on a record: backup codes; and how they stand in its bytes. Offsets: FORMATS. */
#include "limit_bench.h"

#include "core/fault.h"
#include "core/limit_record.h"

#define BACKUP 2360

static const struct limit_backup_new ten = { .serial = 77, .count = 10 };
static const struct limit_backup_new for_a_night = {
	.serial = 78, .count = 1, .lifetime_ms = 8 * HOUR,
};

static unsigned int
left_at(struct limit_record *record, const struct now *now)
{
	(void)!limit_rebase(record, now);
	return limit_backup_left(record, now);
}

static void
each_is_used_once(void **state)
{
	struct limit_record record = fresh(0);
	struct now now = now_at(MINUTE);

	(void)state;
	assert_int_equal(limit_backup_left(&record, &now), 0);
	assert_false(limit_backup_use(&record, 0));
	limit_backup_start(&record, &now, &ten);
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(limit_backup_left(&record, &now), 10 - i);
		assert_true(limit_backup_use(&record, 9 - i));
		assert_false(limit_backup_use(&record, 9 - i));
	}
	assert_int_equal(limit_backup_left(&record, &now), 0);
	assert_int_equal(limit_backup_expires_in(&record, &now), 0);
	/* There is no eleventh, nor one beyond what a record can have. */
	limit_backup_start(&record, &now, &ten);
	assert_false(limit_backup_use(&record, 10));
	assert_false(limit_backup_use(&record, 20));
	assert_false(limit_backup_use(&record, 32));
	assert_false(limit_backup_use(&record, UINT32_MAX));
	assert_int_equal(limit_backup_left(&record, &now), 10);
	limit_backup_end(&record);
	assert_int_equal(limit_backup_left(&record, &now), 0);
}

static void
twenty_are_the_most(void **state)
{
	const struct limit_backup_new twenty = { .serial = 1, .count = 20 };
	struct limit_record record = fresh(0);
	struct now now = now_at(0);
	unsigned int used = 0;

	(void)state;
	limit_backup_start(&record, &now, &twenty);
	assert_int_equal(limit_backup_left(&record, &now), 20);
	for (unsigned int i = 0; i < 64; i++)
		used += limit_backup_use(&record, i);
	assert_int_equal(used, 20);
}

/* Neither a right texted code nor an administrator's unlock, which both clear failures. */
static void
cleared_failures_take_no_code_away(void **state)
{
	struct limit_record record = fresh(0);
	struct now now = now_at(0);

	(void)state;
	limit_backup_start(&record, &now, &ten);
	limit_success(&record);
	assert_int_equal(limit_backup_left(&record, &now), 10);
}

static void
they_expire(void **state)
{
	struct limit_record record = fresh(0);
	struct now now = now_at(HOUR);

	(void)state;
	limit_backup_start(&record, &now, &for_a_night);
	assert_int_equal(limit_backup_expires_in(&record, &now), 8 * HOUR);
	now = now_at(9 * HOUR - 1);
	assert_int_equal(left_at(&record, &now), 1);
	assert_int_equal(limit_backup_expires_in(&record, &now), 1);
	now = now_at(9 * HOUR);
	assert_int_equal(left_at(&record, &now), 0);
	assert_int_equal(limit_backup_expires_in(&record, &now), 0);

	/* Those without an end are good in years. */
	limit_backup_start(&record, &now, &ten);
	now = now_at(5 * 365 * 24 * HOUR);
	assert_int_equal(left_at(&record, &now), 10);
	assert_int_equal(limit_backup_expires_in(&record, &now), 0);
}

/* Across a boot real time counts on; a clock that was set back gives nothing of it back. */
static void
reboots_and_clocks_do_not_revive_them(void **state)
{
	struct limit_record record = fresh(0);
	struct now now = now_at(0);

	(void)state;
	limit_backup_start(&record, &now, &for_a_night);
	now = now_at(3 * HOUR);
	assert_int_equal(left_at(&record, &now), 1);
	/* Another boot, five minutes up, four hours later by the clock. */
	now.boot_id[0] = 2;
	now.boot_ms = 5 * MINUTE;
	now.real_ms += 4 * HOUR;
	assert_true(limit_rebase(&record, &now));
	assert_int_equal(limit_backup_expires_in(&record, &now), HOUR);
	/* And another, with the clock at 1970: seven hours have passed for good. */
	now.boot_id[0] = 3;
	now.boot_ms = MINUTE;
	now.real_ms = 0;
	assert_true(limit_rebase(&record, &now));
	assert_int_equal(limit_backup_expires_in(&record, &now), HOUR);
	now.boot_ms += HOUR;
	assert_int_equal(left_at(&record, &now), 0);
}

static void
they_are_written_as_documented(void **state)
{
	static const uint8_t written[28] = {
		0, 0, 0, 0, 0, 0, 0, 78, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 1, 0xb7, 0x74, 0,
		0, 0, 0, 1,
	};
	struct limit_record record = fresh(0), read;
	const struct now now = now_at(1024);
	uint8_t body[RECORD_BODY_SIZE];

	(void)state;
	limit_backup_start(&record, &now, &for_a_night);
	limit_record_put(&record, body);
	assert_memory_equal(&body[BACKUP], written, sizeof written);
	assert_int_equal(limit_record_get(body, RECORD_USER, &read), 0);
	assert_memory_equal(&read.backup, &record.backup, sizeof read.backup);
	/* A phone has none. */
	assert_int_equal(limit_record_get(body, RECORD_PHONE, &read), FAULT_DAMAGED);
}

static void
what_cannot_be_is_damage(void **state)
{
	static const struct { size_t at; uint8_t value; } damage[] = {
		{ 7, 0 },	/* no serial, and something behind it */
		{ 8, 0x7f },	/* made at no instant that a clock shows */
		{ 16, 0x80 },	/* good for less than nothing */
		{ 19, 0x10 },	/* for longer than a year */
		{ 24, 0x80 },	/* a 32nd code */
		{ 25, 0x10 },	/* a 21st code */
		{ 28, 1 },	/* behind it */
	};
	struct limit_record record = fresh(0), read;
	const struct now now = now_at(1024);
	uint8_t body[RECORD_BODY_SIZE];

	(void)state;
	limit_backup_start(&record, &now, &for_a_night);
	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		limit_record_put(&record, body);
		body[BACKUP + damage[i].at] = damage[i].value;
		assert_int_equal(limit_record_get(body, RECORD_USER, &read), FAULT_DAMAGED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_used_once),
		cmocka_unit_test(twenty_are_the_most),
		cmocka_unit_test(cleared_failures_take_no_code_away),
		cmocka_unit_test(they_expire),
		cmocka_unit_test(reboots_and_clocks_do_not_revive_them),
		cmocka_unit_test(they_are_written_as_documented),
		cmocka_unit_test(what_cannot_be_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
