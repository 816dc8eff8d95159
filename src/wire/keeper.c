/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's side of the keeper; what runs in the clone is in keeper_loop.c and attempt.c. */
#include "wire/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/shelter.h"
#include "wire/keeper_loop.h"
#include "wire/spawn.h"

/* A helper killed by the kernel's leave dies within its own bound, then the keeper. */
#define STOP_MS 500

/* Two for each attempt and DONE, each with what the kernel adds to a datagram of that size. */
#define EVENTS_MAX (2 * KEEPER_ATTEMPTS_MAX + 1)
#define EVENT_ROOM 4096
#define TIMEOUT_MAX_MS INT64_C(3600000)

struct keeper {
	int socket, pidfd;
	pid_t pid;
	enum wire_task task;
	size_t target_count;
	struct deadline start;
	bool over;		/* the keeper has said DONE, or is gone, or talks nonsense */
	struct keeper_status status;
};

/* --- what the keeper has said --------------------------------------------- */

static void
end_attempt(struct keeper *keeper, const struct wire_reply *reply, uint32_t elapsed_ms)
{
	struct keeper_status *status = &keeper->status;
	struct keeper_attempt *attempt = &status->attempts[status->attempt_count - 1];

	attempt->ended = true;
	attempt->elapsed_ms = elapsed_ms;
	attempt->reply = *reply;
	if (reply->outcome == WIRE_AMBIGUOUS)
		status->ambiguous = true;
	if (reply->outcome == WIRE_ACCEPTED)
		status->state = KEEPER_ACCEPTED;
}

/* Nothing may follow. */
static bool
attempts_over(const struct keeper_status *status)
{
	enum wire_outcome last = status->attempt_count == 0 ? WIRE_PASSING
		: status->attempts[status->attempt_count - 1].reply.outcome;

	return last == WIRE_ACCEPTED || last == WIRE_RECIPIENT;
}

static bool
attempt_open(const struct keeper *keeper)
{
	size_t count = keeper->status.attempt_count;

	return count > 0 && !keeper->status.attempts[count - 1].ended;
}

/* Nothing more will come. An attempt whose end was not told may have sent the text. */
static void
lose(struct keeper *keeper)
{
	static const struct wire_reply reply = {
		.outcome = WIRE_AMBIGUOUS,
		.detail = "keeper ended before its helper",
	};

	if (attempt_open(keeper))
		end_attempt(keeper, &reply, 0);
	if (keeper->status.state != KEEPER_ACCEPTED)
		keeper->status.state = KEEPER_FAILED;
	keeper->over = true;
}

/* False if the event cannot come at this point: then the keeper is not to be believed any more. */
static bool
take_event(struct keeper *keeper, const struct wire_event *event)
{
	struct keeper_status *status = &keeper->status;
	bool open = attempt_open(keeper);

	switch (event->kind) {
	case WIRE_EVENT_STARTED:
		if (open || attempts_over(status) ||
			event->index != status->attempt_count ||
			event->index >= keeper->target_count)
			return false;
		status->attempts[status->attempt_count++].target = event->index;
		status->state = KEEPER_SENDING;
		status->began = true;
		return true;
	case WIRE_EVENT_ENDED:
		if (!open || event->index != status->attempt_count - 1)
			return false;
		end_attempt(keeper, &event->reply, event->elapsed_ms);
		return true;
	case WIRE_EVENT_DONE:
		if (open)
			return false;
		lose(keeper);
		return true;
	}
	return false;
}

/* Takes in all that has arrived. Does not wait. */
static void
drain(struct keeper *keeper)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	while (!keeper->over) {
		struct wire_event event;
		struct iovec part = { .iov_base = bytes, .iov_len = sizeof bytes };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
		ssize_t size = recvmsg(keeper->socket, &message, MSG_DONTWAIT);

		/* ECONNRESET: it ended before it read the word to go, and comes once. */
		if (size < 0 && (errno == EINTR || errno == ECONNRESET))
			continue;
		if (size < 0 && errno == EAGAIN)
			return;
		if (size <= 0 || (message.msg_flags & MSG_TRUNC) != 0 ||
			wire_get_event(bytes, (size_t)size, keeper->task, &event) != 0 ||
			!take_event(keeper, &event))
			lose(keeper);
		/* The host's stack: a look-up's numbers must not stay on it. */
		explicit_bzero(bytes, sizeof bytes);
		explicit_bzero(&event, sizeof event);
	}
}

