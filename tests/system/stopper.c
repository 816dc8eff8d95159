/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user who stops his own setuid program at the worst instant.
 *
 * stopper MICROSECONDS|lock PROGRAM [ARGUMENT…]
 *
 * Starts PROGRAM without a terminal, waits for that long, or with "lock" until /proc/locks, which
 * everybody may read, says that it holds a flock (sudo's own locks are of the other kind), and
 * sends it SIGSTOP. Where that is refused, it tries again until it is not. Prints the program's
 * process id and what the first attempt met: 0, an errno, or -1 if no lock was seen; and leaves
 * the program to its fate.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WATCH_MS 150

static long
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool
holds_lock(int locks, const char *mark)
{
	char text[16384];
	ssize_t size = pread(locks, text, sizeof text - 1, 0);

	if (size < 0)
		return false;
	text[size] = '\0';
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (strstr(line, "FLOCK") != NULL && strstr(line, mark) != NULL)
			return true;
	}
	return false;
}

static bool
wait_for_lock(pid_t pid)
{
	int locks = open("/proc/locks", O_RDONLY | O_CLOEXEC);
	long end = clock_ms() + WATCH_MS;
	bool held = false;
	char mark[32];

	snprintf(mark, sizeof mark, " %ld ", (long)pid);
	while (!held && locks != -1 && clock_ms() < end)
		held = holds_lock(locks, mark);
	close(locks);
	return held;
}

static int
stop(pid_t pid)
{
	int met = kill(pid, SIGSTOP) == 0 ? 0 : errno;
	long end = clock_ms() + WATCH_MS;

	if (met == EPERM)
		while (kill(pid, SIGSTOP) != 0 && errno == EPERM && clock_ms() < end)
			continue;
	return met;
}

/*
 * posix_spawn returns when execve is done: what is stopped is the program itself, and holds none of
 * our descriptors.
 */
static pid_t
start(char **argv)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	for (int fd = 0; fd < 3; fd++)
		if (posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0) != 0)
			goto out;
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		pid = -1;
out:
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

int
main(int argc, char **argv)
{
	int met = -1;
	pid_t pid;

	if (argc < 3)
		return 64;
	pid = start(argv + 2);
	if (pid == -1)
		return 71;
	if (strcmp(argv[1], "lock") != 0) {
		usleep((useconds_t)atoi(argv[1]));
		met = stop(pid);
	} else if (wait_for_lock(pid)) {
		met = stop(pid);
	}
	printf("%ld %d\n", (long)pid, met);
	return 0;
}
