/* SPDX-License-Identifier: BSD-2-Clause */
/* Many processes at once, for tests of what they share. */
#ifndef SMSOTP_TESTS_STATE_CROWD_H
#define SMSOTP_TESTS_STATE_CROWD_H

#include "conf_scratch.h"

#include <signal.h>
#include <sys/prctl.h>

#define CROWD_MAX 64
#define CROWD_FAILED 99

/* How many children ended with each exit status. */
struct crowd {
	int ended[256];
};

/* Removes a folder and all that is in it. */
static inline void
scratch_empty(const char *path)
{
	assert_int_equal(nftw(path, scratch_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* A child that does not outlive a test that failed. */
static inline pid_t
crowd_fork(void)
{
	pid_t parent = getpid(), child = fork();

	if (child == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
		_exit(CROWD_FAILED);
	return child;
}

/*
 * Runs work in size children, all let go at the same instant; each ends with what work returns, or
 * with CROWD_FAILED if it was killed. Children must not use cmocka's assertions.
 */
static inline void
crowd_run(int size, int (*work)(int number, void *context), void *context, struct crowd *ret_crowd)
{
	pid_t children[CROWD_MAX];
	int gate[2];

	assert_true(size <= CROWD_MAX);
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < size; i++) {
		children[i] = crowd_fork();
		if (children[i] == 0) {
			char byte;

			close(gate[1]);
			(void)!read(gate[0], &byte, 1);
			close(gate[0]);
			_exit(work(i, context));
		}
		assert_true(children[i] > 0);
	}
	close(gate[0]);
	close(gate[1]);
	memset(ret_crowd, 0, sizeof *ret_crowd);
	for (int i = 0; i < size; i++) {
		int ended = scratch_wait(children[i]);

		ret_crowd->ended[ended < 256 ? ended : CROWD_FAILED]++;
	}
}

#endif
