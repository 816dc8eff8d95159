/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ends that nobody planned: of the host, of the keeper; attacks by signal; machines without the
 * newer calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <grp.h>
#include <seccomp.h>

#include "keeper_play.h"

/* A uid nobody else has: the attacks below must not meet another process. */
static uid_t
caller(void)
{
	static uid_t uid;

	if (uid == 0)
		uid = 40000 + (uid_t)getpid() % 20000;
	return uid;
}

/* The number given last, from which the next one can be guessed. */
static pid_t
last_pid(int loadavg)
{
	char text[128];
	ssize_t size = pread(loadavg, text, sizeof text - 1, 0);

	if (size <= 0)
		_exit(3);
	text[size] = '\0';
	return (pid_t)atoi(strrchr(text, ' ') + 1);
}

/* --- the host dies -------------------------------------------------------- */

/* A host that starts a keeper and is then killed with no chance to say so. */
static void
kill_host(const char *gateway, bool share_socket)
{
	pid_t host = fork(), helper, keeper_pid, bystander = -1;

	assert_true(host >= 0);
	if (host == 0) {
		struct keeper_job job = fake_job((const char *[]){ gateway, NULL }, 60000);
		struct keeper *keeper;

		if (keeper_start(&job, &keeper, NULL) != 0)
			_exit(1);
		/* A child of the host's that never execs keeps the module's end open. */
		if (share_socket && fork() == 0) {
			fake_leave_pids(fake_directory, "bystander");
			poll(NULL, 0, 10000);
			_exit(0);
		}
		for (;;)
			pause();
	}
	assert_true(fake_pids(gateway, &helper, &keeper_pid));
	if (share_socket) {
		pid_t parent;

		assert_true(fake_pids("bystander", &bystander, &parent));
		assert_int_equal(parent, host);
	}
	assert_int_equal(kill(host, SIGKILL), 0);
	assert_int_equal(waitpid(host, NULL, 0), host);
	assert_true(fake_gone(keeper_pid, 1000));
	assert_true(fake_gone(helper, 1000));
	if (share_socket)
		assert_int_equal(kill(bystander, SIGKILL), 0);
}

static void
test_host_killed(void **state)
{
	(void)state;
	kill_host("hang", false);
	kill_host("posting-stubborn", false);
	kill_host("mute", true);
}

/* Killed while the keeper still waits: nothing may be started afterwards. */
static void
test_host_killed_while_waiting(void **state)
{
	char path[PATH_MAX + 16];
	pid_t host = fork();

	(void)state;
	assert_true(host >= 0);
	if (host == 0) {
		struct keeper_job job = fake_job((const char *[]){ "orphaned", NULL }, 60000);
		struct keeper *keeper;

		job.start_after_ms = 300;
		if (keeper_start(&job, &keeper, NULL) != 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(host, NULL, 0), host);
	poll(NULL, 0, 700);
	snprintf(path, sizeof path, "%s/orphaned", fake_directory);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- the keeper dies ------------------------------------------------------ */

static void
test_keeper_killed(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "hang", "accept", NULL }, 60000);
	struct keeper *keeper;
	struct keeper_status status;
	pid_t helper, keeper_pid;

	(void)state;
	assert_int_equal(keeper_start(&job, &keeper, NULL), 0);
	assert_true(fake_pids("hang", &helper, &keeper_pid));
	assert_int_equal(kill(keeper_pid, SIGKILL), 0);
	keeper_poll(keeper, 5000, &status);
	/* Nobody is left who knew whether the helper had posted. */
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_true(status.began);
	assert_true(status.ambiguous);
	assert_int_equal(status.attempt_count, 1);
	assert_true(status.attempts[0].ended);
	assert_int_equal(status.attempts[0].reply.outcome, WIRE_AMBIGUOUS);
	assert_true(fake_gone(helper, 1000));
	keeper_stop(&keeper, &status);
	assert_true(status.began && status.ambiguous);
	assert_int_equal(kill(keeper_pid, 0), -1);
}

