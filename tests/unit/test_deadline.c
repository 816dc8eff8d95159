/* SPDX-License-Identifier: BSD-2-Clause */
/* Absolute deadlines: never early, never negative, never past what poll(2) takes. */
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "wire/deadline.h"

static void
test_over_at_once(void **state)
{
	(void)state;
	assert_int_equal(deadline_left_ms(deadline_in(0)), 0);
	assert_int_equal(deadline_left_ms(deadline_in(-5)), 0);
	assert_int_equal(deadline_poll_ms(deadline_in(INT64_MIN)), 0);
	assert_int_equal(deadline_left_ms((struct deadline){ .at_ms = INT64_MIN }), 0);
}

static void
test_far_away(void **state)
{
	(void)state;
	assert_int_equal(deadline_poll_ms(deadline_in(INT64_MAX)), INT_MAX);
	assert_true(deadline_left_ms(deadline_in(INT64_MAX)) > INT64_C(1) << 62);
}

static void
test_poll_is_never_early(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		struct deadline soon = deadline_in(7);
		/* Starts each round at another fraction of a millisecond. */
		const struct timespec shift = { 0, i * 53000 };

		assert_in_range(deadline_poll_ms(soon), 1, 7);
		nanosleep(&shift, NULL);
		poll(NULL, 0, deadline_poll_ms(soon));
		assert_int_equal(deadline_left_ms(soon), 0);
	}
}

static void
test_monotonic_clock(void **state)
{
	struct timespec now;
	int64_t before = deadline_clock_ms(), ms;

	(void)state;
	/* A step of the wall clock must not move a deadline. */
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	assert_in_range(ms, before, deadline_clock_ms());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_over_at_once),
		cmocka_unit_test(test_far_away),
		cmocka_unit_test(test_poll_is_never_early),
		cmocka_unit_test(test_monotonic_clock),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
