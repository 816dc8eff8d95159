/* SPDX-License-Identifier: BSD-2-Clause */
/* Which outcome ends the sending, and what the keeper notes of each gateway. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "core/directory.h"
#include "core/health.h"
#include "core/limit.h"
#include "keeper_play.h"

#define MINUTE INT64_C(60000)

/* Made by the module before the keeper; the directory is the group's scratch one. */
static struct health *health;

static int64_t
boot_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
setup(void **state)
{
	const struct now now = { .boot_ms = boot_ms(), .boot_id = { 1 } };
	struct directory directory = DIRECTORY_NONE;
	char path[PATH_MAX + 8];
	int result;

	if (fake_setup(state) != 0)
		return -1;
	snprintf(path, sizeof path, "%s/run", fake_directory);
	result = directory_open(path, DIRECTORY_VOLATILE, &directory, NULL);
	if (result == 0)
		result = health_open(&directory, &now, &health, NULL);
	directory_close(&directory);
	return result;
}

static int
teardown(void **state)
{
	health_close(&health);
	return fake_teardown(state);
}

struct order {
	struct keeper_job job;
	struct health_row *rows[KEEPER_ATTEMPTS_MAX];
};

/* Rows are by name: gateways of different tests have different ones. */
static void
prepare(const char *const *gateways, int64_t timeout_ms, struct order *ret_order)
{
	ret_order->job = fake_job(gateways, timeout_ms);
	for (size_t i = 0; gateways[i] != NULL; i++) {
		ret_order->rows[i] = health_find(health, "/etc/smsotp", gateways[i]);
		assert_non_null(ret_order->rows[i]);
	}
	ret_order->job.health = ret_order->rows;
}

static struct keeper_status
run(struct order *order)
{
	struct keeper_status status;
	struct keeper *keeper = start(&order->job);

	keeper_poll(keeper, 20000, &status);
	keeper_stop(&keeper, NULL);
	return status;
}

static int64_t
rest_of(const struct order *order, size_t index)
{
	return health_rest_ms(order->rows[index], boot_ms());
}

/* What is known to be offered, or -1. */
static int64_t
offers_of(struct health_row *row)
{
	uint32_t offers;

	return health_offers(row, &offers) ? (int64_t)offers : -1;
}

static void
test_each_outcome(void **state)
{
	static const struct {
		const char *name;
		enum wire_outcome outcome;
		bool stops, rests;
	} cases[] = {
		{ "reply-1.each", WIRE_ACCEPTED, true, false },
		{ "reply-2.each", WIRE_RECIPIENT, true, false },
		{ "reply-3.each", WIRE_OPERATOR, false, true },
		{ "reply-4.each", WIRE_PASSING, false, true },
		{ "reply-5.each", WIRE_UNREACHABLE, false, true },
		{ "reply-6.each", WIRE_AMBIGUOUS, false, true },
		{ "reply-7.each", WIRE_UNRECOGNISED, false, true },
		{ "reply-8.each", WIRE_UNROUTABLE, false, false },
		{ "reply-9.each", WIRE_SKIPPED, false, false },
		{ "killed.each", WIRE_UNREACHABLE, false, true },
		{ "posting-killed.each", WIRE_AMBIGUOUS, false, true },
		{ "version.each", WIRE_UNREACHABLE, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *gateways[] = { cases[i].name, "accept", NULL };
		struct keeper_status status;
		struct order order = { 0 };

		prepare(gateways, 10000, &order);
		status = run(&order);
		assert_int_equal(status.attempts[0].reply.outcome, cases[i].outcome);
		assert_int_equal(status.attempt_count, cases[i].stops ? 1 : 2);
		assert_int_equal(status.state, cases[i].outcome == WIRE_RECIPIENT
			? KEEPER_FAILED : KEEPER_ACCEPTED);
		if (cases[i].rests)
			assert_in_range(rest_of(&order, 0), MINUTE - 5000, MINUTE);
		else
			assert_int_equal(rest_of(&order, 0), 0);
		assert_int_equal(rest_of(&order, 1), 0);
	}
}

/* The keeper alone, without a module that would end it when it goes on. */
static void
test_the_keeper_itself_stops(void **state)
{
	static const char *const names[] = { "reply-1.alone", "reply-2.alone" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct order order = { 0 };
		pid_t helper, keeper_pid;
		struct keeper *keeper;

		prepare((const char *[]){ names[i], "reply-4-1.next", NULL }, 10000, &order);
		keeper = start(&order.job);
		assert_true(fake_pids(names[i], &helper, &keeper_pid));
		assert_true(fake_gone(keeper_pid, 5000));
		keeper_stop(&keeper, NULL);
		assert_int_equal(offers_of(order.rows[1]), -1);
		assert_int_equal(rest_of(&order, 1), 0);
	}
}

static void
test_what_worked_or_answered_rests_no_more(void **state)
{
	static const char *const names[] = { "reply-1.again", "reply-2.again", "reply-8.again",
		"reply-9.again" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct health_note failed = {
			.sign = HEALTH_FAILED, .begun_ms = boot_ms(), .ended_ms = boot_ms(),
		};
		struct order order = { 0 };

		prepare((const char *[]){ names[i], NULL }, 10000, &order);
		health_note(order.rows[0], &failed);
		assert_true(rest_of(&order, 0) > 0);
		(void)run(&order);
		/* One that was not even asked has shown nothing. */
		assert_int_equal(rest_of(&order, 0) > 0, i == 3);
	}
}

static void
test_retry_after_and_offers(void **state)
{
	struct order order = { 0 };

	(void)state;
	prepare((const char *[]){ "reply-4-3-1800", "reply-1-1", NULL }, 10000, &order);
	(void)run(&order);
	assert_in_range(rest_of(&order, 0), 30 * MINUTE - 5000, 30 * MINUTE);
	assert_int_equal(offers_of(order.rows[0]), 3);
	assert_int_equal(offers_of(order.rows[1]), WIRE_OFFERS_VOICE);
	/* A helper that died cannot have said that there is nothing any more. */
	{
		const struct health_note offering = { .offers_known = true, .offers = 2 };
		struct order other = { 0 };

		prepare((const char *[]){ "killed.offers", "reply-3.offers", "reply-9.offers",
			NULL }, 10000, &other);
		for (size_t i = 0; i < 3; i++)
			health_note(other.rows[i], &offering);
		(void)run(&other);
		assert_int_equal(offers_of(other.rows[0]), 2);
		assert_int_equal(offers_of(other.rows[1]), 2);
		assert_int_equal(offers_of(other.rows[2]), 0);
	}
}

static void
test_calls_and_queries_only_tell_what_is_offered(void **state)
{
	static const enum wire_task tasks[] = { WIRE_TASK_VOICE, WIRE_TASK_STATUS };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *name = i == 0 ? "reply-3-1.call" : "reply-3-1.status";
		struct wire_request request = fake_request;
		struct order order = { 0 };

		prepare((const char *[]){ name, NULL }, 10000, &order);
		request.task = tasks[i];
		if (tasks[i] == WIRE_TASK_STATUS) {
			request.text[0] = request.code[0] = '\0';
			strcpy(request.message_id, "m-1");
		}
		order.job.request = &request;
		assert_int_equal(run(&order).attempts[0].reply.outcome, WIRE_OPERATOR);
		assert_int_equal(rest_of(&order, 0), 0);
		assert_int_equal(offers_of(order.rows[0]), WIRE_OFFERS_VOICE);
	}
}

