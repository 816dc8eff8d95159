/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Days and instants in UTC, as text. Not by gmtime and timegm: with TZ set to one of the "right/"
 * zones, and TZ is the caller's, they count leap seconds.
 */
#ifndef SMSOTP_CORE_UTC_H
#define SMSOTP_CORE_UTC_H

#include <stdbool.h>
#include <stdint.h>

#define UTC_DAY_LENGTH 10	/* YYYY-MM-DD */
#define UTC_LENGTH 20		/* YYYY-MM-DDThh:mm:ssZ */

/*
 * Milliseconds since 1970, of the beginning of a day from 1970 to 9999. Reads UTC_DAY_LENGTH bytes,
 * or fewer of a text that ends sooner, and does not look behind them. False: that is no day.
 */
bool utc_read_day(const char *text, int64_t *ret_ms) __attribute__((warn_unused_result));

/* The same of an instant, UTC_LENGTH bytes. */
bool utc_read(const char *text, int64_t *ret_ms) __attribute__((warn_unused_result));

/* Whole seconds, rounded down; what is no instant from 1970 to 9999 becomes the nearest one. */
void utc_write(int64_t ms, char ret_text[static UTC_LENGTH + 1]);

#endif
