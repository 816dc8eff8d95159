/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/exchange.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/redact.h"
#include "helper/startup.h"
#include "wire/deadline.h"
#include "wire/wire.h"

#define SOCKET STARTUP_SOCKET
/* Longer than this no request is waited for: the keeper writes it before it starts us. */
#define REQUEST_WAIT_MS 5000

/* Sends one message. */
static bool
tell(uint8_t *bytes, size_t size)
{
	ssize_t sent;

	do
		sent = send(SOCKET, bytes, size, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	sodium_memzero(bytes, size);
	return size > 0 && sent == (ssize_t)size;
}

bool
exchange_tell_posting(void)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	return tell(bytes, wire_put_posting(bytes));
}

void
exchange_tell_reply(const struct wire_reply *reply)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	(void)tell(bytes, wire_put_reply(reply, bytes));
}

void
exchange_fault_reply(
	const struct fault *fault, const struct values *values, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = fault->kind == FAULT_BUSY ? WIRE_UNREACHABLE
		: WIRE_OPERATOR };

	redact_text(fault->text, values, reply.detail, sizeof reply.detail);
	*ret_reply = reply;
}

int
exchange_read(const char *name, struct wire_request *ret_request, struct fault *fault)
{
	struct deadline deadline = deadline_in(REQUEST_WAIT_MS);
	struct pollfd poller = { .fd = SOCKET, .events = POLLIN };
	uint8_t bytes[WIRE_SIZE_MAX];
	ssize_t size;
	int rc;

	while (poll(&poller, 1, deadline_poll_ms(deadline)) <= 0) {
		if (deadline_left_ms(deadline) == 0)
			return fault_set(fault, FAULT_PROTOCOL, "%s was given no request", name);
	}
	/* MSG_TRUNC: the size it had, so that a longer one is not taken for its beginning. */
	size = recv(SOCKET, bytes, sizeof bytes, MSG_DONTWAIT | MSG_TRUNC);
	if (size == 0 || (size < 0 && errno != EMSGSIZE))
		_exit(0);	/* the keeper is gone */
	rc = FAULT_PROTOCOL;
	if (size > 0 && (size_t)size <= sizeof bytes)
		rc = wire_get_request(bytes, (size_t)size, ret_request);
	sodium_memzero(bytes, sizeof bytes);
	if (rc == 0)
		return 0;
	return fault_set(fault, FAULT_PROTOCOL,
		"%s does not understand its request: is it of the module's version?", name);
}
