/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of budgets under many processes, and what replaces it. */
#include "budget_bench.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "core/budget_table.h"
#include "core/ring.h"

struct rush {
	struct bench *bench;
	const char *client;
};

static int
rush(int number, void *context)
{
	const struct rush *it = context;
	const struct budget_text text = { .client = it->client };
	enum budget_refusal refusal = BUDGET_HOST;
	struct budget *budget = NULL;
	int64_t wait_ms = 0;

	(void)number;
	if (budget_open(&it->bench->settings, &it->bench->now, &budget, NULL) != 0)
		return 10;
	if (budget_reserve(budget, &text, &it->bench->now, &refusal, &wait_ms, NULL) != 0)
		return 11;
	if (refusal != BUDGET_GRANTED && (wait_ms < 1 || wait_ms > LIMIT_DAY_MS))
		return 12;
	return (int)refusal;
}

static void
of_many_at_once_as_many_get_through_as_may(void **state)
{
	for (int round = 0; round < 10; round++) {
		struct bench bench;
		struct crowd crowd;
		struct rush it = { .bench = &bench, .client = "198.51.100.7" };

		/* The crowd also makes the table. */
		bench_open(*state, &bench);
		assert_int_equal(unlink(scratch_path(*state, "run/budgets")), 0);
		crowd_run(64, rush, &it, &crowd);
		assert_int_equal(crowd.ended[BUDGET_GRANTED], 5);
		assert_int_equal(crowd.ended[BUDGET_CLIENT], 59);
		it.client = NULL;
		crowd_run(64, rush, &it, &crowd);
		assert_int_equal(crowd.ended[BUDGET_GRANTED], 15);
		assert_int_equal(crowd.ended[BUDGET_HOST], 49);
		bench_close(&bench);
		assert_int_equal(unlink(scratch_path(*state, "run/budgets")), 0);
	}
}

/* Reserves without end until it is killed; what it got is written where the parent can see it. */
static void
grab(struct bench *bench, _Atomic int *granted)
{
	const struct budget_text text = { .client = "203.0.113.5" };

	for (;;) {
		enum budget_refusal refusal = BUDGET_HOST;
		int64_t wait_ms;

		if (budget_reserve(bench->budget, &text, &bench->now, &refusal, &wait_ms,
		    NULL) != 0)
			_exit(11);
		if (refusal == BUDGET_GRANTED)
			atomic_fetch_add(granted, 1);
	}
}

static void
the_killed_never_make_room(void **state)
{
	_Atomic int *granted = mmap(NULL, sizeof *granted, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int random = 3;
	struct bench bench;

	assert_true(granted != MAP_FAILED);
	bench_open(*state, &bench);
	bench.limits.client.unredeemed = 1000000;
	bench.limits.host = (struct limit_texts){ .unredeemed = 200000, .window_ms = HOUR };
	for (int round = 0; round < 20; round++) {
		pid_t children[4];

		for (size_t i = 0; i < 4; i++) {
			children[i] = crowd_fork();
			if (children[i] == 0)
				grab(&bench, granted);
			assert_true(children[i] > 0);
		}
		usleep((useconds_t)(rand_r(&random) % 4000));
		for (size_t i = 0; i < 4; i++) {
			kill(children[i], SIGKILL);
			assert_int_equal(scratch_wait(children[i]), 1000 + SIGKILL);
		}
	}
	assert_true(atomic_load(granted) > 1000);
	/* Counted are all that were granted, and those killed between counting and telling. */
	{
		budget_table_word *words = NULL;
		struct ring host;
		uint64_t sum;

		assert_int_equal(budget_table_open(&bench.settings, &bench.now, &words, NULL), 0);
		host = budget_table_host(words);
		sum = ring_sum(&host, ring_epoch(&host, bench.now.boot_ms));
		assert_true(sum >= (uint64_t)atomic_load(granted));
		assert_true(sum <= (uint64_t)atomic_load(granted) + 80);
		budget_table_close(&words);
	}
	munmap(granted, sizeof *granted);
	bench_close(&bench);
}

static void
reopen(struct bench *bench)
{
	budget_close(&bench->budget);
	assert_int_equal(budget_open(&bench->settings, &bench->now, &bench->budget, NULL), 0);
}

static void
another_boot_starts_empty(void **state)
{
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 5; i++)
		assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	bench.now = (struct now){ .boot_ms = 10, .boot_id = { 2 } };
	reopen(&bench);
	assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	bench_close(&bench);
}

