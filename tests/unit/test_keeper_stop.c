/* SPDX-License-Identifier: BSD-2-Clause */
/* When helpers begin, and how the module ends it all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper_play.h"

static void
test_start_after(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 5000);
	int64_t start_ms = deadline_clock_ms();
	struct keeper *keeper;
	struct keeper_status status;

	(void)state;
	job.start_after_ms = 300;
	keeper = start(&job);
	keeper_poll(keeper, 0, &status);
	assert_int_equal(status.state, KEEPER_WAITING);
	assert_false(status.began);
	keeper_poll(keeper, 5000, &status);
	assert_true(deadline_clock_ms() - start_ms >= 300);
	assert_int_equal(status.state, KEEPER_ACCEPTED);
	assert_true(status.began);
	keeper_stop(&keeper, NULL);
}

static void
test_stop_before_start(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "never", NULL }, 5000);
	int64_t start_ms = deadline_clock_ms();
	char path[PATH_MAX + 8];
	struct keeper *keeper;
	struct keeper_status status;

	(void)state;
	job.start_after_ms = 60000;
	keeper = start(&job);
	keeper_poll(keeper, 50, &status);
	keeper_stop(&keeper, &status);
	/* It went when told, not because it was killed after half a second. */
	assert_true(deadline_clock_ms() - start_ms < 450);
	assert_int_equal(status.state, KEEPER_WAITING);
	assert_false(status.began);
	assert_false(status.ambiguous);
	assert_int_equal(status.attempt_count, 0);
	snprintf(path, sizeof path, "%s/never", fake_directory);
	assert_int_equal(access(path, F_OK), -1);
}

/* A stop at any instant: if it says that nothing began, then no helper has run. */
static void
test_began_is_exact(void **state)
{
	unsigned int began = 0, not_begun = 0;

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct keeper_job job = fake_job((const char *[]){ "hang.exact", NULL }, 5000);
		struct keeper *keeper;
		struct keeper_status status;
		char path[PATH_MAX + 16];

		job.start_after_ms = 5;
		keeper = start(&job);
		poll(NULL, 0, i % 12);
		keeper_stop(&keeper, &status);
		snprintf(path, sizeof path, "%s/hang.exact", fake_directory);
		if (status.began) {
			began++;
			(void)unlink(path);
			assert_int_equal(status.attempt_count, 1);
		} else {
			not_begun++;
			assert_int_equal(access(path, F_OK), -1);
		}
	}
	assert_true(began > 0 && not_begun > 0);
}

static void
test_stop_during_a_send(void **state)
{
	static const struct {
		const char *how;
		enum wire_outcome outcome;
	} cases[] = { { "hang", WIRE_UNREACHABLE }, { "posting-stubborn", WIRE_AMBIGUOUS } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *gateways[] = { cases[i].how, "accept", NULL };
		struct keeper_job job = fake_job(gateways, 60000);
		struct keeper *keeper = start(&job);
		struct keeper_status status;
		pid_t helper, keeper_pid;
		int64_t start_ms;

		assert_true(fake_pids(cases[i].how, &helper, &keeper_pid));
		start_ms = deadline_clock_ms();
		keeper_stop(&keeper, &status);
		assert_true(deadline_clock_ms() - start_ms < 450);
		assert_int_equal(kill(helper, 0), -1);
		assert_int_equal(kill(keeper_pid, 0), -1);
		assert_int_equal(status.state, KEEPER_FAILED);
		assert_true(status.began);
		assert_int_equal(status.attempt_count, 1);
		assert_true(status.attempts[0].ended);
		assert_int_equal(status.attempts[0].reply.outcome, cases[i].outcome);
		assert_string_equal(status.attempts[0].reply.detail, "stopped: the login is over");
		assert_int_equal(status.ambiguous, cases[i].outcome == WIRE_AMBIGUOUS);
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_after),
		cmocka_unit_test(test_stop_before_start),
		cmocka_unit_test(test_began_is_exact),
		cmocka_unit_test(test_stop_during_a_send),
	};

	fake_main(argc, argv);
	return cmocka_run_group_tests_name("keeper: stop", tests, fake_setup, fake_teardown);
}
