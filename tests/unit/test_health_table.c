/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of gateways under many processes, and what replaces it. */
#include "health_bench.h"

#include <errno.h>
#include <sys/mman.h>

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

/* Consecutive failures of many processes, each begun after the last: none is lost. */
static int
fail_four_times(int number, void *context)
{
	struct crowded *it = context;
	struct health_row *row = health_find(it->bench->health, "/etc/smsotp", "shared");

	(void)number;
	for (int i = 0; i < 4; i++) {
		const struct health_note failed = {
			.sign = HEALTH_FAILED, .begun_ms = it->bench->now.boot_ms,
			.ended_ms = it->bench->now.boot_ms,
		};

		health_note(row, &failed);
	}
	return 0;
}

static void
no_note_is_lost(void **state)
{
	struct bench bench;
	struct crowded it = { .bench = &bench };
	struct crowd crowd;
	uint64_t words[4];
	int fd;

	bench_open(*state, &bench);
	crowd_run(50, fail_four_times, &it, &crowd);
	assert_int_equal(crowd.ended[0], 50);
	fd = open(scratch_path(*state, "run/gateways"), O_RDONLY | O_CLOEXEC);
	for (off_t at = 64;; at += 32) {
		assert_int_equal(pread(fd, words, 32, at), 32);
		if (words[0] != 0)
			break;
	}
	close(fd);
	/* docs/FORMATS.md: the count of failures stands in bits 12 to 19. */
	assert_int_equal(words[1] >> 12 & 255, 200);
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
		TEST(no_note_is_lost),
		TEST(the_killed_leave_a_table_that_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
