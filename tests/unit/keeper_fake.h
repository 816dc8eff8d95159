/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the keeper share. The test program is its own helper: executed with two
 * arguments it behaves as the gateway's name says (the part before a dot, so that "hang.1" and
 * "hang.2" are two). First it leaves a file DIRECTORY/NAME with "PID PPID", after POSTING where
 * its name begins with that.
 */
#ifndef TESTS_UNIT_KEEPER_FAKE_H
#define TESTS_UNIT_KEEPER_FAKE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "keeper_promises.h"
#include "wire/deadline.h"
#include "wire/keeper.h"

static const struct wire_request fake_request = {
	.task = WIRE_TASK_TEXT,
	.timeout_ms = 1,	/* each attempt gets its own */
	.validity_s = 300,
	.to = "+447700900123",
	.text = "491827 is your web1 code (K7).",
	.code = "491827",
	.ref = "K7",
};

/* --- the helper ----------------------------------------------------------- */

static void
fake_send(const void *bytes, size_t size)
{
	if (send(FAKE_SOCKET, bytes, size, MSG_NOSIGNAL) < 0)
		_exit(100);
}

static void
fake_posting(void)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	fake_send(bytes, wire_put_posting(bytes));
}

static size_t
fake_make_reply(enum wire_outcome outcome, const char *detail, uint8_t *bytes)
{
	struct wire_reply reply = { .outcome = outcome };

	if (outcome == WIRE_ACCEPTED)
		strcpy(reply.message_id, "m-1");
	snprintf(reply.detail, sizeof reply.detail, "%s", detail);
	return wire_put_reply(&reply, bytes);
}

static void
fake_reply(enum wire_outcome outcome, const char *detail)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	fake_send(bytes, fake_make_reply(outcome, detail, bytes));
}

/* "OUTCOME", "OUTCOME-OFFERS" or "OUTCOME-OFFERS-SECONDS": numbers of the wire. */
static void
fake_reply_of(const char *words)
{
	struct wire_reply reply = { .delivery = WIRE_DELIVERY_UNKNOWN };
	unsigned int outcome = 0, offers = 0, seconds = 0;
	uint8_t bytes[WIRE_SIZE_MAX];

	if (sscanf(words, "%u-%u-%u", &outcome, &offers, &seconds) < 1)
		_exit(103);
	reply.outcome = (enum wire_outcome)outcome;
	reply.offers = offers;
	reply.retry_after_s = seconds;
	fake_send(bytes, wire_put_reply(&reply, bytes));
}

/* What only a source of phone numbers may say. */
static void
fake_numbers(void)
{
	const struct wire_reply reply = { .outcome = WIRE_ACCEPTED, .numbers = "+447700900124" };
	uint8_t bytes[WIRE_SIZE_MAX];

	fake_send(bytes, wire_put_reply(&reply, bytes));
}

/* Leaves the file, complete or not at all. */
static void
fake_leave_pids(const char *directory, const char *name)
{
	char path[PATH_MAX + 64], temporary[PATH_MAX + 64];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	snprintf(temporary, sizeof temporary, "%s/.%s", directory, name);
	file = fopen(temporary, "w");
	if (file == NULL || fprintf(file, "%d %d\n", (int)getpid(), (int)getppid()) < 0 ||
		fclose(file) != 0 || rename(temporary, path) != 0)
		_exit(101);
}

/* Whether the request is the one that was ordered, with a share of the time. */
static bool
fake_read_request(void)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request request, expected = fake_request;
	ssize_t size = recv(FAKE_SOCKET, bytes, sizeof bytes, 0);

	if (size <= 0 || wire_get_request(bytes, (size_t)size, &request) != 0)
		return false;
	expected.timeout_ms = request.timeout_ms;
	return request.timeout_ms >= 1 && request.timeout_ms <= 10000 &&
		memcmp(&request, &expected, sizeof request) == 0;
}

/* Bytes that are no message, after the name of their fault. */
static void
fake_spoiled(const char *how)
{
	uint8_t bytes[WIRE_SIZE_MAX + 1] = { 0 };
	size_t size = fake_make_reply(WIRE_ACCEPTED, "fine", bytes);
	struct wire_event event = { .kind = WIRE_EVENT_DONE };

	if (strcmp(how, "truncated") == 0)
		size--;
	else if (strcmp(how, "trailing") == 0)
		size++;
	else if (strcmp(how, "version") == 0)
		bytes[4]++;
	else if (strcmp(how, "kind") == 0)
		size = wire_put_event(&event, bytes);
	else if (strcmp(how, "oversize") == 0)
		size = sizeof bytes;
	else if (strcmp(how, "empty") == 0)
		size = 0;
	else
		memset(bytes, 0xff, size);
	fake_send(bytes, size);
	pause();
}

/* A good reply that would leave an open file in the keeper. */
static void
fake_with_fd(void)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { .iov_base = bytes };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	const int fd = STDIN_FILENO;

	part.iov_len = fake_make_reply(WIRE_ACCEPTED, "fine", bytes);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(FAKE_SOCKET, &message, MSG_NOSIGNAL) < 0)
		_exit(102);
	pause();
}

static void
fake_flood(bool postings)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size = postings ? wire_put_posting(bytes) : sizeof bytes;

	if (!postings)
		memset(bytes, 'x', sizeof bytes);
	for (;;)
		fake_send(bytes, size);
}