static void
another_window_frees_no_place(void **state)
{
	static const int64_t windows[] = { 2 * HOUR, 10 * MINUTE, MINUTE, LIMIT_DAY_MS };
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 5; i++)
		assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
		bench.limits.client.window_ms = windows[i];
		bench.limits.host.window_ms = windows[i];
		reopen(&bench);
		assert_int_equal(reserve(&bench, "a"), BUDGET_CLIENT);
		assert_int_equal(reserve(&bench, "b"), BUDGET_GRANTED);
	}
	bench.now.boot_ms += 2 * LIMIT_DAY_MS;
	assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	bench_close(&bench);
}

static void
one_with_the_old_table_counts_in_the_new_one(void **state)
{
	struct bench bench;
	struct budget *other = NULL;
	struct limit_budget limits;
	struct budget_settings settings;

	bench_open(*state, &bench);
	limits = bench.limits;
	settings = bench.settings;
	settings.limits = &limits;
	limits.client.window_ms = 2 * HOUR;
	assert_int_equal(budget_open(&settings, &bench.now, &other, NULL), 0);
	/*
	 * bench's table is retired now: each side in turn replaces the other's, and all is still
	 * counted.
	 */
	for (int i = 0; i < 5; i++)
		assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	budget_close(&other);
	assert_int_equal(budget_open(&settings, &bench.now, &other, NULL), 0);
	{
		const struct budget_text text = { .client = "a" };
		enum budget_refusal refusal = BUDGET_GRANTED;
		int64_t wait_ms = 0;

		assert_int_equal(budget_reserve(other, &text, &bench.now, &refusal, &wait_ms, NULL),
			0);
		assert_int_equal(refusal, BUDGET_CLIENT);
	}
	budget_close(&other);
	bench_close(&bench);
}

static void
a_damaged_table_is_refused(void **state)
{
	struct bench bench;
	struct budget *budget = NULL;
	struct fault fault = { .text = "" };
	uint64_t good[8], bad[8];
	int fd;

	bench_open(*state, &bench);
	fd = open(scratch_path(*state, "run/budgets"), O_RDWR | O_CLOEXEC);
	assert_int_equal(pread(fd, good, sizeof good, 0), sizeof good);
	for (size_t word = 0; word < 2; word++) {
		memcpy(bad, good, sizeof bad);
		bad[word] ^= 6;
		assert_int_equal(pwrite(fd, bad, sizeof bad, 0), sizeof bad);
		assert_int_equal(budget_open(&bench.settings, &bench.now, &budget, &fault),
			FAULT_DAMAGED);
		assert_non_null(strstr(fault.text, "run/budgets"));
	}
	for (size_t word = 5; word < 7; word++) {
		memcpy(bad, good, sizeof bad);
		bad[word] = 0;
		assert_int_equal(pwrite(fd, bad, sizeof bad, 0), sizeof bad);
		assert_int_equal(budget_open(&bench.settings, &bench.now, &budget, &fault),
			FAULT_DAMAGED);
	}
	assert_int_equal(pwrite(fd, good, sizeof good, 0), sizeof good);
	assert_int_equal(ftruncate(fd, BUDGET_TABLE_SIZE + 8), 0);
	assert_int_equal(budget_open(&bench.settings, &bench.now, &budget, &fault), FAULT_DAMAGED);
	assert_int_equal(ftruncate(fd, BUDGET_TABLE_SIZE), 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(budget_open(&bench.settings, &bench.now, &budget, &fault), FAULT_STATE);
	assert_null(budget);
	close(fd);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_many_at_once_as_many_get_through_as_may),
		TEST(the_killed_never_make_room),
		TEST(another_boot_starts_empty),
		TEST(another_window_frees_no_place),
		TEST(one_with_the_old_table_counts_in_the_new_one),
		TEST(a_damaged_table_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
