/* SPDX-License-Identifier: BSD-2-Clause */
/* What the host sees of the keeper: nothing. */
#include "conf_scratch.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "keeper_play.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* --- nothing changed ------------------------------------------------------ */

/*
 * All that /proc and the calls tell about this process, as text; which fds are open only if
 * asked.
 */
static bool
snapshot(char *text, size_t size)
{
	static const char *const files[] = { "/proc/self/status", "/proc/self/limits",
		"/proc/self/environ" };
	size_t used = 0;
	char line[512], path[PATH_MAX];

	for (size_t i = 0; i < 3; i++) {
		FILE *file = fopen(files[i], "r");

		if (file == NULL)
			return false;
		while (fgets(line, sizeof line, file) != NULL) {
			/* Memory, scheduling and the user's queue of signals change at any time. */
			if (strncmp(line, "Vm", 2) == 0 || strncmp(line, "Rss", 3) == 0 ||
				strstr(line, "ctxt_switches") != NULL ||
				strncmp(line, "State", 5) == 0 ||
				strncmp(line, "SigQ", 4) == 0 ||
				strncmp(line, "HugetlbPages", 12) == 0)
				continue;
			used += (size_t)snprintf(text + used, size - used, "%s", line);
		}
		fclose(file);
	}
	for (int number = 1; number < SIGRTMAX; number++) {
		struct sigaction action = { 0 };

		(void)sigaction(number, NULL, &action);
		used += (size_t)snprintf(text + used, size - used, "%d %p %x\n", number,
			(void *)(uintptr_t)action.sa_handler, (unsigned int)action.sa_flags);
	}
	for (int fd = 0; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			used += (size_t)snprintf(text + used, size - used, "fd %d flags %d\n", fd,
				fcntl(fd, F_GETFD));
	}
	used += (size_t)snprintf(text + used, size - used, "%s session %d group %d\n",
		getcwd(path, sizeof path) != NULL ? path : "?", (int)getsid(0), (int)getpgid(0));
	return used < size - 1;
}

static void
on_signal(int number)
{
	(void)number;
	_exit(70);
}

static int
host_unchanged(void)
{
	static char before[32768], after[32768];
	struct rlimit limit = { 0, RLIM_INFINITY };
	struct keeper_status status;
	struct keeper_job job = fake_job((const char *[]){ "hang.unchanged", NULL }, 60000);
	struct keeper *keeper;
	sigset_t some;

	sigemptyset(&some);
	sigaddset(&some, SIGINT);
	sigaddset(&some, SIGRTMIN + 1);
	WANT(sigprocmask(SIG_BLOCK, &some, NULL) == 0);
	signal(SIGCHLD, on_signal);
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	WANT(chdir("/proc") == 0);
	WANT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	setenv("http_proxy", "http://trap.invalid", 1);
	/* An open file of the user's, not close-on-exec, at a high number. */
	WANT(dup2(STDIN_FILENO, 200) == 200);
	WANT(snapshot(before, sizeof before));
	/* The helper's file would exceed the limit, if that was passed on. */
	WANT(sends("inspect", &status));
	WANT(snapshot(after, sizeof after));
	WANT(strcmp(before, after) == 0);
	/* Stopped while sending. */
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	keeper_poll(keeper, 100, &status);
	WANT(status.state == KEEPER_SENDING);
	keeper_stop(&keeper, NULL);
	WANT(keeper == NULL);
	WANT(snapshot(after, sizeof after));
	WANT(strcmp(before, after) == 0);
	return 0;
}

/* --- signals and children ------------------------------------------------- */