/* --- starting ------------------------------------------------------------- */

static int
check_job(const struct keeper_job *job, struct fault *fault)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size;

	if (job->helper == NULL || job->helper[0] != '/' || job->argument == NULL ||
		job->target_count == 0 || job->target_count > KEEPER_ATTEMPTS_MAX ||
		job->start_after_ms < 0 || job->timeout_ms <= 0 || job->timeout_ms > TIMEOUT_MAX_MS)
		return fault_set(fault, FAULT_SYSTEM, "keeper: the order makes no sense");
	size = wire_put_request(job->request, bytes);
	explicit_bzero(bytes, sizeof bytes);
	if (size == 0)
		return fault_set(fault, FAULT_SYSTEM, "keeper: the request is not well-formed");
	return 0;
}

/* Copies text to *at, moving that on. */
static const char *
keep(char **at, const char *text)
{
	const char *copy = *at;

	*at = stpcpy(*at, text) + 1;
	return copy;
}

static struct keeper_plan *
plan_make(const struct keeper_job *job, int socket)
{
	size_t size = sizeof(struct keeper_plan);
	struct keeper_plan *plan;
	char *at;

	size += strlen(job->helper) + 1 + strlen(job->argument) + 1;
	for (size_t i = 0; i < job->target_count; i++)
		size += strlen(job->targets[i]) + 1;
	plan = calloc(1, size);
	if (plan == NULL)
		return NULL;
	at = plan->strings;
	plan->request = *job->request;
	plan->helper = keep(&at, job->helper);
	plan->name = strrchr(plan->helper, '/') + 1;
	plan->argument = keep(&at, job->argument);
	for (size_t i = 0; i < job->target_count; i++)
		plan->targets[i] = keep(&at, job->targets[i]);
	for (size_t i = 0; job->health != NULL && i < job->target_count; i++)
		plan->health[i] = job->health[i];
	plan->target_count = job->target_count;
	plan->start = deadline_in(job->start_after_ms);
	plan->timeout_ms = job->timeout_ms;
	plan->host = getpid();
	plan->socket = socket;
	return plan;
}

static void
plan_free(struct keeper_plan **plan)
{
	if (*plan == NULL)
		return;
	explicit_bzero(&(*plan)->request, sizeof (*plan)->request);
	free(*plan);
	*plan = NULL;
}

/*
 * A daemon may run with 0, 1 or 2 closed, and what it opens next must not become its standard
 * output.
 */
static int
move_above(int *fd, struct fault *fault)
{
	int above;

	if (*fd > STDERR_FILENO)
		return 0;
	above = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (above < 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "keeper: descriptor");
	(void)close(*fd);
	*fd = above;
	return 0;
}

/* The keeper never waits for the module to read: all it can ever say must fit. */
static int
make_room(int socket, struct fault *fault)
{
	const int wanted = EVENTS_MAX * EVENT_ROOM;
	int room = 0;
	socklen_t size = sizeof room;

	if (getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &size) == 0 && room >= wanted)
		return 0;
	(void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
	if (getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &size) == 0 && room >= wanted)
		return 0;
	return fault_set(fault, FAULT_SYSTEM,
		"keeper: socket buffers are limited to %d bytes, %d needed", room, wanted);
}

static int
open_sockets(int ret_sockets[static 2], struct fault *fault)
{
	int result;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_sockets) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "keeper: socket");
	result = move_above(&ret_sockets[0], fault);
	if (result == 0)
		result = move_above(&ret_sockets[1], fault);
	if (result == 0)
		result = make_room(ret_sockets[1], fault);
	return result;
}

/*
 * In a shelter: all signals are blocked, and under su and sudo, whose real uid is their caller's,
 * that caller cannot stop the clone before it has become root.
 */
