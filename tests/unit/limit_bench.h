/* SPDX-License-Identifier: BSD-2-Clause */
/* Records and clocks for tests of the policy. */
#ifndef SMSOTP_TESTS_LIMIT_BENCH_H
#define SMSOTP_TESTS_LIMIT_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/limit.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define YEAR_2025 INT64_C(1735689600000)

static const struct limit_texts texts = { .unredeemed = 3, .daily = 40, .window_ms = 10 * MINUTE };

static inline struct now
now_at(int64_t boot_ms)
{
	return (struct now){ .boot_ms = boot_ms, .real_ms = YEAR_2025 + boot_ms, .boot_id = { 1 } };
}

static inline struct limit_record
fresh(int64_t boot_ms)
{
	struct limit_record record;
	struct now now = now_at(boot_ms);

	limit_start(&now, &record);
	return record;
}

#endif
