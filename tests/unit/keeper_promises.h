/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keeper promises to a helper, looked at from inside the helper. */
#ifndef TESTS_UNIT_KEEPER_PROMISES_H
#define TESTS_UNIT_KEEPER_PROMISES_H

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FAKE_SOCKET 3

/* The line of the first thing about this process that is not as promised to helpers, or 0. */
static int
fake_inspect(char *const argv[])
{
	static const char *const expected[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", "LDAPNOINIT=1" };
	char path[PATH_MAX];
	struct stat st;
	struct rlimit limit;
	sigset_t mask;
	int fds = 0;

#define PROMISED(condition) do { if (!(condition)) return __LINE__; } while (0)
	for (size_t i = 0; i < 3; i++)
		PROMISED(environ[i] != NULL && strcmp(environ[i], expected[i]) == 0);
	PROMISED(environ[3] == NULL);
	PROMISED(strchr(argv[0], '/') == NULL && strlen(argv[0]) > 0);
	PROMISED(getcwd(path, sizeof path) != NULL && strcmp(path, "/") == 0);
	for (int fd = 0; fd < 3; fd++) {
		PROMISED(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3));
		PROMISED((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	}
	PROMISED(fstat(FAKE_SOCKET, &st) == 0 && S_ISSOCK(st.st_mode));
	/* Beyond every limit set here: the one that a host had may have been larger. */
	for (int fd = 0; fd < 70000; fd++)
		fds += fcntl(fd, F_GETFD) >= 0;
	PROMISED(fds == 4);
	PROMISED(sigprocmask(SIG_BLOCK, NULL, &mask) == 0);
	for (int number = 1; number <= SIGRTMAX; number++) {
		struct sigaction action;

		PROMISED(sigismember(&mask, number) != 1);
		/* No handler survives execve; SIG_IGN would. */
		if (sigaction(number, NULL, &action) == 0)
			PROMISED(action.sa_handler != SIG_IGN);
	}
	PROMISED(umask(0) == 077);
	PROMISED(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= 64);
	PROMISED(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0);
	PROMISED(getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
	PROMISED(getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
	PROMISED(getsid(0) == getppid() && getpgid(0) == getpid());
	if (geteuid() == 0) {
		uid_t uids[3];
		gid_t gids[3];

		PROMISED(getresuid(&uids[0], &uids[1], &uids[2]) == 0);
		PROMISED(uids[0] == 0 && uids[1] == 0 && uids[2] == 0);
		PROMISED(getresgid(&gids[0], &gids[1], &gids[2]) == 0);
		PROMISED(gids[0] == 0 && gids[1] == 0 && gids[2] == 0);
	}
	return 0;
}

#endif
