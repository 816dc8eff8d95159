/* SPDX-License-Identifier: BSD-2-Clause */
/* What is remembered of a gateway, and for how long. */
#include "health_bench.h"

static void
a_new_table_knows_nothing(void **state)
{
	struct bench bench;
	struct health_row *row;
	struct stat st;

	bench_open(*state, &bench);
	assert_string_equal(bench.fault.text, "");
	row = row_of(&bench, "one");
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
	assert_int_equal(offers_of(row), -1);
	assert_int_equal(stat(scratch_path(*state, "run/gateways"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, (8 + 64 * 4) * 8);
	bench_close(&bench);
}

static void
each_failure_doubles_the_rest_up_to_a_quarter_of_an_hour(void **state)
{
	static const int64_t rests[] = { 60, 120, 240, 480, 900, 900, 900 };
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
		note(&bench, row, HEALTH_FAILED, 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), rests[i] * SECOND);
		bench.now.boot_ms += rests[i] * SECOND - 1;
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 1);
		bench.now.boot_ms++;
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
		bench.now.boot_ms += HOUR;
	}
	/* However many there are, the count does not begin anew. */
	for (int i = 0; i < 600; i++) {
		bench.now.boot_ms += 2 * SECOND;
		note(&bench, row, HEALTH_FAILED, 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 900 * SECOND);
	}
	bench_close(&bench);
}

static void
what_worked_has_no_past(void **state)
{
	static const enum health_sign signs[] = { HEALTH_WORKED, HEALTH_ANSWERED };
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	for (size_t i = 0; i < 2; i++) {
		note(&bench, row, HEALTH_FAILED, 0);
		bench.now.boot_ms += 2 * SECOND;
		note(&bench, row, HEALTH_FAILED, 3000);
		note(&bench, row, signs[i], 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
		note(&bench, row, HEALTH_FAILED, 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), MINUTE);
		note(&bench, row, HEALTH_NONE, 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), MINUTE);
		note(&bench, row, HEALTH_WORKED, 0);
	}
	bench_close(&bench);
}

static void
failures_side_by_side_count_as_one(void **state)
{
	struct bench bench;
	struct health_row *row;
	struct health_note late = { .sign = HEALTH_FAILED };

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	note(&bench, row, HEALTH_FAILED, 0);
	for (int i = 1; i <= 50; i++) {
		late.begun_ms = bench.now.boot_ms - SECOND;
		late.ended_ms = bench.now.boot_ms + i;
		health_note(row, &late);
	}
	assert_int_equal(health_rest_ms(row, late.ended_ms), MINUTE);
	late.begun_ms = late.ended_ms;
	health_note(row, &late);
	assert_int_equal(health_rest_ms(row, late.ended_ms), 2 * MINUTE);
	bench_close(&bench);
}

static void
what_the_gateway_asks_for_holds(void **state)
{
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	note(&bench, row, HEALTH_FAILED, 30);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), MINUTE);
	bench.now.boot_ms += 10 * SECOND;
	note(&bench, row, HEALTH_FAILED, 1800);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 1800 * SECOND);
	/* Tried all the same, since there was no other: the half hour stays. */
	bench.now.boot_ms += 100 * SECOND;
	note(&bench, row, HEALTH_FAILED, 0);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 1700 * SECOND);
	note(&bench, row, HEALTH_WORKED, 0);
	note(&bench, row, HEALTH_FAILED, UINT32_MAX);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), HOUR);
	/* It was one failure all the same. */
	bench.now.boot_ms += HOUR;
	note(&bench, row, HEALTH_FAILED, 0);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 2 * MINUTE);
	bench_close(&bench);
}

static void
each_gateway_of_each_configuration_has_its_own_row(void **state)
{
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	note(&bench, row, HEALTH_FAILED, 0);
	assert_ptr_equal(row_of(&bench, "one"), row);
	assert_ptr_not_equal(row_of(&bench, "two"), row);
	assert_int_equal(health_rest_ms(row_of(&bench, "two"), bench.now.boot_ms), 0);
	assert_ptr_not_equal(health_find(bench.health, "/etc/other", "one"), row);
	assert_ptr_not_equal(health_find(bench.health, "/etc/smsotpo", "ne"), row);
	/* And the next login finds it. */
	bench_again(&bench);
	assert_int_equal(health_rest_ms(row_of(&bench, "one"), bench.now.boot_ms), MINUTE);
	bench_close(&bench);
}

