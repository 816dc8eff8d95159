/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hosts for the tests of the keeper, each played in a process of its own, so that it may set
 * limits, signals and credentials as su, sudo or a daemon might pass them on. Included after
 * cmocka.h.
 */
#ifndef TESTS_UNIT_KEEPER_PLAY_H
#define TESTS_UNIT_KEEPER_PLAY_H

#include "keeper_fake.h"

static inline struct keeper *
start(const struct keeper_job *job)
{
	struct keeper *keeper = NULL;
	struct fault fault = { 0 };

	if (keeper_start(job, &keeper, &fault) != 0)
		fail_msg("keeper_start: %s", fault.text);
	assert_non_null(keeper);
	return keeper;
}

/* In a host, whose assertions cannot reach cmocka: it ends with the line of what was wrong. */
#define WANT(condition) do { if (!(condition)) return __LINE__; } while (0)

static inline void
play(int (*host)(void))
{
	int pipes[2], line = -1, status;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* Above what hosts close. An exit status would have but eight bits. */
		int out = fcntl(pipes[1], F_DUPFD_CLOEXEC, 40);

		close(pipes[0]);
		close(pipes[1]);
		line = host();
		_exit(write(out, &line, sizeof line) == sizeof line ? 0 : 1);
	}
	close(pipes[1]);
	if (read(pipes[0], &line, sizeof line) != sizeof line)
		line = -1;
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (line > 0)
		fail_msg("line %d", line);
	assert_int_equal(line, 0);
}

/* One whole sending; whether it was accepted. */
static inline bool
sends(const char *gateway, struct keeper_status *ret_status)
{
	struct keeper_job job = fake_job((const char *[]){ gateway, NULL }, 10000);
	struct keeper *keeper;

	memset(ret_status, 0, sizeof *ret_status);
	if (keeper_start(&job, &keeper, NULL) != 0)
		return false;
	keeper_poll(keeper, 10000, ret_status);
	keeper_stop(&keeper, NULL);
	return ret_status->state == KEEPER_ACCEPTED;
}

#endif
