/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of gateways under many processes, and what replaces it. */
#include "health_bench.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

#define TABLE_SIZE ((8 + 64 * 4) * 8)

static void
another_boot_starts_empty(void **state)
{
	struct bench bench;

	bench_open(*state, &bench);
	note(&bench, row_of(&bench, "one"), HEALTH_FAILED, 0);
	bench.now.boot_id[0]++;
	bench_again(&bench);
	assert_string_equal(bench.fault.text, "");
	assert_int_equal(health_rest_ms(row_of(&bench, "one"), bench.now.boot_ms), 0);
	bench_close(&bench);
}

static void
a_damaged_table_is_made_anew_and_told_once(void **state)
{
	const char *path = scratch_path(*state, "run/gateways");
	struct bench bench;

	bench_open(*state, &bench);
	for (int damage = 0; damage < 5; damage++) {
		uint64_t word = 7;
		int fd = open(path, O_RDWR | O_CLOEXEC);

		note(&bench, row_of(&bench, "one"), HEALTH_FAILED, 0);
		health_close(&bench.health);
		if (damage < 2)
			assert_int_equal(pwrite(fd, &word, 8, damage * 8), 8);
		else
			assert_int_equal(ftruncate(fd, damage == 2 ? 0 : damage == 3
				? TABLE_SIZE - 1 : TABLE_SIZE + 8), 0);
		close(fd);
		bench_again(&bench);
		assert_non_null(strstr(bench.fault.text, "run/gateways: "));
		assert_int_equal(health_rest_ms(row_of(&bench, "one"), bench.now.boot_ms), 0);
		bench_again(&bench);
		assert_string_equal(bench.fault.text, "");
	}
	bench_close(&bench);
}

