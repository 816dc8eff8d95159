/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy on a record: texts and calls; and the record as bytes. */
#include "limit_bench.h"

#include <stdlib.h>

#include "core/fault.h"
#include "core/limit_record.h"

static int64_t
wait_at(const struct limit_record *record, int64_t boot_ms, const struct limit_texts *limits)
{
	struct now now = now_at(boot_ms);

	return limit_text_wait(record, &now, limits);
}

static void
add_at(struct limit_record *record, int64_t boot_ms, uint64_t serial)
{
	struct now now = now_at(boot_ms);

	limit_text_add(record, &now, &texts, serial);
}

static void
unredeemed_texts_fill_the_window(void **state)
{
	struct limit_record record = fresh(0);

	(void)state;
	add_at(&record, 0, 1);
	add_at(&record, MINUTE, 2);
	assert_int_equal(wait_at(&record, 2 * MINUTE, &texts), 0);
	add_at(&record, 2 * MINUTE, 3);
	assert_int_equal(wait_at(&record, 2 * MINUTE, &texts), 8 * MINUTE);
	assert_int_equal(wait_at(&record, 10 * MINUTE - 1, &texts), 1);
	assert_int_equal(wait_at(&record, 10 * MINUTE, &texts), 0);
	/* Redeemed or cancelled, any of the three makes room; another serial does not. */
	limit_redeem(&record, 9);
	assert_int_equal(wait_at(&record, 3 * MINUTE, &texts), 7 * MINUTE);
	limit_redeem(&record, 2);
	assert_int_equal(wait_at(&record, 3 * MINUTE, &texts), 0);
	assert_int_equal(record.count, 3);
	add_at(&record, 3 * MINUTE, 4);
	assert_int_equal(wait_at(&record, 3 * MINUTE, &texts), 7 * MINUTE);
	limit_cancel(&record, 2);
	assert_int_equal(record.count, 4);
	limit_cancel(&record, 4);
	assert_int_equal(record.count, 3);
	assert_int_equal(wait_at(&record, 3 * MINUTE, &texts), 0);
}

static void
a_lower_limit_waits_for_as_many_as_it_takes(void **state)
{
	const struct limit_texts one = { .unredeemed = 1, .daily = 0, .window_ms = 10 * MINUTE };
	struct limit_record record = fresh(0);

	(void)state;
	for (int i = 0; i < 3; i++)
		add_at(&record, i * MINUTE, (uint64_t)i + 1);
	assert_int_equal(wait_at(&record, 3 * MINUTE, &one), 9 * MINUTE);
}

static void
redeemed_texts_count_for_the_day(void **state)
{
	struct limit_record record = fresh(0);

	(void)state;
	for (int i = 0; i < 40; i++) {
		assert_int_equal(wait_at(&record, i * MINUTE, &texts), 0);
		add_at(&record, i * MINUTE, (uint64_t)i + 1);
		limit_redeem(&record, (uint64_t)i + 1);
	}
	assert_int_equal(wait_at(&record, 40 * MINUTE, &texts), LIMIT_DAY_MS - 40 * MINUTE);
	assert_int_equal(wait_at(&record, LIMIT_DAY_MS - 1, &texts), 1);
	assert_int_equal(wait_at(&record, LIMIT_DAY_MS, &texts), 0);
	add_at(&record, LIMIT_DAY_MS, 41);
	assert_int_equal(record.count, 40);
}

static void
a_full_record_forgets_only_what_no_window_counts(void **state)
{
	const struct limit_texts most = { .unredeemed = 32, .daily = 0, .window_ms = 10 * MINUTE };
	struct limit_record record = fresh(0);

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct now now = now_at(i * SECOND);

		if (limit_text_wait(&record, &now, &most) == 0) {
			limit_text_add(&record, &now, &most, (uint64_t)i + 1);
			if (i >= 31)
				limit_redeem(&record, (uint64_t)i + 1);
		}
	}
	assert_int_equal(record.count, LIMIT_TEXTS);
	for (uint64_t serial = 1; serial <= 31; serial++)
		assert_true(limit_unredeemed(&record, serial));
	add_at(&record, 500 * SECOND, 1000);
	assert_true(wait_at(&record, 500 * SECOND, &most) > 0);
}

