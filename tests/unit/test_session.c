/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes and sessions as the kernel has them, with children that make their own. */
#include "state_crowd.h"

#include <pty.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "wire/session.h"

/* What children report. */
struct seen {
	bool found[4];
	struct store_terminal terminals[4];
	struct code_process process;
};

static struct seen *
seen_new(void)
{
	struct seen *seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(seen != MAP_FAILED);
	return seen;
}

static void
look(struct seen *seen, size_t number)
{
	seen->found[number] = session_terminal(&seen->terminals[number]);
}

/* In a child, which then ends; waited for. */
static void
look_in_child(struct seen *seen, size_t number, bool own_session)
{
	pid_t child = crowd_fork();

	if (child == 0) {
		if (own_session && setsid() == -1)
			_exit(1);
		look(seen, number);
		_exit(0);
	}
	if (child == -1 || scratch_wait(child) != 0)
		_exit(1);
}

/* A new session on a new terminal; the leader looks, then two children of it, one with setsid. */
static void
session_on_terminal(struct seen *seen)
{
	int master, slave;
	pid_t leader;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	leader = crowd_fork();
	if (leader == 0) {
		if (setsid() == -1 || ioctl(slave, TIOCSCTTY, 0) != 0)
			_exit(1);
		look(seen, 0);
		look_in_child(seen, 1, false);
		look_in_child(seen, 2, true);
		_exit(0);
	}
	assert_int_equal(scratch_wait(leader), 0);
	assert_int_equal(seen->terminals[0].session, leader);
	close(slave);
	close(master);
}

static bool
same(const struct store_terminal *a, const struct store_terminal *b)
{
	return a->session == b->session && a->started == b->started && a->device == b->device &&
		a->caller == b->caller;
}

static void
a_session_is_one_place(void **state)
{
	struct seen *first = seen_new(), *second = seen_new();

	(void)state;
	session_on_terminal(first);
	assert_true(first->found[0]);
	assert_true(first->terminals[0].started > 0);
	assert_true(first->terminals[0].device != 0);
	assert_int_equal(first->terminals[0].caller, getuid());
	assert_true(first->found[1]);
	assert_true(same(&first->terminals[0], &first->terminals[1]));
	/* setsid leaves the terminal behind: nothing of it counts there. */
	assert_false(first->found[2]);
	session_on_terminal(second);
	assert_true(second->found[0]);
	assert_false(same(&first->terminals[0], &second->terminals[0]));
	munmap(first, sizeof *first);
	munmap(second, sizeof *second);
}

/* Nor once the leader is gone: then the kernel takes the terminal away from the others. */
static void
a_session_ends_with_its_leader(void **state)
{
	struct seen *seen = seen_new();
	int master, slave, gate[2];
	pid_t leader;
	char byte;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(pipe(gate), 0);
	leader = crowd_fork();
	if (leader == 0) {
		if (setsid() == -1 || ioctl(slave, TIOCSCTTY, 0) != 0 ||
		    signal(SIGHUP, SIG_IGN) == SIG_ERR)
			_exit(1);
		if (fork() == 0) {
			pid_t parent = getppid();

			look(seen, 0);
			while (getppid() == parent && write(gate[1], "-", 1) == 1)
				usleep(1000);
			look(seen, 1);
			(void)!write(gate[1], "x", 1);
			_exit(0);
		}
		(void)!read(gate[0], &byte, 1);
		_exit(0);
	}
	assert_int_equal(scratch_wait(leader), 0);
	close(gate[1]);
	do
		assert_int_equal(read(gate[0], &byte, 1), 1);
	while (byte != 'x');
	assert_true(seen->found[0]);
	assert_false(seen->found[1]);
	close(gate[0]);
	close(slave);
	close(master);
	munmap(seen, sizeof *seen);
}

static void
a_process_lives_until_it_ends(void **state)
{
	struct code_process self, other;
	struct seen *seen = seen_new();
	siginfo_t info;
	pid_t child;

	(void)state;
	assert_true(session_process(&self));
	assert_int_equal(self.pid, getpid());
	assert_true(session_lives(&self));
	other = self;
	other.started++;
	assert_false(session_lives(&other));
	assert_false(session_lives(&(struct code_process){ .pid = 0, .started = self.started }));

	/* Its name is its own choice, and no field of it. */
	child = crowd_fork();
	if (child == 0) {
		if (prctl(PR_SET_NAME, "x) Z 1 (2) 3") != 0 || !session_process(&seen->process))
			_exit(1);
		if (!session_lives(&seen->process))
			_exit(2);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WSTOPPED), 0);
	assert_int_equal(info.si_code, CLD_STOPPED);
	assert_int_equal(seen->process.pid, child);
	assert_true(session_lives(&seen->process));
	kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	/* A zombie is not waiting for anything. */
	assert_false(session_lives(&seen->process));
	assert_int_equal(scratch_wait(child), 1000 + SIGKILL);
	assert_false(session_lives(&seen->process));
	munmap(seen, sizeof *seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_one_place),
		cmocka_unit_test(a_session_ends_with_its_leader),
		cmocka_unit_test(a_process_lives_until_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
