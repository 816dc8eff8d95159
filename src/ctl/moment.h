/* SPDX-License-Identifier: BSD-2-Clause */
/* A time, or how long, as an administrator writes it in the command line. */
#ifndef SMSOTP_CTL_MOMENT_H
#define SMSOTP_CTL_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* For messages: what moment_read takes. */
#define MOMENT_FORMS "like \"7d\", \"24h\", \"today\", \"2026-11-29\" or \"2026-11-29T06:40:08Z\""

/*
 * How long: weeks, days, hours or minutes, "2w", "7d", "24h", "90m", of up to four digits. False:
 * it is none.
 */
bool moment_span(const char *text, int64_t *ret_ms) __attribute__((warn_unused_result));

/*
 * In UTC: "today" (its beginning), a day (its beginning), an instant, or how long ago, as
 * moment_span reads it. False: it is none.
 */
bool moment_read(const char *text, int64_t now_ms, int64_t *ret_ms)
	__attribute__((warn_unused_result));

#endif