static void
a_full_table_knows_what_it_knew(void **state)
{
	struct bench bench;
	char name[16];

	bench_open(*state, &bench);
	for (int i = 0; i < HEALTH_ROWS; i++) {
		snprintf(name, sizeof name, "g%d", i);
		note(&bench, row_of(&bench, name), HEALTH_FAILED, (uint32_t)(100 + i));
	}
	assert_null(health_find(bench.health, "/etc/smsotp", "one-more"));
	for (int i = 0; i < HEALTH_ROWS; i++) {
		snprintf(name, sizeof name, "g%d", i);
		assert_int_equal(health_rest_ms(row_of(&bench, name), bench.now.boot_ms),
			(100 + i) * SECOND);
	}
	/* Without a row nothing is known, and nothing breaks. */
	note(&bench, NULL, HEALTH_FAILED, 0);
	assert_int_equal(health_rest_ms(NULL, bench.now.boot_ms), 0);
	assert_int_equal(offers_of(NULL), -1);
	assert_true(health_alert(NULL, bench.now.boot_ms));
	assert_true(health_alert(NULL, bench.now.boot_ms));
	assert_null(health_find(NULL, "/etc/smsotp", "one"));
	bench_close(&bench);
}

static void
offers_are_kept_until_others_are_known(void **state)
{
	struct health_note written = { .sign = HEALTH_FAILED, .offers_known = true, .offers = 3 };
	struct bench bench;

	bench_open(*state, &bench);
	health_note(row_of(&bench, "one"), &written);
	assert_int_equal(offers_of(row_of(&bench, "one")), 3);
	note(&bench, row_of(&bench, "one"), HEALTH_WORKED, 0);
	assert_int_equal(offers_of(row_of(&bench, "one")), 3);
	written.offers = 0;
	health_note(row_of(&bench, "one"), &written);
	assert_int_equal(offers_of(row_of(&bench, "one")), 0);
	bench_close(&bench);
}

static void
an_alert_is_given_once_an_hour_and_after_it_worked(void **state)
{
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	assert_true(health_alert(row, bench.now.boot_ms));
	assert_false(health_alert(row, bench.now.boot_ms));
	/* By one that read the clock before. */
	assert_false(health_alert(row, bench.now.boot_ms - 5));
	assert_true(health_alert(row_of(&bench, "two"), bench.now.boot_ms));
	bench.now.boot_ms += HOUR - 1;
	assert_false(health_alert(row, bench.now.boot_ms));
	bench.now.boot_ms++;
	assert_true(health_alert(row, bench.now.boot_ms));
	note(&bench, row, HEALTH_FAILED, 0);
	note(&bench, row, HEALTH_ANSWERED, 0);
	assert_false(health_alert(row, bench.now.boot_ms));
	note(&bench, row, HEALTH_WORKED, 0);
	assert_true(health_alert(row, bench.now.boot_ms));
	assert_false(health_alert(row, bench.now.boot_ms));
	bench_close(&bench);
}

/* A login may read the clock, and another's attempt fail, before it looks at the table. */
static void
a_failure_after_the_clock_was_read_counts_as_now(void **state)
{
	const struct health_note without_a_clock = {
		.sign = HEALTH_FAILED, .begun_ms = -1, .ended_ms = -1,
	};
	struct bench bench;
	struct health_row *row;

	bench_open(*state, &bench);
	row = row_of(&bench, "one");
	note(&bench, row, HEALTH_FAILED, 0);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms - SECOND), MINUTE);
	note(&bench, row, HEALTH_WORKED, 0);
	/* As from the first moment of the boot, and not into its neighbours' bits. */
	health_note(row, &without_a_clock);
	assert_int_equal(health_rest_ms(row, 0), MINUTE);
	assert_int_equal(health_rest_ms(row, MINUTE - 1), 1);
	assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
	bench_close(&bench);
}

