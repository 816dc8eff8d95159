/* SPDX-License-Identifier: BSD-2-Clause */
#include "unchanged.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define HOST_UMASK 027
#define FDS_MAX 256

static volatile sig_atomic_t children_seen, forks_seen;
static sigset_t mask_before;
static bool fds_before[FDS_MAX];

static void
count_child(int number)
{
	(void)number;
	children_seen++;
}

static void
count_fork(void)
{
	forks_seen++;
}

static void
note_fds(bool ret_open[static FDS_MAX])
{
	for (int fd = 0; fd < FDS_MAX; fd++)
		ret_open[fd] = fcntl(fd, F_GETFD) != -1;
}

int
unchanged_begin(void)
{
	struct sigaction on_child = { .sa_handler = count_child, .sa_flags = SA_RESTART };

	openlog(NULL, LOG_NDELAY, LOG_DAEMON);
	if (sigaction(SIGCHLD, &on_child, NULL) != 0)
		return -1;
	errno = pthread_atfork(count_fork, count_fork, count_fork);
	if (errno != 0)
		return -1;
	umask(HOST_UMASK);
	sigprocmask(SIG_SETMASK, NULL, &mask_before);
	note_fds(fds_before);
	return 0;
}

void
unchanged_report(FILE *peer)
{
	bool fds[FDS_MAX];
	bool child = waitpid(-1, NULL, WNOHANG | __WALL) != -1 || errno != ECHILD;
	/* Neither sigemptyset nor the kernel fills all of its bytes. */
	sigset_t mask = { 0 };

	sigprocmask(SIG_SETMASK, NULL, &mask);
	note_fds(fds);
	const struct {
		const char *name;
		bool changed;
	} parts[] = {
		{ "signal-mask", memcmp(&mask, &mask_before, sizeof mask) != 0 },
		{ "umask", umask(0) != HOST_UMASK },
		{ "fds", memcmp(fds, fds_before, sizeof fds) != 0 },
		{ "sigchld", children_seen != 0 },
		{ "fork-handlers", forks_seen != 0 },
		{ "child", child },
		{ "uid", getuid() != 0 || geteuid() != 0 },
	};

	fputs("host", peer);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i].changed)
			fprintf(peer, " %s", parts[i].name);
	fputs("\n", peer);
	fflush(peer);
}
