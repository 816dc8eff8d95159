/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/place.h"
#include "helper/redact.h"
#include "wire/spawn.h"
#include "wire/wire.h"

#define FIRST_FREE 5		/* 0 to 2 are the program's, 3 and 4 the waiting process's */
#define SAID_SIZE 1024		/* of what it prints; the rest is read and forgotten */
#define DEATH_MS 500
#define EXIT_NOT_STARTED 127

struct said {
	char text[SAID_SIZE];
	size_t size;
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

static _Noreturn void
become_program(
	const char *path, const struct sandbox *sandbox, const struct ends *ends, pid_t parent)
{
	static char search[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
	char *const environment[] = { search, locale, NULL };
	const char *const arguments[] = { path, NULL };
	bool landlock = false;
	char byte;
	int error = spawn_die_with(parent);

	if (error == 0)
		error = arrange(ends);
	if (error != 0)
		_exit(EXIT_NOT_STARTED);
	/* The writable places are among what is closed below: Landlock first. */
	if (sandbox_enter(sandbox, &landlock, NULL) != 0)
		error = EPERM;
	spawn_close_from(FIRST_FREE);
	/* Its end: there is nothing to send. */
	if (read(3, &byte, 1) != 1)
		_exit(EXIT_NOT_STARTED);
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
take(int *fd, struct said *said)
{
	char bytes[SAID_SIZE];
	ssize_t size;

	while (*fd >= 0 && (size = read(*fd, bytes, sizeof bytes)) != 0) {
		size_t room = sizeof said->text - 1 - said->size;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return;
		if ((size_t)size < room)
			room = (size_t)size;
		memcpy(said->text + said->size, bytes, room);
		said->size += room;
		/* One turn: who floods us must not keep us from the clock. */
		return;
	}
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Puts in what fits; closes *fd when all is in, or nobody reads it any more. */
static void
give(int *fd, struct program_message *rest)
{
	ssize_t size = write(*fd, rest->bytes, rest->size);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size > 0) {
		rest->bytes += size;
		rest->size -= (size_t)size;
	}
	if (size > 0 && rest->size > 0)
		return;
	close(*fd);
	*fd = -1;
}

/* Until it has ended; false: late. */
static bool
attend(struct program *program, struct program_message rest, struct deadline deadline,
	struct said *output, struct said *errors)
{
	while (deadline_left_ms(deadline) > 0) {
		struct pollfd pollers[] = {
			{ .fd = program->pidfd, .events = POLLIN },
			{ .fd = program->input, .events = POLLOUT },
			{ .fd = program->output, .events = POLLIN },
			{ .fd = program->errors, .events = POLLIN },
		};

		if (poll(pollers, 4, deadline_poll_ms(deadline)) <= 0)
			continue;
		if (pollers[1].revents != 0)
			give(&program->input, &rest);
		if (pollers[2].revents != 0)
			take(&program->output, output);
		if (pollers[3].revents != 0)
			take(&program->errors, errors);
		if (pollers[0].revents == 0)
			continue;
		/* What it said last. Somebody it started may hold the pipes open still. */
		take(&program->output, output);
		take(&program->errors, errors);
		return true;
	}
	return false;
}

/* sysexits.h, as sendmail and postfix read the status of who delivers for them. */
static enum wire_outcome
by_exit(int status)
{
	switch (status) {
	case EX_OK: return WIRE_ACCEPTED;
	case EX_NOUSER: return WIRE_RECIPIENT;
	case EX_NOHOST: return WIRE_UNROUTABLE;
	case EX_UNAVAILABLE:
	case EX_TEMPFAIL: return WIRE_PASSING;
	case EX_NOPERM:
	case EX_CONFIG: return WIRE_OPERATOR;
	default: return WIRE_UNRECOGNISED;
	}
}

/* The first line, cut there. */
static const char *
first_line(struct said *said)
{
	said->text[said->size] = '\0';
	said->text[strcspn(said->text, "\r\n")] = '\0';
	return said->text;
}

static void
judge(struct program *program, const siginfo_t *end, struct said *output, struct said *errors,
	const struct values *values, struct wire_reply *reply)
{
	const char *words;
	char said[WIRE_DETAIL_SIZE] = "";
	int error = 0;

	if (read(program->failure, &error, sizeof error) == sizeof error) {
		words = strerrordesc_np(error);
		reply->outcome = WIRE_OPERATOR;
		snprintf(reply->detail, sizeof reply->detail, "the program cannot be run: %s",
			words != NULL ? words : "unknown error");
		return;
	}
	redact_text(first_line(errors), values, said, sizeof said - sizeof "signal 64: ");
	if (end->si_code != CLD_EXITED) {
		/* It may have sent the text before. */
		reply->outcome = WIRE_AMBIGUOUS;
		snprintf(reply->detail, sizeof reply->detail, "signal %d%s%.240s", end->si_status,
			said[0] != '\0' ? ": " : "", said);
		return;
	}
	reply->outcome = by_exit(end->si_status);
	if (reply->outcome != WIRE_ACCEPTED)
		snprintf(reply->detail, sizeof reply->detail, "exit %d%s%.240s", end->si_status,
			said[0] != '\0' ? ": " : "", said);
	else if (redact_passes_id(first_line(output), values))
		memcpy(reply->message_id, output->text, strlen(output->text) + 1);
}

void
program_run(struct program *program, const struct program_message *message,
	const struct values *values, struct deadline deadline, program_posting *posting,
	void *data, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_UNREACHABLE };
	struct said output = { .size = 0 }, errors = { .size = 0 };
	siginfo_t end = { 0 };
	bool ended;

	if (!posting(data)) {
		snprintf(reply.detail, sizeof reply.detail, "nobody waits for the answer");
		*ret_reply = reply;
		return;
	}
	if (write(program->go, "", 1) != 1) {
		snprintf(reply.detail, sizeof reply.detail, "the program's process has died");
		*ret_reply = reply;
		return;
	}
	ended = attend(program, *message, deadline, &output, &errors);
	/* Also what it has started, as far as that stayed in our group: by the keeper. */
	if (!ended)
		spawn_kill(program->pid, program->pidfd);
	if (spawn_ended(program->pidfd, deadline_in(DEATH_MS)) &&
		spawn_reap(program->pidfd, true, &end) && ended) {
		judge(program, &end, &output, &errors, values, &reply);
	} else {
		reply.outcome = WIRE_AMBIGUOUS;
		snprintf(reply.detail, sizeof reply.detail, "the program did not end in time");
	}
	*ret_reply = reply;
}
