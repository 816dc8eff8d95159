/* SPDX-License-Identifier: BSD-2-Clause */
/* One record in a private folder, whose body is told by a number. */
#ifndef SMSOTP_TESTS_RECORD_BENCH_H
#define SMSOTP_TESTS_RECORD_BENCH_H

#include "state_crowd.h"

#include <stdbool.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/record.h"

static const uint8_t owner[RECORD_OWNER_SIZE] = { 0, 0, 3, 0xe8 };

struct bench {
	struct directory directory;
	struct record_place place;
	int fd;				/* of the file itself, for meddling */
};

static inline void
fill(uint8_t body[static RECORD_BODY_SIZE], unsigned int seed)
{
	for (size_t i = 0; i < RECORD_BODY_SIZE; i++)
		body[i] = (uint8_t)(seed * 31 + i * 7 + i / 256);
}

static inline unsigned int
seed_of(const uint8_t *body)
{
	uint8_t expected[RECORD_BODY_SIZE];

	for (unsigned int seed = 0; seed < 64; seed++) {
		fill(expected, seed);
		if (memcmp(body, expected, sizeof expected) == 0)
			return seed;
	}
	return 999;
}

static inline struct record *
open_record(const struct bench *bench)
{
	uint8_t initial[RECORD_BODY_SIZE];
	struct record *record = NULL;
	struct fault fault = { .text = "" };

	fill(initial, 0);
	if (record_open(&bench->place, initial, &record, &fault) != 0)
		fail_msg("%s", fault.text);
	return record;
}

static inline void
write_record(const struct bench *bench, unsigned int seed, enum record_write how)
{
	struct record *record = open_record(bench);
	uint8_t body[RECORD_BODY_SIZE];

	fill(body, seed);
	assert_int_equal(record_write(record, body, how, NULL), 0);
	assert_int_equal(seed_of(record_body(record)), seed);
	record_close(&record);
}

static inline void
bench_open(const struct scratch *scratch, enum directory_life life, struct bench *ret_bench)
{
	struct record *record;

	*ret_bench = (struct bench){ .fd = -1 };
	assert_int_equal(directory_open(scratch_path(scratch, "users"), life, &ret_bench->directory,
		NULL), 0);
	ret_bench->place = (struct record_place){
		.directory = &ret_bench->directory, .name = "1000", .kind = RECORD_USER,
	};
	memcpy(ret_bench->place.owner, owner, sizeof owner);
	record = open_record(ret_bench);
	record_close(&record);
	ret_bench->fd = open(scratch_path(scratch, "users/1000"), O_RDWR | O_CLOEXEC);
	assert_true(ret_bench->fd >= 0);
}

static inline void
bench_close(struct bench *bench)
{
	close(bench->fd);
	directory_close(&bench->directory);
}

static inline void
get_file(const struct bench *bench, uint8_t ret_bytes[static RECORD_FILE_SIZE])
{
	assert_int_equal(pread(bench->fd, ret_bytes, RECORD_FILE_SIZE, 0), RECORD_FILE_SIZE);
}

static inline void
put_file(const struct bench *bench, const uint8_t bytes[static RECORD_FILE_SIZE])
{
	assert_int_equal(pwrite(bench->fd, bytes, RECORD_FILE_SIZE, 0), RECORD_FILE_SIZE);
}

/* The seed in force, or the fault. */
static inline int
state_of(const struct bench *bench)
{
	struct record *record = NULL;
	int result = record_open(&bench->place, NULL, &record, NULL);

	if (result == 0) {
		assert_non_null(record);
		result = (int)seed_of(record_body(record));
	}
	record_close(&record);
	return result;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

#endif
