/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/spawn.h"

#define HELPER_SOCKET 3
#define HELPER_ERRORS 4
#define EXIT_NOT_STARTED 127

/* A killed process is gone in microseconds unless the kernel itself waits for something. */
#define DEATH_MS 500

/* How the watching ended, where that was not the helper's reply. */
enum end { END_REPLY, END_NOT_STARTED, END_DIED, END_TIMED_OUT, END_MALFORMED, END_STOPPED };

struct attempt {
	enum end end;
	int error;		/* NOT_STARTED: errno */
	siginfo_t death;	/* DIED */
	pid_t pid;
	int pidfd, socket;
	int errors;		/* a pipe on which the clone says why it could not exec */
	bool posting;
	bool silent;		/* the helper's end of the socket is closed */
	struct wire_reply reply;
};

/* --- in the helper's process, before it is the helper --------------------- */

static int
exec_helper(const struct attempt_order *order, pid_t keeper, int socket, int errors)
{
	/*
	 * execve takes char *: arrays, not literals. LDAPNOINIT keeps libldap from ~/.ldaprc and
	 * its like.
	 */
	static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C", ldap[] = "LDAPNOINIT=1";
	char *const environment[] = { path, locale, ldap, NULL };
	const char *const arguments[] = { order->name, order->argument, order->target, NULL };
	int error = spawn_die_with(keeper);

	if (error != 0)
		return error;
	/* A group of its own: what it may leave behind dies with it. */
	if (setpgid(0, 0) != 0 || dup2(socket, HELPER_SOCKET) < 0 ||
		dup3(errors, HELPER_ERRORS, O_CLOEXEC) < 0)
		return errno;
	spawn_close_from(HELPER_ERRORS + 1);
	spawn_default_signals();
	spawn_block_signals(false);
	/* execve changes no argument; its type is older than const. */
	(void)execve(order->helper, (char *const *)(uintptr_t)arguments, environment);
	return errno;
}

static _Noreturn void
become_helper(const struct attempt_order *order, pid_t keeper, int socket, int errors)
{
	int error = exec_helper(order, keeper, socket, errors);

	/*
	 * In this order: until errors is closed, the other number may still be the keeper's
	 * socket.
	 */
	if (write(errors, &error, sizeof error) != sizeof error)
		(void)!write(HELPER_ERRORS, &error, sizeof error);
	_exit(EXIT_NOT_STARTED);
}

/* --- starting ------------------------------------------------------------- */

/* The request waits in the socket before the helper exists: no send to it can ever block. */
static int
hand_over(const struct attempt_order *order, int socket)
{
	struct wire_request request = *order->request;
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size;
	int error = 0;

	request.timeout_ms = order->timeout_ms;
	size = wire_put_request(&request, bytes);
	if (size == 0)
		error = EINVAL;
	else if (send(socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		error = errno;
	explicit_bzero(&request, sizeof request);
	explicit_bzero(bytes, sizeof bytes);
	return error;
}

static int
start(const struct attempt_order *order, struct attempt *attempt)
{
	int sockets[2] = { -1, -1 }, errors[2] = { -1, -1 };
	pid_t keeper = getpid();
	int error = order->null_errno;

	if (error != 0)
		return error;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0 ||
		pipe2(errors, O_CLOEXEC | O_NONBLOCK) != 0) {
		error = errno;
		goto out;
	}
	/*
	 * Above both places where the clone wants them: neither copy can overwrite the other's
	 * source.
	 */
	for (int *fd = errors; fd < errors + 2; fd++) {
		int above = fcntl(*fd, F_DUPFD_CLOEXEC, HELPER_ERRORS + 1);

		if (above < 0) {
			error = errno;
			goto out;
		}
		(void)close(*fd);
		*fd = above;
	}
	error = hand_over(order, sockets[0]);
	if (error != 0)
		goto out;
	attempt->pid = spawn_clone(&attempt->pidfd);
	if (attempt->pid == 0)
		become_helper(order, keeper, sockets[1], errors[1]);
	if (attempt->pid < 0) {
		error = errno;
		goto out;
	}
	attempt->socket = sockets[0];
	attempt->errors = errors[0];
	sockets[0] = errors[0] = -1;
out:
	for (int i = 0; i < 2; i++) {
		if (sockets[i] >= 0)
			(void)close(sockets[i]);
		if (errors[i] >= 0)
			(void)close(errors[i]);
	}
	return error;
}

/* --- watching ------------------------------------------------------------- */

/* One datagram. True if there may be more to read. */
static bool
take_one(const struct attempt_order *order, struct attempt *attempt)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct iovec part = { .iov_base = bytes, .iov_len = sizeof bytes };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t size = recvmsg(attempt->socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (size < 0) {
		/*
		 * A helper that ends with the request unread leaves ECONNRESET, once, in front of
		 * what it had sent: that may be the word that its request went out.
		 */
		return errno == EINTR || errno == ECONNRESET;
	}
	if (size == 0) {
		struct pollfd poller = { .fd = attempt->socket };

		/* The end, or an empty datagram: only the end hangs up. */
		attempt->silent = poll(&poller, 1, 0) > 0 && (poller.revents & POLLHUP) != 0;
		if (!attempt->silent)
			attempt->end = END_MALFORMED;
		return false;
	}
	/*
	 * Flags also tell of descriptors: there was no room for them, and the kernel has dropped
	 * them.
	 */
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		attempt->end = END_MALFORMED;
		return false;
	}
	if (!attempt->posting && wire_kind(bytes, (size_t)size) == WIRE_KIND_POSTING) {
		attempt->posting = true;
		return true;
	}
	attempt->end = wire_get_reply(bytes, (size_t)size, order->request->task, &attempt->reply)
		== 0 ? END_REPLY : END_MALFORMED;
	return false;
}