/* Written into a row's state and alert word: a table is data, and no login may hang on it. */
static void
no_stamp_can_put_it_to_rest_for_long(void **state)
{
	static const uint64_t words[] = {
		UINT64_MAX, UINT64_C(1) << 63, UINT64_C(0xfffffffffff) << 20 | 0xfffff,
		(uint64_t)(6 * HOUR) << 20 | 1 << 12 | 4095, 0xfff, 1 << 12 | 0xfff,
	};
	uint64_t row_words[4];
	struct bench bench;
	off_t place = -1;
	int fd;

	bench_open(*state, &bench);
	note(&bench, row_of(&bench, "one"), HEALTH_FAILED, 0);
	fd = open(scratch_path(*state, "run/gateways"), O_RDWR | O_CLOEXEC);
	for (off_t at = 64; place < 0; at += 32) {
		assert_int_equal(pread(fd, row_words, 32, at), 32);
		if (row_words[0] != 0)
			place = at + 8;
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const uint64_t both[] = { words[i], words[i] };
		struct health_row *row = row_of(&bench, "one");
		int64_t rest;

		assert_int_equal(pwrite(fd, both, sizeof both, place), sizeof both);
		rest = health_rest_ms(row, bench.now.boot_ms);
		assert_true(rest >= 0 && rest <= HEALTH_ASKED_MOST_MS);
		/* Of a failure in some hundred years. */
		if (words[i] >> 20 > (uint64_t)(7 * HOUR))
			assert_int_equal(rest, 0);
		rest = health_rest_ms(row, INT64_MAX);
		assert_true(rest >= 0 && rest <= HEALTH_ASKED_MOST_MS);
		if (health_alert(row, bench.now.boot_ms))
			assert_false(health_alert(row, bench.now.boot_ms));
		note(&bench, row, HEALTH_FAILED, 0);
		rest = health_rest_ms(row, bench.now.boot_ms);
		assert_true(rest >= MINUTE && rest <= HEALTH_ASKED_MOST_MS);
		bench.now.boot_ms += 2 * HOUR;
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
		note(&bench, row, HEALTH_WORKED, 0);
		assert_true(health_alert(row, bench.now.boot_ms));
	}
	close(fd);
	bench_close(&bench);
}

static void
turns(struct health_row *const rows[], uint32_t avoid, int64_t now_ms, const char *expected)
{
	unsigned int numbers[4];
	char found[8] = "";

	health_turns(rows, 4, avoid, now_ms, numbers);
	for (unsigned int i = 0; i < 4; i++)
		found[i] = (char)('0' + numbers[i]);
	assert_string_equal(found, expected);
}

static void
who_failed_lately_comes_last_and_who_is_avoided_before_that(void **state)
{
	struct health_row *rows[4] = { NULL };
	struct bench bench;

	bench_open(*state, &bench);
	/* Of one without a row nothing is known. */
	for (int i = 0; i < 3; i++)
		rows[i] = row_of(&bench, (const char *[]){ "a", "b", "c" }[i]);
	turns(rows, 0, bench.now.boot_ms, "0123");
	turns(rows, 1 << 0 | 1 << 2, bench.now.boot_ms, "1302");
	note(&bench, rows[1], HEALTH_FAILED, 0);
	bench.now.boot_ms += 10 * SECOND;
	note(&bench, rows[0], HEALTH_FAILED, 0);
	turns(rows, 0, bench.now.boot_ms, "2310");
	turns(rows, 1 << 2, bench.now.boot_ms, "3210");
	turns(rows, 0, bench.now.boot_ms + 50 * SECOND, "1230");
	turns(rows, 0, bench.now.boot_ms + MINUTE, "0123");
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_table_knows_nothing),
		TEST(each_failure_doubles_the_rest_up_to_a_quarter_of_an_hour),
		TEST(what_worked_has_no_past),
		TEST(failures_side_by_side_count_as_one),
		TEST(what_the_gateway_asks_for_holds),
		TEST(each_gateway_of_each_configuration_has_its_own_row),
		TEST(a_full_table_knows_what_it_knew),
		TEST(offers_are_kept_until_others_are_known),
		TEST(an_alert_is_given_once_an_hour_and_after_it_worked),
		TEST(a_failure_after_the_clock_was_read_counts_as_now),
		TEST(no_stamp_can_put_it_to_rest_for_long),
		TEST(who_failed_lately_comes_last_and_who_is_avoided_before_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
