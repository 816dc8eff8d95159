/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/random.h"
#include "helper/failure.h"
#include "wire/wire.h"

#define LOCK_PAUSE_NS 5000000

int
outbox_open(const char *path, int *ret_fd, struct fault *fault)
{
	int fd = open(path,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		0600);
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "outbox %s", path);
	if (fstat(fd, &st) != 0)
		rc = fault_set_errno(fault, FAULT_CONFIG, errno, "outbox %s", path);
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		rc = fault_set(
			fault, FAULT_CONFIG, "outbox %s: not a regular file with one name", path);
	else if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		rc = fault_set(fault, FAULT_CONFIG,
			"outbox %s: must be root's own, and open to nobody else (mode 0600)", path);
	if (rc == 0)
		*ret_fd = fd;
	else
		close(fd);
	return rc;
}

/* "{…}\n", to be wiped and freed; NULL for what is not UTF-8. */
static char *
make_line(const struct wire_request *request)
{
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm utc;
	json_t *object = NULL;
	char *text = NULL, *line = NULL;
	size_t length;

	if (gmtime_r(&now, &utc) == NULL ||
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return NULL;
	object = json_pack(
		"{s:s, s:s, s:s}", "time", stamp, "to", request->to, "text", request->text);
	if (object != NULL)
		text = json_dumps(object, 0);
	json_decref(object);
	if (text == NULL)
		return NULL;
	length = strlen(text);
	line = malloc(length + 2);
	if (line != NULL) {
		memcpy(line, text, length);
		memcpy(line + length, "\n", 2);
	}
	sodium_memzero(text, length);
	free(text);
	return line;
}

/* flock with an end: another process may hold it, or be stopped while it does. */
static int
lock(int fd, struct deadline deadline)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (deadline_left_ms(deadline) == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* One write(2): a reader sees the whole line or none of it. */
static void
write_line(int fd, const char *line, struct wire_reply *reply)
{
	const size_t length = strlen(line);
	struct stat before;
	ssize_t written;
	int errnum;

	if (fstat(fd, &before) != 0) {
		failure_say(reply, WIRE_OPERATOR, "outbox: cannot be examined", errno);
		return;
	}
	do
		written = write(fd, line, length);
	while (written < 0 && errno == EINTR);
	if (written == (ssize_t)length) {
		reply->outcome = WIRE_ACCEPTED;
		return;
	}
	errnum = written < 0 ? errno : ENOSPC;
	/* Half a line would spoil the next one too, and may hold the code. */
	if (written > 0 && ftruncate(fd, before.st_size) != 0)
		failure_say(reply, WIRE_AMBIGUOUS,
			"outbox: part of a line was written and cannot be taken back",
			errno);
	else
		failure_say(reply, WIRE_OPERATOR, "outbox: cannot be written", errnum);
}

void
outbox_append(int fd, const struct wire_request *request, struct deadline deadline,
	outbox_posting *posting, void *data, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	uint64_t number = 0;
	char *line = make_line(request);

	if (line == NULL || random_bytes(&number, sizeof number) != 0) {
		failure_say(&reply, WIRE_OPERATOR,
			"outbox: the text is not UTF-8, or no memory", 0);
	} else if (lock(fd, deadline) != 0) {
		failure_say(&reply, WIRE_PASSING, "outbox: cannot be locked", errno);
	} else {
		if (posting(data))
			write_line(fd, line, &reply);
		else
			failure_say(&reply, WIRE_UNREACHABLE,
				"outbox: nobody waits for the answer", 0);
		(void)flock(fd, LOCK_UN);
	}
	if (reply.outcome == WIRE_ACCEPTED)
		snprintf(reply.message_id, sizeof reply.message_id, "outbox-%016" PRIx64, number);
	if (line != NULL)
		sodium_memzero(line, strlen(line));
	free(line);
	*ret_reply = reply;
}