static void
what_is_not_ours_is_left_alone(void **state)
{
	const char *path = scratch_path(*state, "run/gateways");
	struct bench bench;
	struct fault fault = { .text = "" };
	struct health *health = NULL;
	struct stat st;

	bench_open(*state, &bench);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(health_open(&bench.directory, &bench.now, &health, &fault), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(health_open(&bench.directory, &bench.now, &health, &fault), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(health_open(&bench.directory, &bench.now, &health, &fault), FAULT_STATE);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_null(health);
	bench_close(&bench);
}

struct crowded {
	struct bench *bench;
	const char *path;
};

/* Opens the table, whatever state it is in, and claims two rows: one of its own, one of all. */
static int
claim(int number, void *context)
{
	struct crowded *it = context;
	struct health *health = NULL;
	struct fault fault = { .text = "" };
	struct health_row *own, *shared;
	char name[16];
	const struct health_note failed = {
		.sign = HEALTH_FAILED, .begun_ms = it->bench->now.boot_ms - SECOND,
		.ended_ms = it->bench->now.boot_ms, .offers_known = true,
		.offers = (uint32_t)number + 1,
	};

	snprintf(name, sizeof name, "own-%d", number);
	if (health_open(&it->bench->directory, &it->bench->now, &health, &fault) != 0)
		return 10;
	own = health_find(health, "/etc/smsotp", name);
	shared = health_find(health, "/etc/smsotp", "shared");
	if (own == NULL || shared == NULL || own == shared)
		return 11;
	health_note(own, &failed);
	health_note(shared, &failed);
	if (offers_of(own) != number + 1)
		return 12;
	return (health_alert(shared, it->bench->now.boot_ms) ? 1 : 0) |
		(fault.text[0] != '\0' ? 2 : 0);
}

static void
of_many_at_once_one_makes_it_and_one_alerts(void **state)
{
	for (int round = 0; round < 10; round++) {
		struct bench bench;
		struct crowded it = { .bench = &bench };
		struct crowd crowd;
		char name[16];
		int told = 0, alerts = 0;

		bench_open(*state, &bench);
		/* None, or a damaged one: then one of them says so. */
		if (round % 2 == 0)
			assert_int_equal(unlink(scratch_path(*state, "run/gateways")), 0);
		else
			assert_int_equal(truncate(scratch_path(*state, "run/gateways"), 5), 0);
		crowd_run(60, claim, &it, &crowd);
		for (int end = 0; end < 4; end++) {
			alerts += (end & 1) != 0 ? crowd.ended[end] : 0;
			told += (end & 2) != 0 ? crowd.ended[end] : 0;
		}
		assert_int_equal(crowd.ended[0] + crowd.ended[1] + crowd.ended[2] + crowd.ended[3],
			60);
		assert_int_equal(alerts, 1);
		assert_int_equal(told, round % 2);
		health_close(&bench.health);
		bench_again(&bench);
		assert_int_equal(health_rest_ms(row_of(&bench, "shared"), bench.now.boot_ms),
			MINUTE);
		for (int i = 0; i < 60; i++) {
			snprintf(name, sizeof name, "own-%d", i);
			assert_int_equal(offers_of(row_of(&bench, name)), i + 1);
		}
		bench_close(&bench);
		assert_int_equal(unlink(scratch_path(*state, "run/gateways")), 0);
	}
}

#define RACE_MS 500
#define NOTES 100
#define ALERTS 50

struct race {
	struct bench *bench;
	_Atomic unsigned int *at;	/* how far both have come; whether to go on */
};

/* Both leave it at the same instant, as far as the machine allows. */
static void
meet(const struct race *race, unsigned int *step)
{
	*step += 2;
	atomic_fetch_add(&race->at[0], 1);
	while (atomic_load(&race->at[0]) < *step)
		sched_yield();
}

/* Two failures, each begun after the last, are two, and one of two alerts is one; then it works. */
static int
race_for_a_row(int number, void *context)
{
	const struct race *race = context;
	const int64_t now = race->bench->now.boot_ms;
	const struct health_note failed = {
		.sign = HEALTH_FAILED, .begun_ms = now, .ended_ms = now,
	};
	const struct health_note worked = { .sign = HEALTH_WORKED };
	struct health_row *row = health_find(race->bench->health, "/etc/smsotp", "one");
	_Atomic uint64_t *words = (_Atomic uint64_t *)(uintptr_t)row;
	struct timespec start, end;
	struct health_row *alerting[ALERTS];
	unsigned int step = 0;
	int wrong = 0;

	for (int i = 0; i < ALERTS; i++) {
		char name[16];

		snprintf(name, sizeof name, "a%d", i);
		alerting[i] = health_find(race->bench->health, "/etc/smsotp", name);
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (atomic_load(&race->at[1]) == 0) {
		unsigned int alerts = 0;

		meet(race, &step);
		for (int i = 0; i < ALERTS; i++)
			alerts += health_alert(alerting[i], now);
		atomic_fetch_add(&race->at[2], alerts);
		/* Many in one go: one alone would seldom meet the other's. */
		for (int i = 0; i < NOTES; i++)
			health_note(row, &failed);
		meet(race, &step);
		if (number == 0) {
			/* docs/FORMATS.md: the failures in a row are bits 12 to 19 of word 1. */
			if ((atomic_load(&words[1]) >> 12 & 255) != 2 * NOTES)
				wrong |= 1;
			if (atomic_exchange(&race->at[2], 0) != ALERTS)
				wrong |= 2;
			health_note(row, &worked);
			for (int i = 0; i < ALERTS; i++)
				health_note(alerting[i], &worked);
			clock_gettime(CLOCK_MONOTONIC, &end);
			if ((end.tv_sec - start.tv_sec) * 1000 +
			    (end.tv_nsec - start.tv_nsec) / 1000000 >= RACE_MS)
				atomic_store(&race->at[1], 1);
		}
		meet(race, &step);
	}
	return wrong;
}

static void
of_two_at_once_no_note_is_lost_and_one_alerts(void **state)
{
	struct bench bench;
	struct race race = { .bench = &bench };
	struct crowd crowd;

	bench_open(*state, &bench);
	race.at = mmap(NULL, 3 * sizeof *race.at, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(race.at != MAP_FAILED);
	crowd_run(2, race_for_a_row, &race, &crowd);
	assert_int_equal(crowd.ended[0], 2);
	assert_true(atomic_load(&race.at[0]) > 300);
	munmap(race.at, 3 * sizeof *race.at);
	bench_close(&bench);
}

/* Whoever is killed while writing leaves a row that serves the others. */
static void
the_killed_leave_a_table_that_serves(void **state)
{
	struct bench bench;
	unsigned int random = 5;

	bench_open(*state, &bench);
	for (int round = 0; round < 30; round++) {
		pid_t child = crowd_fork();
		struct health_row *row;

		if (child == 0) {
			struct health_row *mine = health_find(bench.health, "/etc/smsotp", "one");
			struct health_note failed = { .sign = HEALTH_FAILED };

			for (;;) {
				failed.begun_ms = failed.ended_ms = ++bench.now.boot_ms;
				health_note(mine, &failed);
			}
		}
		usleep((useconds_t)(rand_r(&random) % 2000));
		kill(child, SIGKILL);
		assert_int_equal(scratch_wait(child), 1000 + SIGKILL);
		bench_again(&bench);
		assert_string_equal(bench.fault.text, "");
		row = row_of(&bench, "one");
		note(&bench, row, HEALTH_WORKED, 0);
		assert_int_equal(health_rest_ms(row, bench.now.boot_ms), 0);
	}
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_boot_starts_empty),
		TEST(a_damaged_table_is_made_anew_and_told_once),
		TEST(what_is_not_ours_is_left_alone),
		TEST(of_many_at_once_one_makes_it_and_one_alerts),
		TEST(of_two_at_once_no_note_is_lost_and_one_alerts),
		TEST(the_killed_leave_a_table_that_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
