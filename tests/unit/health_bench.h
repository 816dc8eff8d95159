/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of gateways in a private folder. */
#ifndef SMSOTP_TESTS_HEALTH_BENCH_H
#define SMSOTP_TESTS_HEALTH_BENCH_H

#include "state_crowd.h"

#include <stdbool.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/health.h"
#include "core/limit.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct bench {
	struct directory directory;
	struct now now;
	struct fault fault;
	struct health *health;
};

static inline void
bench_open(const struct scratch *scratch, struct bench *ret_bench)
{
	struct bench *bench = ret_bench;

	memset(bench, 0, sizeof *bench);
	bench->now = (struct now){ .boot_ms = 5 * HOUR, .real_ms = 1, .boot_id = { 1 } };
	assert_int_equal(directory_open(scratch_path(scratch, "run"), DIRECTORY_VOLATILE,
		&bench->directory, NULL), 0);
	assert_int_equal(health_open(&bench->directory, &bench->now, &bench->health,
		&bench->fault), 0);
}

static inline void
bench_close(struct bench *bench)
{
	health_close(&bench->health);
	directory_close(&bench->directory);
}

/* The same folder, as the next login finds it. */
static inline void
bench_again(struct bench *bench)
{
	health_close(&bench->health);
	bench->fault.text[0] = '\0';
	assert_int_equal(health_open(&bench->directory, &bench->now, &bench->health,
		&bench->fault), 0);
}

static inline struct health_row *
row_of(struct bench *bench, const char *name)
{
	struct health_row *row = health_find(bench->health, "/etc/smsotp", name);

	assert_non_null(row);
	return row;
}

/* An attempt that was begun a second ago and has just ended. */
static inline void
note(struct bench *bench, struct health_row *row, enum health_sign sign, uint32_t retry_after_s)
{
	const struct health_note written = {
		.sign = sign, .retry_after_s = retry_after_s,
		.begun_ms = bench->now.boot_ms - SECOND, .ended_ms = bench->now.boot_ms,
	};

	health_note(row, &written);
}

/* What is known to be offered, or -1. */
static inline int64_t
offers_of(struct health_row *row)
{
	uint32_t offers;

	return health_offers(row, &offers) ? (int64_t)offers : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

#endif
