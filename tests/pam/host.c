/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t children_reported;
static pid_t own_child;

static void
describe_files(FILE *to)
{
	for (int fd = 0; fd < 4096; fd++) {
		char name[64], target[512];
		ssize_t length;
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0)
			continue;
		snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
		length = readlink(name, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		fprintf(to, "file %d %s, flags %d\n", fd, target, flags);
	}
}

static void
describe_signals(FILE *to)
{
	for (int number = 1; number < NSIG; number++) {
		struct sigaction action;

		if (sigaction(number, NULL, &action) == 0)
			fprintf(to, "signal %d handler %jx flags %x\n", number,
				(uintmax_t)(uintptr_t)action.sa_sigaction,
				(unsigned int)action.sa_flags);
	}
}

/* Those lines of /proc/self/status that a login must not change. */
static void
describe_status(FILE *to)
{
	static const char *const kept[] = {
		"Umask:",
		"Uid:",
		"Gid:",
		"Groups:",
		"NSsid:",
		"NSpgid:",
		"Threads:",
		"SigPnd:",
		"ShdPnd:",
		"SigBlk:",
		"SigIgn:",
		"SigCgt:",
		"CapInh:",
		"CapPrm:",
		"CapEff:",
		"CapBnd:",
		"CapAmb:",
		"NoNewPrivs:",
		"Seccomp:",
	};
	FILE *status = fopen("/proc/self/status", "re");
	char line[512];

	while (status != NULL && fgets(line, sizeof line, status) != NULL) {
		for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
			if (strncmp(line, kept[i], strlen(kept[i])) == 0)
				fputs(line, to);
		}
	}
	if (status != NULL)
		fclose(status);
}

char *
host_describe(void)
{
	char *text = NULL, directory[4096];
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	struct itimerval timer;

	if (to == NULL)
		abort();
	describe_status(to);
	fprintf(to, "directory %s\n",
		getcwd(directory, sizeof directory) != NULL ? directory : "?");
	fprintf(to, "locale %s\n", setlocale(LC_ALL, NULL));
	fprintf(to, "dumpable %d\n", prctl(PR_GET_DUMPABLE));
	fprintf(to, "priority %d\n", getpriority(PRIO_PROCESS, 0));
	for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
		struct rlimit limit;

		if (getrlimit((__rlimit_resource_t)resource, &limit) == 0)
			fprintf(to, "limit %d %llu %llu\n", resource,
				(unsigned long long)limit.rlim_cur,
				(unsigned long long)limit.rlim_max);
	}
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		if (getitimer((__itimer_which_t)which, &timer) == 0)
			fprintf(to, "timer %d %s\n", which,
				timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0 ? "armed"
											  : "idle");
	}
	for (char **variable = environ; *variable != NULL; variable++)
		fprintf(to, "environment %s\n", *variable);
	describe_signals(to);
	describe_files(to);
	if (fclose(to) != 0)
		abort();
	return text;
}

char *
host_difference(const char *before, const char *after)
{
	char *text = NULL;

	while (*before != '\0' || *after != '\0') {
		int left = (int)strcspn(before, "\n"), right = (int)strcspn(after, "\n");

		if (left != right || strncmp(before, after, (size_t)left) != 0) {
			if (asprintf(&text, "before \"%.*s\" after \"%.*s\"", left, before, right,
				    after) < 0)
				abort();
			return text;
		}
		before += left + (before[left] != '\0');
		after += right + (after[right] != '\0');
	}
	return NULL;
}

static void
count_child(int number)
{
	(void)number;
	children_reported++;
}

void
host_adopt_orphans(void)
{
	struct sigaction action = { .sa_handler = count_child, .sa_flags = SA_RESTART };

	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || sigaction(SIGCHLD, &action, NULL) != 0)
		abort();
}

void
host_child_start(void)
{
	siginfo_t info;

	own_child = fork();
	if (own_child < 0)
		abort();
	if (own_child == 0) {
		for (;;)
			pause();
	}
	/*
	 * Killed from outside: at any other end, valgrind would search that copy of this process
	 * for leaks.
	 */
	if (kill(own_child, SIGKILL) != 0)
		abort();
	/* Waits for its end and leaves it to be reaped later. */
	while (waitid(P_PID, (id_t)own_child, &info, WEXITED | WNOWAIT) != 0) {
		if (errno != EINTR)
			abort();
	}
	children_reported = 0;
}

const char *
host_child_end(void)
{
	siginfo_t info;
	int status;

	if (children_reported != 0)
		return "the host got a SIGCHLD";
	if (waitpid(own_child, &status, WNOHANG) != own_child)
		return "the host's own child was reaped";
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0)
		return "a process of the login is still there";
	return errno == ECHILD ? NULL : "waitid failed";
}