static void
test_without_rows(void **state)
{
	struct order order = { 0 };

	(void)state;
	prepare((const char *[]){ "refuse.rowless", "accept.rowless", NULL }, 10000, &order);
	order.rows[0] = NULL;
	assert_int_equal(run(&order).state, KEEPER_ACCEPTED);
	order.job.health = NULL;
	assert_int_equal(run(&order).state, KEEPER_ACCEPTED);
	assert_int_equal(rest_of(&order, 1), 0);
}

/* Waits until a row rests; false after five seconds. */
static bool
comes_to_rest(struct health_row *row)
{
	for (int i = 0; i < 500 && health_rest_ms(row, boot_ms()) == 0; i++)
		poll(NULL, 0, 10);
	return health_rest_ms(row, boot_ms()) > 0;
}

static void
test_noted_while_nobody_polls(void **state)
{
	struct order order = { 0 };
	struct keeper *keeper;

	(void)state;
	prepare((const char *[]){ "refuse.blind", "hang.blind", NULL }, 20000, &order);
	keeper = start(&order.job);
	assert_true(comes_to_rest(order.rows[0]));
	keeper_stop(&keeper, NULL);
	/* The login's end says nothing about the gateway that it interrupts. */
	assert_int_equal(rest_of(&order, 1), 0);
}

/*
 * What was noted before the module was killed holds; the attempt that died with it was no failure.
 */
static void
test_noted_when_the_module_is_killed(void **state)
{
	pid_t host, helper, keeper_pid;
	struct order order = { 0 };

	(void)state;
	prepare((const char *[]){ "refuse.orphan", "hang.orphan", NULL }, 20000, &order);
	host = fork();
	assert_true(host >= 0);
	if (host == 0) {
		struct keeper *keeper;

		if (keeper_start(&order.job, &keeper, NULL) != 0)
			_exit(1);
		for (;;)
			pause();
	}
	assert_true(fake_pids("hang.orphan", &helper, &keeper_pid));
	assert_int_equal(kill(host, SIGKILL), 0);
	assert_int_equal(waitpid(host, NULL, 0), host);
	assert_true(fake_gone(keeper_pid, 2000));
	assert_in_range(rest_of(&order, 0), MINUTE - 10000, MINUTE);
	assert_int_equal(rest_of(&order, 1), 0);
}

/* All the time there is: the last one, too, had its share and did not answer. */
static void
test_time_over(void **state)
{
	struct order order = { 0 };

	(void)state;
	prepare((const char *[]){ "hang.time", "posting-hang.time", NULL }, 600, &order);
	assert_int_equal(run(&order).state, KEEPER_FAILED);
	assert_true(rest_of(&order, 0) > 0);
	assert_true(rest_of(&order, 1) > 0);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_outcome),
		cmocka_unit_test(test_the_keeper_itself_stops),
		cmocka_unit_test(test_what_worked_or_answered_rests_no_more),
		cmocka_unit_test(test_retry_after_and_offers),
		cmocka_unit_test(test_calls_and_queries_only_tell_what_is_offered),
		cmocka_unit_test(test_without_rows),
		cmocka_unit_test(test_noted_while_nobody_polls),
		cmocka_unit_test(test_noted_when_the_module_is_killed),
		cmocka_unit_test(test_time_over),
	};

	fake_main(argc, argv);
	return cmocka_run_group_tests_name("keeper and health", tests, setup, teardown);
}