/* waitpid(-1) finds the host's own child and nothing else, before and after the keeper's end. */
static int
own_child_only(void)
{
	struct keeper_job job = fake_job((const char *[]){ "refuse.child", NULL }, 10000);
	struct keeper_status status;
	struct keeper *keeper;
	pid_t own = fork(), keeper_pid, helper;
	int code;

	WANT(own >= 0);
	if (own == 0)
		_exit(7);
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	WANT(waitpid(-1, &code, 0) == own && WIFEXITED(code) && WEXITSTATUS(code) == 7);
	WANT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	WANT(fake_pids("refuse.child", &helper, &keeper_pid));
	WANT(fake_gone(keeper_pid, 5000));
	WANT(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	keeper_poll(keeper, 0, &status);
	WANT(status.state == KEEPER_FAILED && status.attempts[0].reply.outcome == WIRE_PASSING);
	keeper_stop(&keeper, NULL);
	WANT(fake_childless());
	return 0;
}

static int
host_with_handler(void)
{
	struct keeper_status status;

	/* The handler ends the host. */
	signal(SIGCHLD, on_signal);
	WANT(sends("accept", &status));
	signal(SIGCHLD, SIG_DFL);
	return own_child_only();
}

/* As su has it from a caller's shell: then a wait inside the keeper would find nothing. */
static int
host_ignoring(void)
{
	struct keeper_status status;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
		signal(number, SIG_IGN);
	WANT(sends("inspect", &status));
	WANT(!sends("three", &status));
	WANT(strcmp(status.attempts[0].reply.detail,
		"helper ended without a reply (status 3)") == 0);
	return 0;
}

static volatile sig_atomic_t interruptions;

static void
on_interruption(int number)
{
	(void)number;
	interruptions++;
}

static int
host_interrupted(void)
{
	const struct timespec each = { 0, 1000000 };
	/* Without SA_RESTART; poll is not restarted anyhow. */
	const struct sigaction action = { .sa_handler = on_interruption };
	struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 10000);
	struct keeper_status status;
	struct keeper *keeper;
	pid_t host = getpid(), pest;

	WANT(sigaction(SIGWINCH, &action, NULL) == 0);
	pest = fork();
	WANT(pest >= 0);
	if (pest == 0) {
		for (int i = 0; i < 300 && getppid() == host; i++) {
			kill(host, SIGWINCH);
			nanosleep(&each, NULL);
		}
		_exit(0);
	}
	job.start_after_ms = 150;
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	keeper_poll(keeper, 10000, &status);
	WANT(interruptions > 10);
	WANT(status.state == KEEPER_ACCEPTED);
	keeper_stop(&keeper, NULL);
	WANT(kill(pest, SIGKILL) == 0 && waitpid(pest, NULL, 0) == pest);
	return 0;
}

/* --- descriptors, memory, threads ----------------------------------------- */

static int
host_without_stdio(void)
{
	struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 10000);
	struct keeper_status status;
	struct keeper *keeper;

	for (int fd = 0; fd < 40; fd++)
		(void)close(fd);
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	for (int fd = 0; fd < 3; fd++)
		WANT(fcntl(fd, F_GETFD) == -1);
	/* All of its own, and close-on-exec. */
	for (int fd = 3; fd < 40; fd++)
		WANT(fcntl(fd, F_GETFD) == -1 || fcntl(fd, F_GETFD) == FD_CLOEXEC);
	keeper_poll(keeper, 10000, &status);
	keeper_stop(&keeper, NULL);
	WANT(status.state == KEEPER_ACCEPTED);
	WANT(sends("inspect", &status));
	return 0;
}

/* From no free descriptor up to enough of them: a fault that leaves nothing, or all is well. */
static int
host_short_of_fds(void)
{
	struct keeper_status status;
	struct rlimit limit;
	int used = scratch_count_fds(), refused = 0;
	bool sent = false;

	/* So that the numbers in use are 0..2 and the one that reports the line. */
	WANT(close_range(3, 39, 0) == 0 && close_range(41, ~0u, 0) == 0);
	used = scratch_count_fds();
	WANT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	for (rlim_t most = 3; most < 12 && !sent; most++) {
		struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 10000);
		struct keeper *keeper = NULL;
		struct fault fault = { 0 };
		int result;

		limit.rlim_cur = most;
		WANT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		result = keeper_start(&job, &keeper, &fault);
		if (result == 0) {
			keeper_poll(keeper, 10000, &status);
			keeper_stop(&keeper, NULL);
			/* What the host may not have, the keeper may. */
			WANT(status.state == KEEPER_ACCEPTED);
			sent = true;
		} else {
			WANT(result == FAULT_SYSTEM && keeper == NULL);
			WANT(strncmp(fault.text, "keeper: ", 8) == 0);
			refused++;
		}
		limit.rlim_cur = limit.rlim_max < 1024 ? limit.rlim_max : 1024;
		WANT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		WANT(scratch_count_fds() == used);
		WANT(fake_childless());
	}
	WANT(sent && refused > 1);
	return 0;
}

