/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/deadline.h"

#define LOOK_MS 5

/* Takes in what comes until the end of it. False: late. */
static bool
take_in(int fd, struct deadline deadline, char *ret_text, size_t size)
{
	char rest[1024];
	size_t used = 0;

	for (;;) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		const bool full = used + 1 >= size;
		ssize_t n;

		if (poll(&poller, 1, deadline_poll_ms(deadline)) <= 0) {
			if (deadline_left_ms(deadline) == 0)
				return false;
			continue;
		}
		/* Read on: a full pipe would keep it from ending. */
		n = read(fd, full ? rest : ret_text + used, full ? sizeof rest : size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		if (!full)
			used += (size_t)n;
		ret_text[used] = '\0';
	}
}

static int
start(const char *const argv[], int output, pid_t *ret_pid)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		"LC_ALL=C", NULL };
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, output, 1);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, output, 2);
	if (error == 0)
		error = posix_spawn(ret_pid, argv[0], &actions, NULL,
			(char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)environment);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int
output_of(const char *const argv[], int timeout_ms, char *ret_text, size_t size)
{
	const struct deadline deadline = deadline_in(timeout_ms);
	int ends[2], status = -1;
	bool in_time;
	pid_t pid, reaped;

	ret_text[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	if (start(argv, ends[1], &pid) != 0) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	close(ends[1]);
	in_time = take_in(ends[0], deadline, ret_text, size);
	close(ends[0]);
	if (!in_time)
		(void)kill(pid, SIGKILL);
	while ((reaped = waitpid(pid, &status, in_time ? WNOHANG : 0)) != pid) {
		if (reaped < 0 && errno != EINTR)
			return -1;
		/* Whoever closes its output need not end. */
		if (in_time && deadline_left_ms(deadline) == 0) {
			in_time = false;
			(void)kill(pid, SIGKILL);
		} else if (in_time) {
			(void)poll(NULL, 0, LOOK_MS);
		}
	}
	return in_time && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
