/* SPDX-License-Identifier: BSD-2-Clause */
/* The keeper against helpers that answer, refuse, hang, die, lie and flood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/prctl.h>

#include "keeper_play.h"

/* The second by which the gateway side may overrun. */
#define SLACK_MS 1000

/* Start, wait for the outcome, stop: what stop says must be what poll said. */
static struct keeper_status
run(const char *const *gateways, int64_t timeout_ms)
{
	struct keeper_job job = fake_job(gateways, timeout_ms);
	struct keeper *keeper = start(&job);
	struct keeper_status polled, stopped;

	keeper_poll(keeper, timeout_ms + SLACK_MS, &polled);
	keeper_stop(&keeper, &stopped);
	assert_null(keeper);
	assert_true(polled.state == KEEPER_ACCEPTED || polled.state == KEEPER_FAILED);
	assert_int_equal(stopped.state, polled.state);
	assert_int_equal(stopped.attempt_count, polled.attempt_count);
	assert_int_equal(stopped.ambiguous, polled.ambiguous);
	assert_true(stopped.began);
	assert_true(fake_childless());
	return stopped;
}

static void
test_accepted(void **state)
{
	struct keeper_status status = run((const char *[]){ "accept", "refuse", NULL }, 5000);

	(void)state;
	assert_int_equal(status.state, KEEPER_ACCEPTED);
	assert_int_equal(status.attempt_count, 1);
	assert_false(status.ambiguous);
	assert_true(status.attempts[0].ended);
	assert_int_equal(status.attempts[0].target, 0);
	assert_int_equal(status.attempts[0].reply.outcome, WIRE_ACCEPTED);
	assert_string_equal(status.attempts[0].reply.message_id, "m-1");
}

static void
test_promises_to_helpers(void **state)
{
	struct keeper_status status = run((const char *[]){ "inspect", NULL }, 5000);

	(void)state;
	assert_string_equal(status.attempts[0].reply.detail, "line 0");
	assert_int_equal(status.state, KEEPER_ACCEPTED);
}

static void
test_run(void **state)
{
	static const struct {
		const char *how, *detail;
		enum wire_outcome outcome;
	} cases[] = {
		{ "accept", "request", WIRE_ACCEPTED }, { "refuse", "busy", WIRE_PASSING },
		{ "numbers", "malformed reply", WIRE_UNREACHABLE },
		{ "posting-killed", "helper died (signal 9)", WIRE_AMBIGUOUS },
		{ "hang", "timed out", WIRE_UNREACHABLE },
		{ "linger", "and stays", WIRE_ACCEPTED },
	};
	struct keeper_attempt attempt;
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *targets[] = { cases[i].how, NULL };
		const bool hangs = strcmp(cases[i].how, "hang") == 0;
		struct keeper_job job = fake_job(targets, hangs ? 500 : 5000);
		const int64_t begun_ms = deadline_clock_ms();

		memset(&attempt, 0xa5, sizeof attempt);
		assert_int_equal(keeper_run(&job, &attempt, &fault), 0);
		assert_true(deadline_clock_ms() - begun_ms <= job.timeout_ms + SLACK_MS);
		assert_true(!hangs || deadline_clock_ms() - begun_ms >= job.timeout_ms);
		assert_int_equal(attempt.target, 0);
		assert_true(attempt.ended);
		assert_int_equal(attempt.reply.outcome, cases[i].outcome);
		assert_string_equal(attempt.reply.detail, cases[i].detail);
		assert_true(fake_childless());
	}
}

/* What cannot be run at all leaves nothing behind, and *ret as it was. */
static void
test_run_without_a_keeper(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 0);
	struct keeper_attempt attempt, untouched;
	struct fault fault;

	(void)state;
	memset(&attempt, 0xa5, sizeof attempt);
	untouched = attempt;
	assert_int_equal(keeper_run(&job, &attempt, &fault), FAULT_SYSTEM);
	assert_memory_equal(&attempt, &untouched, sizeof attempt);
	assert_true(fake_childless());
}

static void
test_refused_by_all(void **state)
{
	struct keeper_status status = run((const char *[]){ "refuse", "refuse.2", NULL }, 5000);

	(void)state;
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_int_equal(status.attempt_count, 2);
	assert_false(status.ambiguous);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(status.attempts[i].target, i);
		assert_int_equal(status.attempts[i].reply.outcome, WIRE_PASSING);
		assert_string_equal(status.attempts[i].reply.detail, "busy");
	}
}