static void
calls_and_texts_count_apart(void **state)
{
	const struct limit_texts calls = {
		.unredeemed = 2, .daily = 5, .window_ms = HOUR, .kind = LIMIT_CALL,
	};
	struct limit_record record = fresh(0);
	struct now now = now_at(MINUTE);

	(void)state;
	for (uint64_t serial = 1; serial <= 3; serial++)
		add_at(&record, 0, serial);
	assert_int_equal(wait_at(&record, MINUTE, &texts), 9 * MINUTE);
	assert_int_equal(wait_at(&record, MINUTE, &calls), 0);
	limit_text_add(&record, &now, &calls, 3);
	limit_text_add(&record, &now, &calls, 3);
	assert_int_equal(wait_at(&record, MINUTE, &calls), HOUR);
	assert_int_equal(wait_at(&record, MINUTE, &texts), 9 * MINUTE);
	assert_int_equal(wait_at(&record, HOUR + MINUTE, &calls), 0);
	/* A code that was entered frees the places of its text and its calls. */
	limit_redeem(&record, 3);
	assert_false(limit_unredeemed(&record, 3));
	assert_int_equal(wait_at(&record, MINUTE, &calls), 0);
	assert_int_equal(wait_at(&record, MINUTE, &texts), 0);
	/* For the day they count on: three more, and no fourth. */
	for (uint64_t serial = 4; serial <= 6; serial++) {
		assert_int_equal(wait_at(&record, MINUTE, &calls), 0);
		limit_text_add(&record, &now, &calls, serial);
		limit_redeem(&record, serial);
	}
	assert_int_equal(wait_at(&record, MINUTE, &calls), LIMIT_DAY_MS);
	assert_int_equal(wait_at(&record, MINUTE, &texts), 0);
	/* Called alone, a code is as much to be redeemed as one that was texted. */
	now = now_at(2 * LIMIT_DAY_MS);
	limit_text_add(&record, &now, &calls, 7);
	assert_true(limit_unredeemed(&record, 7));
	limit_cancel(&record, 7);
	assert_false(limit_unredeemed(&record, 7));
}

/* However many of one kind there are, they push out none of the other's, and both fit. */
static void
a_full_record_gives_up_its_own_kind(void **state)
{
	const struct limit_texts kinds[] = {
		{ .unredeemed = 32, .daily = 0, .window_ms = HOUR, .kind = LIMIT_TEXT },
		{ .unredeemed = 32, .daily = 0, .window_ms = HOUR, .kind = LIMIT_CALL },
	};
	const unsigned int open[] = { LIMIT_UNREDEEMED_MAX, LIMIT_UNREDEEMED_CALLS_MAX };
	struct limit_record record = fresh(0);
	uint8_t body[RECORD_BODY_SIZE];
	struct limit_record read;
	uint64_t serial = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct now now = now_at(i * SECOND);
		const struct limit_texts *kind = &kinds[i % 2];

		if (limit_text_wait(&record, &now, kind) > 0)
			continue;
		limit_text_add(&record, &now, kind, ++serial);
		/* One less than may be open stays so; all later ones are entered at once. */
		if (i / 2 >= (int)open[i % 2] - 1)
			limit_redeem(&record, serial);
	}
	assert_int_equal(record.count, LIMIT_STAMPS);
	for (size_t kind = 0; kind < 2; kind++) {
		unsigned int count = 0, unredeemed = 0;

		for (size_t i = 0; i < record.count; i++) {
			count += record.stamps[i].kind == kind;
			unredeemed += record.stamps[i].kind == kind && record.stamps[i].unredeemed;
		}
		assert_int_equal(count, limit_stamps_of((enum limit_kind)kind));
		assert_int_equal(unredeemed, open[kind] - 1);
	}
	/* As full as it can be, it is a record like any other; with one too many of a kind not. */
	limit_record_put(&record, body);
	assert_int_equal(limit_record_get(body, RECORD_PHONE, &read), 0);
	for (size_t i = 0; i < record.count; i++) {
		record.stamps[i].kind = record.stamps[i].kind == LIMIT_TEXT ? LIMIT_CALL
			: LIMIT_TEXT;
		limit_record_put(&record, body);
		assert_int_equal(limit_record_get(body, RECORD_PHONE, &read), FAULT_DAMAGED);
		record.stamps[i].kind = record.stamps[i].kind == LIMIT_TEXT ? LIMIT_CALL
			: LIMIT_TEXT;
	}
}

/* What was written before there were calls: two texts, one of them entered, byte by byte. */
static void
a_record_of_before_calls_is_read(void **state)
{
	uint8_t body[RECORD_BODY_SIZE] = { 0 }, again[RECORD_BODY_SIZE];
	struct limit_record read;

	(void)state;
	body[0] = 1;
	body[23] = 100;
	body[47] = 2;
	body[63] = 50;
	body[71] = 7;
	body[75] = 1;
	body[87] = 60;
	body[95] = 8;
	assert_int_equal(limit_record_get(body, RECORD_USER, &read), 0);
	assert_int_equal(read.count, 2);
	assert_int_equal(read.stamps[0].kind, LIMIT_TEXT);
	assert_int_equal(read.stamps[1].kind, LIMIT_TEXT);
	assert_true(limit_unredeemed(&read, 7));
	assert_false(limit_unredeemed(&read, 8));
	limit_record_put(&read, again);
	assert_memory_equal(again, body, sizeof body);
	/* A call is the second flag of its stamp. */
	read.stamps[1].kind = LIMIT_CALL;
	limit_record_put(&read, again);
	assert_int_equal(again[99], 2);
	assert_int_equal(limit_record_get(again, RECORD_USER, &read), 0);
	assert_int_equal(read.stamps[1].kind, LIMIT_CALL);
	again[99] = 4;
	assert_int_equal(limit_record_get(again, RECORD_USER, &read), FAULT_DAMAGED);
}