static void
fake_behave(const char *how, char *const argv[])
{
	char detail[WIRE_DETAIL_SIZE];
	sigset_t all;

	if (strcmp(how, "accept") == 0) {
		fake_reply(fake_read_request() ? WIRE_ACCEPTED : WIRE_UNRECOGNISED, "request");
	} else if (strcmp(how, "linger") == 0) {
		fake_reply(WIRE_ACCEPTED, "and stays");
		pause();
	} else if (strcmp(how, "refuse") == 0) {
		fake_reply(WIRE_PASSING, "busy");
	} else if (strncmp(how, "reply-", 6) == 0) {
		fake_reply_of(how + 6);
	} else if (strcmp(how, "numbers") == 0) {
		fake_numbers();
	} else if (strcmp(how, "verbose") == 0) {
		memset(detail, 'd', sizeof detail - 1);
		detail[sizeof detail - 1] = '\0';
		fake_reply(WIRE_OPERATOR, detail);
	} else if (strcmp(how, "inspect") == 0) {
		snprintf(detail, sizeof detail, "line %d", fake_inspect(argv));
		fake_reply(strcmp(detail, "line 0") == 0 ? WIRE_ACCEPTED : WIRE_OPERATOR, detail);
	} else if (strcmp(how, "killed") == 0) {
		raise(SIGKILL);
	} else if (strcmp(how, "three") == 0) {
		_exit(3);
	} else if (strcmp(how, "stubborn") == 0) {
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		for (;;)
			pause();
	} else if (strcmp(how, "mute") == 0) {
		close(FAKE_SOCKET);
		pause();
	} else if (strcmp(how, "grandchild") == 0) {
		if (fork() == 0) {
			fake_leave_pids(argv[1], "grandchild");
			for (;;)
				pause();
		}
		/* Its child holds the socket open, so only the pidfd tells of this end. */
		poll(NULL, 0, 50);
	} else if (strcmp(how, "fd") == 0) {
		fake_with_fd();
	} else if (strcmp(how, "flood") == 0 || strcmp(how, "noise") == 0) {
		fake_flood(how[0] == 'f');
	} else if (strcmp(how, "hang") == 0) {
		for (;;)
			pause();
	} else {
		fake_spoiled(how);
	}
}

/* First thing in main: a helper never returns from here. */
static inline void
fake_main(int argc, char *argv[])
{
	char how[64];
	bool posting;

	if (argc != 3)
		return;
	snprintf(how, sizeof how, "%s", argv[2]);
	how[strcspn(how, ".")] = '\0';
	posting = strncmp(how, "posting-", 8) == 0;
	if (posting)
		fake_posting();
	fake_leave_pids(argv[1], argv[2]);
	fake_behave(how + (posting ? 8 : 0), argv);
	_exit(0);
}

/* --- the module's part ---------------------------------------------------- */

static char fake_self[PATH_MAX], fake_directory[PATH_MAX];

static int
fake_setup(void **state)
{
	const char *base = getenv("TMPDIR");
	ssize_t size = readlink("/proc/self/exe", fake_self, sizeof fake_self - 1);

	(void)state;
	if (size <= 0)
		return -1;
	fake_self[size] = '\0';
	snprintf(fake_directory, sizeof fake_directory, "%s/keeper-XXXXXX",
		base != NULL ? base : "/tmp");
	return mkdtemp(fake_directory) != NULL ? 0 : -1;
}

static int
fake_teardown(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", fake_directory);
	return system(command) == 0 ? 0 : -1;
}

static struct keeper_job
fake_job(const char *const *gateways, int64_t timeout_ms)
{
	struct keeper_job job = {
		.helper = fake_self,
		.argument = fake_directory,
		.targets = gateways,
		.timeout_ms = timeout_ms,
		.request = &fake_request,
	};

	while (gateways[job.target_count] != NULL)
		job.target_count++;
	return job;
}

/* The pids in DIRECTORY/NAME, waiting for the file; false after five seconds. Removes it. */
static inline bool
fake_pids(const char *name, pid_t *ret_helper, pid_t *ret_keeper)
{
	struct deadline deadline = deadline_in(5000);
	char path[PATH_MAX + 64];
	int helper, keeper;
	FILE *file;
	bool read;

	*ret_helper = *ret_keeper = 0;
	snprintf(path, sizeof path, "%s/%s", fake_directory, name);
	while ((file = fopen(path, "r")) == NULL) {
		if (deadline_left_ms(deadline) == 0)
			return false;
		poll(NULL, 0, 5);
	}
	read = fscanf(file, "%d %d", &helper, &keeper) == 2;
	fclose(file);
	unlink(path);
	*ret_helper = helper;
	*ret_keeper = keeper;
	return read;
}

/* Whether a process has ended (a zombie has), waiting for it at most so long. */
static inline bool
fake_gone(pid_t pid, int64_t ms)
{
	struct deadline deadline = deadline_in(ms);
	char path[64], state;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	for (;;) {
		FILE *file = fopen(path, "r");
		bool there = file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) == 1 &&
			state != 'Z';

		if (file != NULL)
			fclose(file);
		if (!there)
			return true;
		if (deadline_left_ms(deadline) == 0)
			return false;
		poll(NULL, 0, 5);
	}
}

/* No child of any exit signal is left. */
static inline bool
fake_childless(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | __WALL) == -1 && errno == ECHILD;
}

#endif
