/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotp-send DIRECTORY GATEWAY: one text, call or query through one gateway. Started by the
 * keeper as root, with a socket on fd 3 and nothing else: it opens what only root may open,
 * becomes nobody, locks itself in, and only then reads the request. Its verdict is the reply on
 * the socket, never the exit status.
 */
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/compose.h"
#include "helper/http.h"
#include "helper/job.h"
#include "helper/judge.h"
#include "helper/mail.h"
#include "helper/metadata.h"
#include "helper/outbox.h"
#include "helper/privilege.h"
#include "helper/redact.h"
#include "helper/startup.h"
#include "wire/deadline.h"
#include "wire/spawn.h"
#include "wire/wire.h"

#define SOCKET STARTUP_SOCKET
/* Longer than this no request is waited for: the keeper writes it before it starts us. */
#define REQUEST_WAIT_MS 5000

/* Sends one message; false if nobody is there to take it. */
static bool
tell(const uint8_t *bytes, size_t size)
{
	ssize_t sent;

	do
		sent = send(SOCKET, bytes, size, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return size > 0 && sent == (ssize_t)size;
}

static void
tell_reply(const struct job *job, struct wire_reply *reply)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	reply->offers = job->offers;
	(void)tell(bytes, wire_put_reply(reply, bytes));
}

/* Nothing was sent, and nothing will be until an administrator acts, or until it can be had. */
static void
tell_fault(const struct job *job, const struct fault *fault)
{
	struct wire_reply reply = { .outcome = fault->kind == FAULT_BUSY ? WIRE_UNREACHABLE
		: WIRE_OPERATOR };

	redact_text(fault->text, &job->values, reply.detail, sizeof reply.detail);
	tell_reply(job, &reply);
}

/* From here silence is ambiguous: said once, and if it cannot be said nothing is sent. */
static bool
on_posting(void *data)
{
	struct job *job = data;
	uint8_t bytes[WIRE_SIZE_MAX];

	if (job->posted || !tell(bytes, wire_put_posting(bytes)))
		return false;
	job->posted = true;
	return true;
}

/*
 * Takes the request off the socket. Left there, it would turn into ECONNRESET for the keeper
 * when we end.
 */
static int
read_request(struct wire_request *ret_request, struct fault *fault)
{
	struct deadline deadline = deadline_in(REQUEST_WAIT_MS);
	struct pollfd poller = { .fd = SOCKET, .events = POLLIN };
	uint8_t bytes[WIRE_SIZE_MAX];
	ssize_t size;
	int rc;

	while (poll(&poller, 1, deadline_poll_ms(deadline)) <= 0) {
		if (deadline_left_ms(deadline) == 0)
			return fault_set(fault, FAULT_PROTOCOL, "smsotp-send was given no request");
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
		"smsotp-send does not understand its request: is it of the module's version?");
}

static struct deadline
ends_at(const struct job *job, int64_t ms)
{
	return (struct deadline){ .at_ms = job->started_ms + ms };
}

static struct http_way
way_of(struct job *job, struct deadline total)
{
	return (struct http_way){
		.ca = job->ca, .ca_size = job->ca_size, .proxy = job->gateway->proxy,
		.connected = ends_at(job, job->gateway->connect_timeout_ms), .total = total,
		.posting = on_posting, .data = job
	};
}

static int
send_net(struct job *job, const struct wire_request *request, struct deadline total,
	struct wire_reply *ret_reply, struct fault *fault)
{
	const struct description_call *call = description_for(job->description, request->task);
	const struct variables_form form = { call->send.number, &job->gateway->spoken };
	struct http_request http = { 0 };
	struct http_answer answer;
	struct http_way way = way_of(job, total);
	const int64_t asked_ms = deadline_clock_ms();
	int rc;

	rc = metadata_fetch(
		&call->send.auth, &job->metadata, total, &job->values, &job->keys, fault);
	/* That time was not the gateway's. */
	way.connected.at_ms += deadline_clock_ms() - asked_ms;
	if (request->task == WIRE_TASK_TEXT)
		gateway_choose_sender(job->gateway, job->description, request->to, &job->values);
	if (rc == 0)
		rc = variables_fill(&form, request, &job->variables, &job->values, fault);
	if (rc == 0)
		rc = compose_request(
			&call->send, &job->origins[request->task], &job->values, &http, fault);
	if (rc == 0) {
		http_send(&http, &way, &answer);
		judge_answer(&call->answer, &answer, &job->values, ret_reply);
		http_answer_free(&answer);
	}
	http_request_free(&http);
	return rc;
}