static void
test_keeper_stopped(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "hang", NULL }, 60000);
	struct keeper *keeper;
	struct keeper_status status;
	pid_t helper, keeper_pid;
	int64_t start_ms, took;

	(void)state;
	assert_int_equal(keeper_start(&job, &keeper, NULL), 0);
	assert_true(fake_pids("hang", &helper, &keeper_pid));
	assert_int_equal(kill(keeper_pid, SIGSTOP), 0);
	start_ms = deadline_clock_ms();
	keeper_stop(&keeper, &status);
	took = deadline_clock_ms() - start_ms;
	assert_in_range(took, 500, 1500);
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_true(status.began && status.ambiguous);
	assert_int_equal(kill(keeper_pid, 0), -1);
	assert_true(fake_gone(helper, 1000));
}

static void
test_helper_stopped(void **state)
{
	struct keeper_job job = fake_job((const char *[]){ "hang", NULL }, 500);
	struct keeper *keeper;
	struct keeper_status status;
	pid_t helper, keeper_pid;

	(void)state;
	assert_int_equal(keeper_start(&job, &keeper, NULL), 0);
	assert_true(fake_pids("hang", &helper, &keeper_pid));
	assert_int_equal(kill(helper, SIGSTOP), 0);
	keeper_poll(keeper, 1500, &status);
	assert_int_equal(status.state, KEEPER_FAILED);
	assert_string_equal(status.attempts[0].reply.detail, "timed out");
	assert_int_equal(kill(helper, 0), -1);
	keeper_stop(&keeper, NULL);
}

/* --- credentials ---------------------------------------------------------- */

static bool
keeper_has_fd(pid_t keeper, int fd)
{
	char path[64], target[64];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)keeper, fd);
	return readlink(path, target, sizeof target) > 0;
}

/* As su and sudo run during PAM: the caller's real uid, root's effective one. */
static int
host_setuid(void)
{
	struct keeper_job job = fake_job((const char *[]){ "hang", NULL }, 60000);
	struct keeper *keeper;
	struct keeper_status status;
	uid_t real, effective, saved;
	pid_t helper, keeper_pid, attacker;
	const uid_t uid = caller();
	int code;

	WANT(setresgid(uid, 0, 0) == 0 && setresuid(uid, 0, 0) == 0);
	/* The helper looks whether all its ids are root's. */
	WANT(sends("inspect", &status));
	WANT(getresuid(&real, &effective, &saved) == 0);
	WANT(real == uid && effective == 0 && saved == 0);
	WANT(dup2(STDIN_FILENO, 200) == 200);
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	WANT(fake_pids("hang", &helper, &keeper_pid));
	/* The caller's open files are not the keeper's: its socket at 3 is. */
	WANT(keeper_has_fd(keeper_pid, 3) && !keeper_has_fd(keeper_pid, 200));
	attacker = fork();
	WANT(attacker >= 0);
	if (attacker == 0) {
		const int signals[] = { SIGSTOP, SIGKILL, SIGCONT, SIGTERM, 0 };

		if (setgroups(0, NULL) != 0 || setresuid(uid, uid, uid) != 0)
			_exit(1);
		for (size_t i = 0; i < 5; i++) {
			if (kill(keeper_pid, signals[i]) != -1 || errno != EPERM ||
				kill(helper, signals[i]) != -1 || errno != EPERM)
				_exit(2);
		}
		_exit(0);
	}
	WANT(waitpid(attacker, &code, 0) == attacker);
	WANT(WIFEXITED(code) && WEXITSTATUS(code) == 0);
	keeper_stop(&keeper, &status);
	WANT(strcmp(status.attempts[0].reply.detail, "stopped: the login is over") == 0);
	return 0;
}

/*
 * At the instant of its birth a clone would have the caller's real uid, and a stopped keeper
 * would outlive its host. The caller strikes as fast as he can at the pids to come.
 */
