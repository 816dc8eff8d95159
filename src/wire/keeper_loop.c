/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/keeper_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/health.h"
#include "wire/attempt.h"
#include "wire/clock.h"
#include "wire/spawn.h"

#define MODULE_SOCKET 3
#define TIMER_SLACK_NS 50000ul

struct loop {
	struct keeper_plan *plan;
	int null_errno;
};

/* --- becoming a process of its own ---------------------------------------- */

/* 0, 1 and 2 for the keeper, and through it for the helpers. Returns errno. */
static int
open_null(void)
{
	for (int fd = 0; fd < MODULE_SOCKET; fd++) {
		int opened = open("/dev/null", O_RDWR);

		if (opened != fd)
			return opened < 0 ? errno : EBADF;
	}
	return 0;
}

/* Keeps the socket alone, at MODULE_SOCKET. */
static int
keep_socket(struct keeper_plan *plan)
{
	if (plan->socket != MODULE_SOCKET &&
		dup3(plan->socket, MODULE_SOCKET, O_CLOEXEC) != MODULE_SOCKET)
		return errno;
	plan->socket = MODULE_SOCKET;
	for (int fd = 0; fd < MODULE_SOCKET; fd++)
		(void)close(fd);
	spawn_close_from(MODULE_SOCKET + 1);
	return 0;
}

static int
settle(struct loop *loop)
{
	struct keeper_plan *plan = loop->plan;
	int error;

	/* The shelter has blocked them already, but for two that the C library keeps for itself. */
	spawn_block_signals(true);
	spawn_default_signals();
	error = spawn_become_root();
	/* A change of uid clears the parent-death signal, so after it. */
	if (error == 0)
		error = spawn_die_with(plan->host);
	if (error != 0)
		return error;
	/* The copy of the host's memory holds a password or two: no ptrace, no core. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NAME, "smsotp-keeper", 0, 0, 0);
	/*
	 * What helpers leave behind would be adopted by the host, where that is a container's
	 * first process.
	 */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	/*
	 * An execve of su leaves its caller's timer slack as it is, and with an hour of it no wait
	 * ends on time. This is the kernel's default; helpers inherit it.
	 */
	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	/* First the limits: su passes RLIMIT_NOFILE on. */
	spawn_reset_limits();
	error = keep_socket(plan);
	if (error != 0)
		return error;
	loop->null_errno = open_null();
	/* Without a session of its own, ^C and ^Z at the prompt would reach it. */
	if (setsid() < 0 || chdir("/") != 0)
		return errno;
	(void)umask(077);
	return 0;
}

/* --- talking to the module ------------------------------------------------ */

/*
 * Waits until the deadline. True if the module then still wants this keeper; false as soon as
 * something comes or hangs up.
 */
static bool
wait_quietly(const struct loop *loop, struct deadline deadline)
{
	struct pollfd poller = { .fd = loop->plan->socket, .events = POLLIN | POLLRDHUP };

	for (;;) {
		int ready = poll(&poller, 1, deadline_poll_ms(deadline));

		if (ready > 0 || (ready < 0 && errno != EINTR))
			return false;
		if (deadline_left_ms(deadline) == 0)
			return true;
	}
}

static bool
told_to_go(const struct loop *loop)
{
	char word;
	ssize_t size;

	/* No deadline: the module's next step is to say it or to close, and its death is ours. */
	do
		size = recv(loop->plan->socket, &word, 1, 0);
	while (size < 0 && errno == EINTR);
	return size == 1;
}

/*
 * Never blocks: a module that does not read must not stop the keeper. False if it cannot be told.
 */