/*
 * What has arrived. At most two messages are ever read: a second POSTING is as malformed as
 * garbage, so no flood holds the keeper up.
 */
static void
take(const struct attempt_order *order, struct attempt *attempt)
{
	while (!attempt->silent && take_one(order, attempt))
		;
}

/* Until there is a reply, or attempt->end says why there is none. */
static void
watch(const struct attempt_order *order, struct deadline deadline, struct attempt *attempt)
{
	attempt->end = END_TIMED_OUT;
	while (deadline_left_ms(deadline) > 0) {
		struct pollfd pollers[] = {
			{ .fd = order->module_socket, .events = POLLIN | POLLRDHUP },
			{ .fd = attempt->pidfd, .events = POLLIN },
			{ .fd = attempt->silent ? -1 : attempt->socket, .events = POLLIN },
		};
		int ready = poll(pollers, 3, deadline_poll_ms(deadline));

		if (ready < 0 && errno != EINTR)
			return;
		if (ready <= 0)
			continue;
		take(order, attempt);
		if (attempt->end != END_TIMED_OUT)
			return;
		if (pollers[0].revents != 0)
			attempt->end = END_STOPPED;
		else if (pollers[1].revents != 0)
			attempt->end = END_DIED;
		if (attempt->end != END_TIMED_OUT)
			return;
	}
}

/*
 * Kills and reaps. A process that the kernel will not let die is left to it: the deadline counts
 * for more than a process that can do nothing any more.
 */
static void
finish(struct attempt *attempt)
{
	/* Before the reaping: until then the number cannot belong to another group. */
	(void)kill(-attempt->pid, SIGKILL);
	spawn_kill(attempt->pid, attempt->pidfd);
	if (!spawn_ended(attempt->pidfd, deadline_in(DEATH_MS)) ||
		!spawn_reap(attempt->pidfd, false, &attempt->death))
		return;
	/* Orphans of it came to the keeper, and must not go on to the host when that ends. */
	spawn_reap_group(attempt->pid, deadline_in(DEATH_MS));
}

/* A reply or the word POSTING may have come between the last look and the kill. */
static void
look_again(const struct attempt_order *order, struct attempt *attempt)
{
	enum end end = attempt->end;

	if (end == END_REPLY || end == END_MALFORMED)
		return;
	take(order, attempt);
	if (end == END_DIED && attempt->end == end &&
		read(attempt->errors, &attempt->error, sizeof attempt->error) > 0)
		attempt->end = END_NOT_STARTED;
}

/* --- words ---------------------------------------------------------------- */

static void
say(struct wire_reply *reply, const char *text)
{
	size_t used = strlen(reply->detail), room = sizeof reply->detail - 1 - used;
	size_t length = strnlen(text, room);

	memcpy(reply->detail + used, text, length);
	reply->detail[used + length] = '\0';
}

static void
say_number(struct wire_reply *reply, int number)
{
	char digits[12], *p = digits + sizeof digits;
	unsigned int left = number < 0 ? 0 : (unsigned int)number;

	*--p = '\0';
	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	say(reply, p);
}

/* No snprintf and no strerror in a clone of a threaded host. */
static void
make_up(const struct attempt_order *order, const struct attempt *attempt,
	struct wire_reply *ret_reply)
{
	struct wire_reply reply = {
		.outcome = attempt->posting ? WIRE_AMBIGUOUS : WIRE_UNREACHABLE,
	};
	const char *words = NULL;

	switch (attempt->end) {
	case END_REPLY:
		break;
	case END_NOT_STARTED:
		words = strerrordesc_np(attempt->error);
		say(&reply, "helper could not be started: ");
		if (order->null_errno != 0)
			say(&reply, "/dev/null: ");
		say(&reply, words != NULL ? words : "unknown error");
		break;
	case END_DIED:
		if (attempt->death.si_code == CLD_EXITED) {
			say(&reply, "helper ended without a reply (status ");
		} else {
			say(&reply, "helper died (signal ");
		}
		say_number(&reply, attempt->death.si_status);
		say(&reply, ")");
		break;
	case END_TIMED_OUT:
		say(&reply, "timed out");
		break;
	case END_MALFORMED:
		say(&reply, "malformed reply");
		break;
	case END_STOPPED:
		say(&reply, "stopped: the login is over");
		break;
	}
	*ret_reply = reply;
}

bool
attempt_run(const struct attempt_order *order, struct wire_reply *ret_reply)
{
	struct attempt attempt = { .pidfd = -1, .socket = -1, .errors = -1 };
	struct deadline deadline = deadline_in(order->timeout_ms);
	bool stopped = false;

	attempt.error = start(order, &attempt);
	if (attempt.error == 0) {
		watch(order, deadline, &attempt);
		stopped = attempt.end == END_STOPPED;
		finish(&attempt);
		look_again(order, &attempt);
		(void)close(attempt.pidfd);
		(void)close(attempt.socket);
		(void)close(attempt.errors);
	} else {
		attempt.end = END_NOT_STARTED;
	}
	if (attempt.end == END_REPLY)
		*ret_reply = attempt.reply;
	else
		make_up(order, &attempt, ret_reply);
	return !stopped;
}