static void
attack(pid_t host, uid_t uid)
{
	int loadavg = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);

	if (setgroups(0, NULL) != 0 || setresuid(uid, uid, uid) != 0)
		_exit(1);
	while (getppid() == host) {
		pid_t last = last_pid(loadavg);

		for (int round = 0; round < 20; round++) {
			for (pid_t pid = last; pid < last + 4; pid++) {
				if (pid != getpid() && kill(pid, SIGSTOP) == 0)
					_exit(2);
			}
		}
	}
	_exit(0);
}

static int
host_under_fire(void)
{
	const uid_t uid = caller();
	struct keeper_status status;
	pid_t host = getpid(), attacker;
	int code;

	attacker = fork();
	WANT(attacker >= 0);
	if (attacker == 0)
		attack(host, uid);
	WANT(setresuid(uid, 0, 0) == 0);
	for (int i = 0; i < 200; i++)
		WANT(sends("accept", &status));
	/* Nothing of his was ever there to stop. */
	WANT(waitpid(attacker, &code, WNOHANG) == 0);
	WANT(kill(attacker, SIGKILL) == 0 && waitpid(attacker, &code, 0) == attacker);
	return 0;
}

/* No /dev/null for 0, 1 and 2: then no helper either. */
static int
host_in_an_empty_root(void)
{
	struct keeper_job job = fake_job((const char *[]){ "accept", NULL }, 5000);
	struct keeper *keeper;
	struct keeper_status status;

	WANT(chroot(fake_directory) == 0 && chdir("/") == 0);
	WANT(keeper_start(&job, &keeper, NULL) == 0);
	keeper_poll(keeper, 5000, &status);
	keeper_stop(&keeper, NULL);
	WANT(status.state == KEEPER_FAILED && !status.ambiguous);
	WANT(status.attempts[0].reply.outcome == WIRE_UNREACHABLE);
	WANT(strcmp(status.attempts[0].reply.detail,
		"helper could not be started: /dev/null: No such file or directory") == 0);
	return 0;
}

static void
as_root(int (*host)(void))
{
	if (geteuid() != 0) {
		print_message("skipped: needs root for other uids and roots\n");
		skip();
	}
	play(host);
}

static void
test_setuid(void **state)
{
	(void)state;
	as_root(host_setuid);
}

static void
test_under_fire(void **state)
{
	(void)state;
	as_root(host_under_fire);
}

static void
test_in_an_empty_root(void **state)
{
	(void)state;
	as_root(host_in_an_empty_root);
}

/* --- older kernels -------------------------------------------------------- */

/* Without clone3 and close_range, as before Linux 5.3 and 5.9. */
static int
host_on_old_kernel(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct keeper_status status;

	WANT(filter != NULL);
	WANT(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0);
	WANT(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(close_range), 0) == 0);
	WANT(seccomp_load(filter) == 0);
	seccomp_release(filter);
	WANT(close_range(100, 200, 0) == -1 && errno == ENOSYS);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGUSR1, exit);
	for (int fd = 100; fd < 400; fd++)
		WANT(dup2(STDIN_FILENO, fd) == fd);
	WANT(sends("inspect", &status));
	return 0;
}

static void
test_old_kernel(void **state)
{
	(void)state;
	play(host_on_old_kernel);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_killed),
		cmocka_unit_test(test_host_killed_while_waiting),
		cmocka_unit_test(test_keeper_killed),
		cmocka_unit_test(test_keeper_stopped),
		cmocka_unit_test(test_helper_stopped),
		cmocka_unit_test(test_setuid),
		cmocka_unit_test(test_under_fire),
		cmocka_unit_test(test_in_an_empty_root),
		cmocka_unit_test(test_old_kernel),
	};

	fake_main(argc, argv);
	return cmocka_run_group_tests_name("keeper: death", tests, fake_setup, fake_teardown);
}