static int
host_thousand_times(void)
{
	const char *const gateways[] = { "accept", NULL };
	struct keeper_job job = fake_job(gateways, 10000);
	struct keeper_status status;
	struct mallinfo2 before, after;
	int fds = scratch_count_fds();

	WANT(sends("accept", &status));
	before = mallinfo2();
	for (int i = 0; i < 1000; i++) {
		struct keeper *keeper;

		/* Stopped while waiting, at once, and after having sent. */
		job.start_after_ms = i % 10 != 0 ? 60000 : 0;
		WANT(keeper_start(&job, &keeper, NULL) == 0);
		if (i % 20 == 0) {
			keeper_poll(keeper, 10000, &status);
			WANT(status.state == KEEPER_ACCEPTED);
		}
		keeper_stop(&keeper, NULL);
	}
	after = mallinfo2();
	WANT(scratch_count_fds() == fds);
	WANT(fake_childless());
	/* A sanitizer's malloc counts otherwise, and finds leaks itself. */
#ifndef __SANITIZE_ADDRESS__
	WANT(after.uordblks == before.uordblks && after.hblks == before.hblks);
#else
	(void)before;
	(void)after;
#endif
	return 0;
}

static volatile bool busy = true;

static void *
keep_busy(void *unused)
{
	/* Takes malloc's locks, stdio's and the environment's, again and again. */
	while (busy) {
		char *p = malloc(100), name[16];

		snprintf(name, sizeof name, "BUSY%d", (int)(uintptr_t)p % 7);
		setenv(name, "1", 1);
		free(p);
	}
	return unused;
}

static int
host_threaded(void)
{
	struct keeper_status status;
	pthread_t thread;

	WANT(pthread_create(&thread, NULL, keep_busy, NULL) == 0);
	for (int i = 0; i < 60; i++)
		WANT(sends("accept", &status));
	busy = false;
	WANT(pthread_join(thread, NULL) == 0);
	return 0;
}

#define PLAY(host) static void test_##host(void **state) { (void)state; play(host_##host); }
PLAY(unchanged)
PLAY(with_handler)
PLAY(ignoring)
PLAY(interrupted)
PLAY(without_stdio)
PLAY(short_of_fds)
PLAY(thousand_times)
PLAY(threaded)

/* --- a host that adopts orphans -------------------------------------------- */

/* As a container's first process does: those that helpers leave must not come to it. */
static int
host_adopting(void)
{
	struct keeper_status status;
	pid_t grandchild, helper;

	WANT(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
	signal(SIGCHLD, on_signal);
	WANT(!sends("grandchild", &status));
	WANT(fake_pids("grandchild", &grandchild, &helper));
	WANT(fake_gone(grandchild, 0));
	WANT(fake_childless());
	return 0;
}

static void
test_adopting(void **state)
{
	(void)state;
	play(host_adopting);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_with_handler),
		cmocka_unit_test(test_ignoring),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_without_stdio),
		cmocka_unit_test(test_short_of_fds),
		cmocka_unit_test(test_thousand_times),
		cmocka_unit_test(test_threaded),
		cmocka_unit_test(test_adopting),
	};

	fake_main(argc, argv);
	return cmocka_run_group_tests_name("keeper: host", tests, fake_setup, fake_teardown);
}
