/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/place.h"
#include "helper/redact.h"
#include "wire/spawn.h"

#define FIRST_FREE 5		/* 0 to 2 are the program's, 3 and 4 the waiting process's */
#define DEATH_MS 500
#define EXIT_NOT_STARTED 127

/* What goes through the pipe called go, as one: less than PIPE_BUF. */
struct word {
	bool given;
	char argument[PROGRAM_ARGUMENT_SIZE];
};

int
program_check(const char *path, struct fault *fault)
{
	struct stat st;
	int fd = -1, rc;

	rc = place_open(path, PLACE_ROOT, &fd, fault);
	if (rc != 0)
		return rc;
	if (fstat(fd, &st) != 0)
		rc = fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	else if (!S_ISREG(st.st_mode) || (st.st_mode & S_IXUSR) == 0)
		rc = fault_set(fault, FAULT_CONFIG, "%s: not an executable file", path);
	else if ((st.st_uid != 0 && st.st_uid != geteuid()) ||
		(st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		rc = fault_set(fault, FAULT_CONFIG,
			"%s: must be owned by root and not writable by group or others", path);
	close(fd);
	return rc;
}

/* --- in the process that becomes the program ------------------------------ */

struct ends { int go, input, output, errors, failure; };

/* Above the places that they are moved to, so that no copy overwrites another's source. */
static int
arrange(const struct ends *ends)
{
	const int from[FIRST_FREE] = { ends->input, ends->output, ends->errors, ends->go,
		ends->failure };
	int above[FIRST_FREE];

	for (int i = 0; i < FIRST_FREE; i++) {
		above[i] = fcntl(from[i], F_DUPFD, 2 * FIRST_FREE);
		if (above[i] < 0)
			return errno;
	}
	for (int i = 0; i < FIRST_FREE; i++) {
		/* go and failure end with the exec. */
		if (dup3(above[i], i, i < 3 ? 0 : O_CLOEXEC) < 0)
			return errno;
	}
	return 0;
}

/* False at its end: there is nothing to do. Async-signal-safe. */
static bool
hear(int fd, struct word *ret_word)
{
	char *bytes = (char *)ret_word;
	size_t got = 0;

	while (got < sizeof *ret_word) {
		ssize_t size = read(fd, bytes + got, sizeof *ret_word - got);

		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return false;
		got += (size_t)size;
	}
	return true;
}

static _Noreturn void
become_program(
	const char *path, const struct sandbox *sandbox, const struct ends *ends, pid_t parent)
{
	static char search[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
	char *const environment[] = { search, locale, NULL };
	struct word word;
	const char *arguments[] = { path, NULL, NULL };
	bool landlock = false;
	int error = spawn_die_with(parent);

	if (error == 0)
		error = arrange(ends);
	if (error != 0)
		_exit(EXIT_NOT_STARTED);
	/* The writable places are among what is closed below: Landlock first. */
	if (sandbox_enter(sandbox, &landlock, NULL) != 0)
		error = EPERM;
	spawn_close_from(FIRST_FREE);
	if (!hear(3, &word))
		_exit(EXIT_NOT_STARTED);
	if (word.given)
		arguments[1] = word.argument;
	if (error == 0) {
		spawn_default_signals();
		spawn_block_signals(false);
		/* execve changes no argument; its type is older than const. */
		(void)execve(path, (char *const *)(uintptr_t)arguments, environment);
		error = errno;
	}
	(void)!write(4, &error, sizeof error);
	_exit(EXIT_NOT_STARTED);
}

/* --- in ours -------------------------------------------------------------- */

static void
close_all(int (*pipes)[2], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (int end = 0; end < 2; end++) {
			if (pipes[i][end] >= 0)
				close(pipes[i][end]);
		}
	}
}

int
program_start(const char *path, const struct sandbox_writable *writable,
	struct program *ret_program, struct fault *fault)
{
	enum { GO, INPUT, OUTPUT, ERRORS, FAILURE, COUNT };
	const struct sandbox sandbox = { .kind = SANDBOX_PROGRAM, .directory = -1,
		.writable = *writable };
	int pipes[COUNT][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct program program = { 0 };
	pid_t parent = getpid();
	int rc = 0;

	for (int i = 0; i < COUNT; i++) {
		if (pipe2(pipes[i], O_CLOEXEC) != 0) {
			rc = fault_set_errno(fault, FAULT_SYSTEM, errno, "pipes for %s", path);
			goto out;
		}
	}
	const struct ends ends = { pipes[GO][0], pipes[INPUT][0], pipes[OUTPUT][1],
		pipes[ERRORS][1], pipes[FAILURE][1] };

	program.pid = spawn_clone(&program.pidfd);
	if (program.pid == 0)
		become_program(path, &sandbox, &ends, parent);
	if (program.pid < 0) {
		rc = fault_set_errno(fault, FAULT_SYSTEM, errno, "a process for %s", path);
		goto out;
	}
	program.go = pipes[GO][1];
	program.input = pipes[INPUT][1];
	program.output = pipes[OUTPUT][0];
	program.errors = pipes[ERRORS][0];
	program.failure = pipes[FAILURE][0];
	pipes[GO][1] = pipes[INPUT][1] = pipes[OUTPUT][0] = pipes[ERRORS][0] =
		pipes[FAILURE][0] = -1;
	/* What it does not read, or does not stop writing, must not hold us. */
	(void)fcntl(program.input, F_SETFL, O_NONBLOCK);
	(void)fcntl(program.output, F_SETFL, O_NONBLOCK);
	(void)fcntl(program.errors, F_SETFL, O_NONBLOCK);
	(void)fcntl(program.failure, F_SETFL, O_NONBLOCK);
	*ret_program = program;
out:
	close_all(pipes, COUNT);
	return rc;
}

/* Takes what has come; closes *fd at its end. */
static void
take(int *fd, struct program_said *said)
{
	char bytes[PROGRAM_SAID_SIZE];
	ssize_t size = -1;
	size_t room = sizeof said->text - 1 - said->size;

	if (*fd < 0)
		return;
	do
		size = read(*fd, bytes, sizeof bytes);
	while (size < 0 && errno == EINTR);
	if (size == 0) {
		close(*fd);
		*fd = -1;
	}
	/* One turn: who floods us must not keep us from the clock. */
	if (size <= 0)
		return;
	if ((size_t)size > room)
		said->cut = true;
	else
		room = (size_t)size;
	memcpy(said->text + said->size, bytes, room);
	said->size += room;
	sodium_memzero(bytes, sizeof bytes);
}

/* Puts in what fits; closes *fd when all is in, or nobody reads it any more. */
static void
give(int *fd, struct program_order *rest)
{
	ssize_t size = write(*fd, rest->input, rest->input_size);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size > 0) {
		rest->input += size;
		rest->input_size -= (size_t)size;
	}
	if (size > 0 && rest->input_size > 0)
		return;
	close(*fd);
	*fd = -1;
}

/* Until it has ended; false: late. */
static bool
attend(struct program *program, struct program_order rest, struct program_end *end)
{
	while (deadline_left_ms(rest.deadline) > 0) {
		struct pollfd pollers[] = {
			{ .fd = program->pidfd, .events = POLLIN },
			{ .fd = program->input, .events = POLLOUT },
			{ .fd = program->output, .events = POLLIN },
			{ .fd = program->errors, .events = POLLIN },
		};

		if (poll(pollers, 4, deadline_poll_ms(rest.deadline)) <= 0)
			continue;
		if (pollers[1].revents != 0)
			give(&program->input, &rest);
		if (pollers[2].revents != 0)
			take(&program->output, &end->output);
		if (pollers[3].revents != 0)
			take(&program->errors, &end->errors);
		if (pollers[0].revents == 0)
			continue;
		/* What it said last. Somebody it started may hold the pipes open still. */
		take(&program->output, &end->output);
		take(&program->errors, &end->errors);
		return true;
	}
	return false;
}

/* Returns 0 or errno. */
static int
let_go(const struct program *program, const char *argument)
{
	const size_t length = argument != NULL ? strlen(argument) : 0;
	struct word word;

	memset(&word, 0, sizeof word);
	if (length >= sizeof word.argument)
		return E2BIG;
	word.given = argument != NULL;
	memcpy(word.argument, argument != NULL ? argument : "", length);
	if (write(program->go, &word, sizeof word) != sizeof word)
		return errno;
	return 0;
}

void
program_run(struct program *program, const struct program_order *order,
	struct program_end *ret_end)
{
	siginfo_t info = { 0 };
	int error = let_go(program, order->argument);
	bool ended;

	memset(ret_end, 0, sizeof *ret_end);
	if (error != 0) {
		ret_end->fate = PROGRAM_NOT_RUN;
		ret_end->number = error;
		return;
	}
	ended = attend(program, *order, ret_end);
	/* Also what it has started, as far as that stayed in our group: by the keeper. */
	if (!ended)
		spawn_kill(program->pid, program->pidfd);
	ret_end->fate = PROGRAM_LATE;
	if (!spawn_ended(program->pidfd, deadline_in(DEATH_MS)) ||
		!spawn_reap(program->pidfd, true, &info) || !ended)
		return;
	if (read(program->failure, &error, sizeof error) == sizeof error) {
		ret_end->fate = PROGRAM_NOT_RUN;
		ret_end->number = error;
		return;
	}
	ret_end->fate = info.si_code == CLD_EXITED ? PROGRAM_EXITED : PROGRAM_SIGNALLED;
	ret_end->number = info.si_status;
}

struct program_line
program_first_line(const struct program_said *said)
{
	struct program_line line = { "" };

	memcpy(line.text, said->text, strcspn(said->text, "\r\n"));
	return line;
}

void
program_describe(const struct program_end *end, const struct values *values,
	char ret_detail[static WIRE_DETAIL_SIZE])
{
	const struct program_line line = program_first_line(&end->errors);
	const char *words;
	char said[WIRE_DETAIL_SIZE] = "";

	redact_text(line.text, values, said, sizeof said - sizeof "signal 64: ");
	switch (end->fate) {
	case PROGRAM_EXITED:
	case PROGRAM_SIGNALLED:
		snprintf(ret_detail, WIRE_DETAIL_SIZE, "%s %d%s%.240s",
			end->fate == PROGRAM_EXITED ? "exit" : "signal", end->number,
			said[0] != '\0' ? ": " : "", said);
		break;
	case PROGRAM_NOT_RUN:
		words = strerrordesc_np(end->number);
		snprintf(ret_detail, WIRE_DETAIL_SIZE, "the program cannot be run: %s",
			words != NULL ? words : "unknown error");
		break;
	case PROGRAM_LATE:
		snprintf(ret_detail, WIRE_DETAIL_SIZE, "the program did not end in time");
		break;
	}
}
