/* SPDX-License-Identifier: BSD-2-Clause */
/* Two-slot records: torn, flipped, damaged, foreign. */
#include "record_bench.h"

#include "core/record_slot.h"

static void
records_are_made_and_updated(void **state)
{
	static const enum directory_life lives[] = { DIRECTORY_DURABLE, DIRECTORY_VOLATILE };

	for (size_t i = 0; i < 2; i++) {
		struct bench bench;
		struct stat st;

		bench_open(*state, lives[i], &bench);
		assert_int_equal(fstat(bench.fd, &st), 0);
		assert_int_equal(st.st_size, 8192);
		assert_int_equal(st.st_mode & 07777, 0600);
		for (unsigned int seed = 1; seed < 8; seed++) {
			write_record(&bench, seed, seed % 3 == 0 ? RECORD_LAZY : RECORD_DURABLE);
			assert_int_equal(state_of(&bench), seed);
		}
		bench_close(&bench);
		assert_int_equal(unlink(scratch_path(*state, "users/1000")), 0);
	}
}

static void
a_missing_one_is_not_made_for_a_look(void **state)
{
	struct bench bench;
	struct record *record = NULL;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	bench.place.name = "1001";
	assert_int_equal(record_open(&bench.place, NULL, &record, NULL), 0);
	assert_null(record);
	assert_int_equal(access(scratch_path(*state, "users/1001"), F_OK), -1);
	bench_close(&bench);
}

/* Which slot two images of the file differ in. */
static size_t
slot_changed(const uint8_t *before, const uint8_t *after)
{
	bool first = memcmp(before, after, RECORD_SLOT_SIZE) != 0;
	bool second = memcmp(before + RECORD_SLOT_SIZE, after + RECORD_SLOT_SIZE,
		RECORD_SLOT_SIZE) != 0;

	assert_true(first != second);
	return first ? 0 : RECORD_SLOT_SIZE;
}

static void
a_torn_write_leaves_the_old_state_or_the_new(void **state)
{
	static const enum record_write steps[] = {
		RECORD_DURABLE, RECORD_DURABLE, RECORD_LAZY,
		RECORD_LAZY, RECORD_DURABLE, RECORD_LAZY,
	};
	uint8_t before[RECORD_FILE_SIZE], after[RECORD_FILE_SIZE], torn[RECORD_FILE_SIZE];
	struct bench bench;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	for (unsigned int step = 0; step < 6; step++) {
		/* Tearing over a lazy slot uncovers the durable state before it. */
		bool over_lazy = step > 0 && steps[step - 1] == RECORD_LAZY;
		int news = 0;
		size_t slot;

		get_file(&bench, before);
		write_record(&bench, step + 1, steps[step]);
		get_file(&bench, after);
		slot = slot_changed(before, after);
		for (size_t length = 0; length <= RECORD_SLOT_SIZE; length++) {
			int seed;

			memcpy(torn, before, sizeof torn);
			memcpy(torn + slot, after + slot, length);
			put_file(&bench, torn);
			seed = state_of(&bench);
			if (seed == (int)step + 1)
				news++;
			else if (over_lazy)
				assert_true(seed >= 0 && seed <= (int)step);
			else
				assert_int_equal(seed, step);
		}
		/*
		 * Only with the last byte of the checksum is it the new one (and once more should
		 * that be equal).
		 */
		assert_in_range(news, 1, 3);
		/* Sectors in any order. */
		for (unsigned int sectors = 0; sectors < 256; sectors++) {
			memcpy(torn, before, sizeof torn);
			for (size_t i = 0; i < 8; i++) {
				if ((sectors >> i & 1) != 0)
					memcpy(torn + slot + i * 512, after + slot + i * 512, 512);
			}
			put_file(&bench, torn);
			assert_in_range(state_of(&bench), 0, step + 1);
		}
		put_file(&bench, after);
	}
	bench_close(&bench);
}