/* What each kind of misbehaviour counts as; the next gateway always gets its turn. */
static void
test_misbehaviour(void **state)
{
	static const struct {
		const char *how;
		enum wire_outcome outcome;
		const char *detail;
		bool slow;	/* must take its whole share of the time */
	} cases[] = {
		{ "refuse", WIRE_PASSING, "busy", false },
		{ "posting-refuse", WIRE_PASSING, "busy", false },
		{ "hang", WIRE_UNREACHABLE, "timed out", true },
		{ "posting-hang", WIRE_AMBIGUOUS, "timed out", true },
		{ "stubborn", WIRE_UNREACHABLE, "timed out", true },
		{ "mute", WIRE_UNREACHABLE, "timed out", true },
		{ "posting-mute", WIRE_AMBIGUOUS, "timed out", true },
		{ "killed", WIRE_UNREACHABLE, "helper died (signal 9)", false },
		{ "posting-killed", WIRE_AMBIGUOUS, "helper died (signal 9)", false },
		{ "three", WIRE_UNREACHABLE, "helper ended without a reply (status 3)", false },
		{ "posting-three", WIRE_AMBIGUOUS, "helper ended without a reply (status 3)",
			false },
		{ "truncated", WIRE_UNREACHABLE, "malformed reply", false },
		{ "posting-truncated", WIRE_AMBIGUOUS, "malformed reply", false },
		{ "trailing", WIRE_UNREACHABLE, "malformed reply", false },
		{ "version", WIRE_UNREACHABLE, "malformed reply", false },
		{ "kind", WIRE_UNREACHABLE, "malformed reply", false },
		{ "oversize", WIRE_UNREACHABLE, "malformed reply", false },
		{ "empty", WIRE_UNREACHABLE, "malformed reply", false },
		{ "posting-empty", WIRE_AMBIGUOUS, "malformed reply", false },
		{ "garbage", WIRE_UNREACHABLE, "malformed reply", false },
		{ "posting-garbage", WIRE_AMBIGUOUS, "malformed reply", false },
		{ "fd", WIRE_UNREACHABLE, "malformed reply", false },
		{ "numbers", WIRE_UNREACHABLE, "malformed reply", false },
		{ "posting-numbers", WIRE_AMBIGUOUS, "malformed reply", false },
		{ "flood", WIRE_AMBIGUOUS, "malformed reply", false },
		{ "noise", WIRE_UNREACHABLE, "malformed reply", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *gateways[] = { cases[i].how, "accept", NULL };
		/*
		 * Those that are to hang get half a second, the others time enough for any
		 * machine.
		 */
		struct keeper_status status = run(gateways, cases[i].slow ? 1000 : 10000);
		const struct keeper_attempt *bad = &status.attempts[0];
		pid_t helper, keeper;

		assert_true(status.attempt_count >= 1);
		if (bad->reply.outcome != cases[i].outcome ||
			strcmp(bad->reply.detail, cases[i].detail) != 0)
			fail_msg("%s: %s, \"%s\"", cases[i].how,
				wire_outcome_name(bad->reply.outcome), bad->reply.detail);
		assert_int_equal(status.ambiguous, cases[i].outcome == WIRE_AMBIGUOUS);
		if (cases[i].slow)
			assert_in_range(bad->elapsed_ms, 500, 500 + SLACK_MS);
		else
			assert_true(bad->elapsed_ms < 5000);
		assert_int_equal(status.attempt_count, 2);
		/*
		 * What is left may be too little for a helper on a loaded machine, never for its
		 * turn.
		 */
		if (!cases[i].slow)
			assert_int_equal(status.state, KEEPER_ACCEPTED);
		assert_true(fake_pids(cases[i].how, &helper, &keeper));
		assert_int_equal(kill(helper, 0), -1);
		assert_int_equal(kill(keeper, 0), -1);
	}
}

static void
test_lingering_helper(void **state)
{
	struct keeper_status status = run((const char *[]){ "linger", NULL }, 10000);
	pid_t helper, keeper;

	(void)state;
	/* Its reply is the verdict; it gets no time beyond that. */
	assert_int_equal(status.state, KEEPER_ACCEPTED);
	assert_true(status.attempts[0].elapsed_ms < 5000);
	assert_true(fake_pids("linger", &helper, &keeper));
	assert_int_equal(kill(helper, 0), -1);
}

static void
test_grandchild(void **state)
{
	const char *gateways[] = { "posting-grandchild", "accept", NULL };
	struct keeper_status status = run(gateways, 10000);
	pid_t grandchild, helper;

	(void)state;
	assert_int_equal(status.attempts[0].reply.outcome, WIRE_AMBIGUOUS);
	assert_string_equal(status.attempts[0].reply.detail,
		"helper ended without a reply (status 0)");
	assert_int_equal(status.state, KEEPER_ACCEPTED);
	assert_true(fake_pids("grandchild", &grandchild, &helper));
	assert_true(fake_gone(grandchild, SLACK_MS));
}

static void
test_shares_of_the_time(void **state)
{
	static const char *const gateways[] = { "hang.1", "stubborn.2", "refuse.3",
		"posting-hang.4", "hang.5", NULL };
	int64_t start_ms = deadline_clock_ms(), took;
	struct keeper_status status = run(gateways, 2000);

	(void)state;
	took = deadline_clock_ms() - start_ms;
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_int_equal(status.attempt_count, 5);
	assert_true(took >= 2000 && took < 2000 + SLACK_MS);
	/* A fifth each, and what the third did not need is the others'. */
	assert_in_range(status.attempts[0].elapsed_ms, 400, 400 + SLACK_MS);
	assert_in_range(status.attempts[1].elapsed_ms, 390, 400 + SLACK_MS);
	assert_in_range(status.attempts[4].elapsed_ms, 410, 600 + SLACK_MS);
	assert_true(status.ambiguous);
	assert_int_equal(status.attempts[3].reply.outcome, WIRE_AMBIGUOUS);
	assert_int_equal(status.attempts[4].reply.outcome, WIRE_UNREACHABLE);
}

/* Anybody can run su with a slack of hours, and then the host's own waits may be that late. */
static int
host_with_slack(void)
{
	struct keeper_job job = fake_job((const char *[]){ "hang.slack", NULL }, 300);
	struct keeper_status status;
	struct keeper *keeper;

	WANT(prctl(PR_SET_TIMERSLACK, 5000000000ul, 0, 0, 0) == 0);
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	keeper_poll(keeper, 60000, &status);
	keeper_stop(&keeper, NULL);
	WANT(status.state == KEEPER_FAILED && status.attempt_count == 1);
	WANT(status.attempts[0].elapsed_ms >= 300 && status.attempts[0].elapsed_ms < 2000);
	return 0;
}

static void
test_hosts_timer_slack(void **state)
{
	(void)state;
	play(host_with_slack);
}

static void
test_helper_that_cannot_start(void **state)
{
	static const struct {
		const char *path, *detail;
	} cases[] = {
		{ "/nonexistent/helper", "helper could not be started: No such file or directory" },
		{ "/dev/null", "helper could not be started: Permission denied" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *gateways[] = { "accept", "accept.2", NULL };
		struct keeper_job job = fake_job(gateways, 5000);
		struct keeper *keeper;
		struct keeper_status status;

		job.helper = cases[i].path;
		keeper = start(&job);
		keeper_poll(keeper, 5000, &status);
		keeper_stop(&keeper, NULL);
		assert_int_equal(status.state, KEEPER_FAILED);
		assert_int_equal(status.attempt_count, 2);
		assert_false(status.ambiguous);
		assert_int_equal(status.attempts[1].reply.outcome, WIRE_UNREACHABLE);
		assert_string_equal(status.attempts[1].reply.detail, cases[i].detail);
	}
}

/* The socket holds all that a keeper can say, at its longest, for a module that does not read. */
static void
test_module_that_does_not_read(void **state)
{
	static const char *const gateways[] = { "verbose.1", "verbose.2", "verbose.3", "verbose.4",
		"verbose.5", "verbose.6", "verbose.7", "verbose.8", NULL };
	struct keeper_job job = fake_job(gateways, 20000);
	struct keeper *keeper = start(&job);
	struct keeper_status status;
	pid_t helper, keeper_pid;

	(void)state;
	assert_true(fake_pids("verbose.8", &helper, &keeper_pid));
	assert_true(fake_gone(keeper_pid, 5000));
	keeper_poll(keeper, 0, &status);
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_int_equal(status.attempt_count, KEEPER_ATTEMPTS_MAX);
	for (size_t i = 0; i < KEEPER_ATTEMPTS_MAX; i++) {
		assert_int_equal(status.attempts[i].reply.outcome, WIRE_OPERATOR);
		assert_int_equal(strlen(status.attempts[i].reply.detail), WIRE_DETAIL_SIZE - 1);
	}
	keeper_stop(&keeper, NULL);
}

static void
test_senseless_jobs(void **state)
{
	static const char *const gateways[] = { "accept", NULL };
	struct wire_request unterminated = fake_request;
	struct keeper *keeper = NULL;
	struct fault fault = { 0 };
	struct keeper_job job;

	(void)state;
	memset(unterminated.text, 'x', sizeof unterminated.text);
	for (int i = 0; i < 6; i++) {
		job = fake_job(gateways, 5000);
		switch (i) {
		case 0: job.helper = "relative/helper"; break;
		case 1: job.target_count = 0; break;
		case 2: job.target_count = KEEPER_ATTEMPTS_MAX + 1; break;
		case 3: job.timeout_ms = 0; break;
		case 4: job.start_after_ms = -1; break;
		case 5: job.request = &unterminated; break;
		}
		memset(&fault, 0, sizeof fault);
		assert_int_equal(keeper_start(&job, &keeper, &fault), FAULT_SYSTEM);
		assert_int_equal(fault.kind, FAULT_SYSTEM);
		assert_true(strlen(fault.text) > 0);
		assert_null(keeper);
	}
	keeper_stop(&keeper, NULL);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_promises_to_helpers),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_run_without_a_keeper),
		cmocka_unit_test(test_refused_by_all),
		cmocka_unit_test(test_misbehaviour),
		cmocka_unit_test(test_lingering_helper),
		cmocka_unit_test(test_grandchild),
		cmocka_unit_test(test_shares_of_the_time),
		cmocka_unit_test(test_hosts_timer_slack),
		cmocka_unit_test(test_helper_that_cannot_start),
		cmocka_unit_test(test_module_that_does_not_read),
		cmocka_unit_test(test_senseless_jobs),
	};

	fake_main(argc, argv);
	return cmocka_run_group_tests_name("keeper", tests, fake_setup, fake_teardown);
}