/*
 * Nobody, however his clock runs, gets more than the limit in a window, nor waits longer than one.
 */
static void
random_clocks_never_loosen_a_limit(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 300; seed++) {
		struct limit_record record = fresh(0);
		struct now now = now_at(1000);
		int64_t granted[400], elapsed = 0;
		size_t count = 0;
		unsigned int random = seed;

		for (uint64_t step = 1; step <= 400; step++) {
			int64_t wait, forward = rand_r(&random) % (2 * MINUTE);

			elapsed += forward;
			now.boot_ms += forward;
			now.real_ms += forward;
			if (rand_r(&random) % 20 == 0) {
				/*
				 * A reboot of no duration; the clock comes back right or earlier.
				 */
				now.boot_id[0]++;
				now.boot_ms = rand_r(&random) % MINUTE;
				now.real_ms -= rand_r(&random) % 2 * (rand_r(&random) % HOUR);
			}
			(void)!limit_rebase(&record, &now);
			wait = limit_text_wait(&record, &now, &texts);
			assert_true(wait >= 0 && wait <= LIMIT_DAY_MS);
			if (wait > 0)
				continue;
			limit_text_add(&record, &now, &texts, step);
			granted[count++] = elapsed;
			if (count > 3)
				assert_true(elapsed - granted[count - 4] >= texts.window_ms);
		}
		assert_true(count > 20);
	}
}

static void
bodies_hold_every_field_and_nothing_else(void **state)
{
	struct limit_record record = fresh(12345), read;
	uint8_t body[RECORD_BODY_SIZE], again[RECORD_BODY_SIZE];

	(void)state;
	record.failures = 17;
	record.round = 7;
	record.disabled = record.locked = true;
	record.locked_at_ms = -5;
	for (uint64_t i = 0; i < LIMIT_STAMPS; i++)
		record.stamps[i] = (struct limit_stamp){
			.at_ms = (int64_t)i - 30,
			.serial = UINT64_MAX - i,
			.unredeemed = i % 2 == 0,
			.kind = i < LIMIT_TEXTS ? LIMIT_TEXT : LIMIT_CALL,
		};
	record.count = LIMIT_STAMPS;
	limit_record_put(&record, body);
	assert_int_equal(limit_record_get(body, RECORD_USER, &read), 0);
	assert_int_equal(read.failures, 17);
	assert_int_equal(read.round, 7);
	assert_true(read.disabled && read.locked);
	assert_int_equal(read.locked_at_ms, -5);
	assert_int_equal(read.anchor.real_ms, YEAR_2025 + 12345);
	assert_int_equal(read.stamps[63].serial, UINT64_MAX - 63);
	assert_false(read.stamps[63].unredeemed);
	assert_int_equal(limit_record_get(body, RECORD_PHONE, &read), FAULT_DAMAGED);

	/* The format is documented: big-endian; nothing behind a serial of 0 at 2360. */
	assert_memory_equal(&body[32], "\0\0\0\x11\0\0\0\x07\0\0\0\x03\0\0\0\x60", 16);
	for (size_t i = 2368; i < sizeof body; i++) {
		body[i] ^= 1;
		assert_int_equal(limit_record_get(body, RECORD_USER, &read), FAULT_DAMAGED);
		body[i] ^= 1;
	}
	/* Whatever is accepted is written back byte for byte. */
	for (size_t bit = 0; bit < 2388 * 8; bit++) {
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (limit_record_get(body, RECORD_USER, &read) == 0) {
			limit_record_put(&read, again);
			assert_memory_equal(again, body, sizeof body);
		}
		body[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unredeemed_texts_fill_the_window),
		cmocka_unit_test(a_lower_limit_waits_for_as_many_as_it_takes),
		cmocka_unit_test(redeemed_texts_count_for_the_day),
		cmocka_unit_test(a_full_record_forgets_only_what_no_window_counts),
		cmocka_unit_test(calls_and_texts_count_apart),
		cmocka_unit_test(a_full_record_gives_up_its_own_kind),
		cmocka_unit_test(a_record_of_before_calls_is_read),
		cmocka_unit_test(random_clocks_never_loosen_a_limit),
		cmocka_unit_test(bodies_hold_every_field_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