static int
send_local(struct job *job, const struct wire_request *request, struct deadline total,
	struct wire_reply *ret_reply, struct fault *fault)
{
	const struct description_send *how = &job->description->text.send;
	const struct variables_form form = { how->number, &job->gateway->spoken };
	const struct http_way way = way_of(job, total);
	struct mail mail = { 0 };
	int rc;

	gateway_choose_sender(job->gateway, job->description, request->to, &job->values);
	rc = variables_fill(&form, request, &job->variables, &job->values, fault);
	if (rc == 0 && how->transport != DESCRIPTION_SMTP)
		return local_send(how, &job->local, &job->values, &way, ret_reply, fault);
	if (rc == 0)
		rc = mail_compose(&how->local, &job->values, &mail, fault);
	if (rc == 0)
		mail_send(&mail, &job->server, &way, &job->values, ret_reply);
	mail_free(&mail);
	return rc;
}

/* NULL, or why this gateway is not asked. */
static const char *
why_skipped(const struct job *job, const struct wire_request *request)
{
	if (request->task == WIRE_TASK_VOICE && (job->offers & WIRE_OFFERS_VOICE) == 0)
		return "this gateway cannot call";
	if (request->task == WIRE_TASK_STATUS && (job->offers & WIRE_OFFERS_STATUS) == 0)
		return "this gateway tells no delivery status";
	if (!route_takes(&job->gateway->route, request))
		return "the number is not among its prefixes";
	return NULL;
}

static int
ask(struct job *job, const struct wire_request *request, struct wire_reply *ret_reply,
	struct fault *fault)
{
	int64_t ms = request->timeout_ms < job->gateway->timeout_ms ? request->timeout_ms
		: job->gateway->timeout_ms;

	if (job->gateway->kind != GATEWAY_OUTBOX)
		return job_transport(job) == DESCRIPTION_HTTP
			? send_net(job, request, ends_at(job, ms), ret_reply, fault)
			: send_local(job, request, ends_at(job, ms), ret_reply, fault);
	outbox_append(job->outbox_fd, request, ends_at(job, ms), on_posting, job, ret_reply);
	return 0;
}

static void
serve(struct job *job, struct wire_request *request)
{
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	const char *skipped = why_skipped(job, request);
	struct fault fault;
	int rc = 0;

	if (skipped != NULL) {
		reply.outcome = WIRE_SKIPPED;
		snprintf(reply.detail, sizeof reply.detail, "%s", skipped);
	} else {
		rc = route_apply(&job->gateway->route, request, &fault);
		if (rc == 0)
			rc = ask(job, request, &reply, &fault);
		if (rc == 0)
			route_note(job->description, request, &reply);
	}
	if (rc != 0)
		tell_fault(job, &fault);
	else
		tell_reply(job, &reply);
}

int
main(int argc, char *argv[])
{
	const pid_t parent = getppid();
	struct job job = JOB_NONE;
	struct wire_request request = { 0 };
	struct fault fault, request_fault;
	int rc, drop;

	job.started_ms = deadline_clock_ms();
	if (!startup_called_rightly(argc, argv))
		_exit(STARTUP_EXIT_USAGE);
	startup_clean();
	if (spawn_die_with(parent) != 0)
		_exit(0);
	rc = job_open(&job, argv[1], argv[2], &fault);
	drop = privilege_drop(job.local.spool.fd >= 0 ? &job.local.spool.group : NULL, &fault);
	if (drop == 0) {
		/* A change of uid clears it. */
		if (spawn_die_with(parent) != 0)
			_exit(0);
		if (rc == 0)
			rc = job_prepare(&job, &fault);
		drop = job_confine(
			&job, argv[2], rc == 0, rc == 0 ? &fault : &request_fault);
	}
	if (read_request(&request, &request_fault) != 0 && rc == 0 && drop == 0) {
		fault = request_fault;
		rc = fault.kind;
	}
	if (rc != 0 || drop != 0)
		tell_fault(&job, &fault);
	else
		serve(&job, &request);
	sodium_memzero(&request, sizeof request);
	sodium_memzero(&job.variables, sizeof job.variables);
	metadata_free(&job.keys);
	description_free(&job.description);
	gateway_free(&job.gateway);
	_exit(0);
}