static int
launch(struct keeper *keeper, struct keeper_plan *plan, struct fault *fault)
{
	struct shelter shelter;
	int pidfd = -1, errnum;
	int result = shelter_enter(&shelter, fault);
	pid_t pid;

	if (result < 0)
		return result;
	pid = spawn_clone(&pidfd);
	if (pid == 0)
		keeper_loop_run(plan);
	errnum = errno;
	keeper->pidfd = pidfd;
	keeper->pid = pid;
	if (pid < 0)
		result = fault_set_errno(fault, FAULT_SYSTEM, errnum, "keeper: clone");
	result = shelter_leave(&shelter, result, fault);
	if (result < 0)
		return result;
	return move_above(&keeper->pidfd, fault);
}

int
keeper_start(const struct keeper_job *job, struct keeper **ret_keeper, struct fault *fault)
{
	struct keeper *keeper = NULL;
	struct keeper_plan *plan = NULL;
	int sockets[2] = { -1, -1 };
	int result = check_job(job, fault);

	if (result < 0)
		goto out;
	result = open_sockets(sockets, fault);
	if (result < 0)
		goto out;
	keeper = calloc(1, sizeof *keeper);
	plan = plan_make(job, sockets[1]);
	if (keeper == NULL || plan == NULL) {
		result = fault_set(fault, FAULT_MEMORY, "keeper: out of memory");
		goto out;
	}
	keeper->socket = sockets[0];
	sockets[0] = -1;
	keeper->pidfd = -1;
	keeper->task = job->request->task;
	keeper->target_count = job->target_count;
	keeper->start = plan->start;
	result = launch(keeper, plan, fault);
	/* If it has died already, that is the first thing the socket tells. */
	if (result == 0 && send(keeper->socket, "g", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1 &&
		errno != EPIPE && errno != ECONNRESET)
		result = fault_set_errno(fault, FAULT_SYSTEM, errno, "keeper: word to go");
out:
	plan_free(&plan);
	for (int i = 0; i < 2; i++) {
		if (sockets[i] >= 0)
			(void)close(sockets[i]);
	}
	if (result < 0)
		keeper_stop(&keeper, NULL);
	else
		*ret_keeper = keeper;
	return result;
}

/* --- afterwards ----------------------------------------------------------- */

void
keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status)
{
	struct deadline deadline = deadline_in(wait_ms);
	struct keeper_status *status = &keeper->status;

	for (;;) {
		struct pollfd poller = { .fd = keeper->socket, .events = POLLIN };

		drain(keeper);
		if (keeper->over || status->state == KEEPER_ACCEPTED ||
			deadline_left_ms(deadline) == 0)
			break;
		if (poll(&poller, 1, deadline_poll_ms(deadline)) < 0 && errno != EINTR)
			break;
	}
	*ret_status = *status;
	/* From its start on a helper may exist whose STARTED comes in the next instant. */
	if (status->state == KEEPER_WAITING && deadline_left_ms(keeper->start) == 0)
		ret_status->began = true;
}

void
keeper_stop(struct keeper **keeper, struct keeper_status *ret_status)
{
	struct keeper *old = *keeper;
	bool waiting = false;

	if (old == NULL)
		return;
	if (old->pidfd >= 0) {
		drain(old);
		waiting = old->status.state == KEEPER_WAITING;
		/* Only this direction: the keeper can still say what became of its helper. */
		(void)shutdown(old->socket, SHUT_WR);
		if (!spawn_ended(old->pidfd, deadline_in(STOP_MS)))
			spawn_kill(old->pid, old->pidfd);
		(void)spawn_reap(old->pidfd, true, NULL);
		(void)close(old->pidfd);
		drain(old);
	}
	if (ret_status != NULL) {
		*ret_status = old->status;
		/* A keeper that was stopped before it began has not failed. */
		if (waiting && !old->status.began)
			ret_status->state = KEEPER_WAITING;
	}
	(void)close(old->socket);
	explicit_bzero(old, sizeof *old);
	free(old);
	*keeper = NULL;
}
