/* SPDX-License-Identifier: BSD-2-Clause */
/* Instants in UTC: held against the C library's calendar, which is asked with TZ unset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "core/utc.h"

#define DAY_S INT64_C(86400)

static void
test_every_day(void **state)
{
	char ours[UTC_LENGTH + 1], theirs[32];

	(void)state;
	/* All days to the end of 9999, at another time of each. */
	for (int64_t day = 0; day < 2932897; day++) {
		const time_t second = day * DAY_S + day * 7919 % DAY_S;
		struct tm tm;
		int64_t ms = -1;

		assert_non_null(gmtime_r(&second, &tm));
		assert_int_equal(strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &tm),
			UTC_LENGTH);
		utc_write(second * 1000 + day % 1000, ours);
		assert_string_equal(ours, theirs);
		assert_true(utc_read(ours, &ms));
		assert_int_equal(ms, second * 1000);
		assert_true(utc_read_day(ours, &ms));
		assert_int_equal(ms, day * DAY_S * 1000);
	}
}

static void
test_bounds(void **state)
{
	char text[UTC_LENGTH + 1];

	(void)state;
	utc_write(-1, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	utc_write(INT64_MIN, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	utc_write(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void
test_what_is_none(void **state)
{
	static const char *const none[] = { "", "2026", "2026-11-29", "2026-11-29T06:40:08",
		"2026-11-29 06:40:08Z", "2026-11-29T06:40:08z", "2026-11-29T24:00:00Z",
		"2026-11-29T06:60:08Z", "2026-11-29T06:40:60Z", "2026-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-31T00:00:00Z",
		"2026-11-00T00:00:00Z", "1969-12-31T23:59:59Z", "+026-11-29T06:40:08Z",
		"2026-1-29T06:40:08ZZ", "2026-11-29T-6:40:08Z" };
	int64_t ms = 77;

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		if (utc_read(none[i], &ms))
			fail_msg("taken: %s", none[i]);
		assert_int_equal(ms, 77);
	}
	assert_false(utc_read_day("2026-11-2", &ms));
	assert_true(utc_read_day("2026-11-29T", &ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
