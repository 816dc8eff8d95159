/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of budgets in a private folder. */
#ifndef SMSOTP_TESTS_BUDGET_BENCH_H
#define SMSOTP_TESTS_BUDGET_BENCH_H

#include "state_crowd.h"

#include <stdbool.h>

#include "core/budget.h"
#include "core/directory.h"
#include "core/fault.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static const uint8_t key[BUDGET_KEY_SIZE] = { 7, 1, 3 };

struct bench {
	struct directory directory;
	struct limit_budget limits;
	struct budget_settings settings;
	struct budget *budget;
	struct now now;
};

static inline void
bench_open(const struct scratch *scratch, struct bench *ret_bench)
{
	struct bench *bench = ret_bench;

	memset(bench, 0, sizeof *bench);
	bench->limits.client = (struct limit_texts){ .unredeemed = 5, .window_ms = HOUR };
	bench->limits.host = (struct limit_texts){
		.unredeemed = 20, .daily = 50, .window_ms = HOUR,
	};
	bench->settings = (struct budget_settings){
		.directory = &bench->directory, .key = key, .limits = &bench->limits,
	};
	bench->now = (struct now){ .boot_ms = 5 * HOUR, .real_ms = 1, .boot_id = { 1 } };
	assert_int_equal(directory_open(scratch_path(scratch, "run"), DIRECTORY_VOLATILE,
		&bench->directory, NULL), 0);
	assert_int_equal(budget_open(&bench->settings, &bench->now, &bench->budget, NULL), 0);
}

static inline void
bench_close(struct bench *bench)
{
	budget_close(&bench->budget);
	directory_close(&bench->directory);
}

static inline enum budget_refusal
reserve_for(struct bench *bench, const char *client, int64_t *ret_wait_ms)
{
	const struct budget_text text = { .client = client };
	enum budget_refusal refusal = BUDGET_HOST;

	assert_int_equal(budget_reserve(bench->budget, &text, &bench->now, &refusal, ret_wait_ms,
		NULL), 0);
	return refusal;
}

static inline enum budget_refusal
reserve(struct bench *bench, const char *client)
{
	int64_t wait_ms;

	return reserve_for(bench, client, &wait_ms);
}

static inline void
give_back(struct bench *bench, const char *client, enum budget_reason reason, int64_t at_ms)
{
	const struct budget_text text = { .client = client };
	const struct budget_return back = { .reason = reason, .reserved_boot_ms = at_ms };

	assert_int_equal(budget_give_back(bench->budget, &text, &back, &bench->now, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

#endif