static bool
report(const struct loop *loop, const struct wire_event *event)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size = wire_put_event(event, bytes);
	ssize_t sent = -1;

	if (size == 0)
		return false;
	do
		sent = send(loop->plan->socket, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

static uint32_t
since(int64_t start_ms)
{
	int64_t elapsed = deadline_clock_ms() - start_ms;

	return elapsed > UINT32_MAX ? UINT32_MAX : (uint32_t)elapsed;
}

/* --- the targets in order ------------------------------------------------- */

/* Here and not in the module, which may be blocked in the conversation, or gone. */
static void
note(const struct keeper_plan *plan, size_t index, int64_t begun_ms,
	const struct wire_reply *reply)
{
	struct health_note written = {
		.retry_after_s = reply->retry_after_s,
		.offers_known = wire_offers_known(reply), .offers = reply->offers,
		.begun_ms = begun_ms, .ended_ms = clock_boot_ms(),
	};

	switch (reply->outcome) {
	case WIRE_ACCEPTED:
		written.sign = HEALTH_WORKED;
		break;
	case WIRE_RECIPIENT:
	case WIRE_UNROUTABLE:
		written.sign = HEALTH_ANSWERED;
		break;
	case WIRE_OPERATOR:
	case WIRE_PASSING:
	case WIRE_UNREACHABLE:
	case WIRE_AMBIGUOUS:
	case WIRE_UNRECOGNISED:
		written.sign = HEALTH_FAILED;
		break;
	case WIRE_SKIPPED:
		break;
	}
	/* A gateway whose calls fail may text all the same. */
	if (plan->request.task != WIRE_TASK_TEXT)
		written.sign = HEALTH_NONE;
	health_note(plan->health[index], &written);
}

/* True if the next target's turn has come. */
static bool
try_target(const struct loop *loop, size_t index, uint32_t timeout_ms)
{
	const struct keeper_plan *plan = loop->plan;
	const struct attempt_order order = {
		.helper = plan->helper,
		.name = plan->name,
		.argument = plan->argument,
		.target = plan->targets[index],
		.request = &plan->request,
		.timeout_ms = timeout_ms,
		.module_socket = plan->socket,
		.null_errno = loop->null_errno,
	};
	struct wire_event event = { .kind = WIRE_EVENT_STARTED, .index = (uint32_t)index };
	int64_t start_ms = deadline_clock_ms(), begun_ms = clock_boot_ms();
	bool wanted;

	/*
	 * Said before it is done, and not done if it could not be said: after the keeper's end,
	 * however it came, the module can read from the socket whether a text may exist.
	 */
	if (!report(loop, &event))
		return false;
	event.kind = WIRE_EVENT_ENDED;
	wanted = attempt_run(&order, &event.reply);
	event.elapsed_ms = since(start_ms);
	if (wanted)
		note(plan, index, begun_ms, &event.reply);
	return report(loop, &event) && wanted && event.reply.outcome != WIRE_ACCEPTED &&
		event.reply.outcome != WIRE_RECIPIENT;
}

static void
try_all(const struct loop *loop)
{
	const struct keeper_plan *plan = loop->plan;
	struct deadline deadline = deadline_in(plan->timeout_ms);
	int64_t start_ms = deadline_clock_ms();
	struct wire_event done = { .kind = WIRE_EVENT_DONE };

	for (size_t i = 0; i < plan->target_count; i++) {
		int64_t left = deadline_left_ms(deadline);
		int64_t share = left / (int64_t)(plan->target_count - i);

		if (left == 0)
			break;
		if (!try_target(loop, i, (uint32_t)(share > 0 ? share : left)))
			break;
	}
	done.elapsed_ms = since(start_ms);
	(void)report(loop, &done);
}

void
keeper_loop_run(struct keeper_plan *plan)
{
	struct loop loop = { .plan = plan };

	/*
	 * If it cannot settle it ends without a word, and the module sees that nothing was
	 * started.
	 */
	if (settle(&loop) == 0 && told_to_go(&loop) && wait_quietly(&loop, plan->start))
		try_all(&loop);
	/*
	 * explicit_bzero, not libsodium's: a first call into another library may bind lazily,
	 * under a lock.
	 */
	explicit_bzero(&plan->request, sizeof plan->request);
	/* Not exit: what is registered for that is the host's. */
	_exit(0);
}