static void
a_flipped_byte_denies_or_leaves_the_other_slot(void **state)
{
	uint8_t bytes[RECORD_FILE_SIZE];
	struct bench bench;
	size_t newest;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	write_record(&bench, 1, RECORD_DURABLE);
	get_file(&bench, bytes);
	write_record(&bench, 2, RECORD_DURABLE);
	{
		uint8_t after[RECORD_FILE_SIZE];

		get_file(&bench, after);
		newest = slot_changed(bytes, after);
		memcpy(bytes, after, sizeof bytes);
	}
	for (size_t at = 0; at < RECORD_FILE_SIZE; at++) {
		bool in_newest = at / RECORD_SLOT_SIZE == newest / RECORD_SLOT_SIZE;
		bool settled = at % RECORD_SLOT_SIZE == RECORD_SETTLED_OFFSET;
		uint8_t flipped = bytes[at] ^ 0x81;
		int seed;

		assert_int_equal(pwrite(bench.fd, &flipped, 1, (off_t)at), 1);
		seed = state_of(&bench);
		if (settled || !in_newest)
			assert_true(seed == 2 || seed == FAULT_DAMAGED);
		else
			assert_true(seed == 1 || seed == FAULT_DAMAGED);
		assert_int_equal(pwrite(bench.fd, &bytes[at], 1, (off_t)at), 1);
	}
	bench_close(&bench);
}

/* It says only that a sync can be spared: decayed, it must not make the older slot count. */
static void
a_settled_byte_that_is_neither_is_not_settled(void **state)
{
	uint8_t bytes[RECORD_FILE_SIZE];
	struct bench bench;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	write_record(&bench, 1, RECORD_DURABLE);
	write_record(&bench, 2, RECORD_DURABLE);
	get_file(&bench, bytes);
	for (size_t slot = 0; slot < 2; slot++) {
		uint8_t *at = &bytes[slot * RECORD_SLOT_SIZE];
		const struct record_slot expected = {
			.kind = (enum record_kind)at[11], .owner = at + 24,
		};
		struct record_slot found;

		for (int value = 0; value < 256; value++) {
			at[RECORD_SETTLED_OFFSET] = (uint8_t)value;
			assert_int_equal(record_slot_get(at, &expected, &found), RECORD_SLOT_VALID);
			assert_int_equal(found.settled, value == 1);
		}
	}
	bench_close(&bench);
}

static void
damage_is_never_taken_for_empty(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 8191, 8193, 16384 };
	uint8_t good[RECORD_FILE_SIZE], bytes[4 * RECORD_SLOT_SIZE] = { 0 };
	struct bench bench;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	write_record(&bench, 1, RECORD_DURABLE);
	get_file(&bench, good);

	put_file(&bench, bytes);
	assert_int_equal(state_of(&bench), FAULT_DAMAGED);
	/* A newer version in either slot, whatever the other says. */
	for (size_t slot = 0; slot < 2; slot++) {
		memcpy(bytes, good, sizeof good);
		bytes[slot * RECORD_SLOT_SIZE + 9] = RECORD_VERSION + 1;
		put_file(&bench, bytes);
		assert_int_equal(state_of(&bench), FAULT_DAMAGED);
	}
	/* The same slot twice: which is newer cannot be told. */
	memcpy(bytes, good, RECORD_SLOT_SIZE);
	memcpy(bytes + RECORD_SLOT_SIZE, good, RECORD_SLOT_SIZE);
	put_file(&bench, bytes);
	assert_int_equal(state_of(&bench), FAULT_DAMAGED);

	memcpy(bytes, good, sizeof good);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		scratch_write_bytes(*state, "users/1000", 0600, bytes, sizes[i]);
		assert_int_equal(state_of(&bench), FAULT_DAMAGED);
	}
	scratch_write_bytes(*state, "users/1000", 0600, good, sizeof good);
	assert_int_equal(state_of(&bench), 1);
	bench_close(&bench);
}

static void
another_owners_or_kinds_record_is_refused(void **state)
{
	struct bench bench;

	bench_open(*state, DIRECTORY_DURABLE, &bench);
	bench.place.owner[3] ^= 1;
	assert_int_equal(state_of(&bench), FAULT_DAMAGED);
	bench.place.owner[3] ^= 1;
	bench.place.kind = RECORD_PHONE;
	assert_int_equal(state_of(&bench), FAULT_DAMAGED);
	bench.place.kind = RECORD_USER;
	assert_int_equal(state_of(&bench), 0);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_are_made_and_updated),
		TEST(a_missing_one_is_not_made_for_a_look),
		TEST(a_torn_write_leaves_the_old_state_or_the_new),
		TEST(a_flipped_byte_denies_or_leaves_the_other_slot),
		TEST(a_settled_byte_that_is_neither_is_not_settled),
		TEST(damage_is_never_taken_for_empty),
		TEST(another_owners_or_kinds_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
