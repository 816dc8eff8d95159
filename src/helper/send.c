/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotp-send DIRECTORY GATEWAY: one text, call or query through one gateway, or a look at whether
 * it could be asked. With receivers/NAME in the gateway's place, what is asked of a receiver.
 * Started by the keeper as root, with a socket on fd 3 and nothing else: it
 * opens what only root may open, becomes nobody, locks itself in, and only then reads the request.
 * Its verdict is the reply on the socket, never the exit status.
 */
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/gateway_name.h"
#include "helper/compose.h"
#include "helper/exchange.h"
#include "helper/http.h"
#include "helper/job.h"
#include "helper/judge.h"
#include "helper/mail.h"
#include "helper/metadata.h"
#include "helper/outbox.h"
#include "helper/probe.h"
#include "helper/sandbox.h"
#include "helper/startup.h"
#include "wire/deadline.h"
#include "wire/wire.h"

static void
tell_reply(const struct job *job, struct wire_reply *reply)
{
	reply->offers = job->offers;
	exchange_tell_reply(reply);
}

static void
refuse(void *data, const struct fault *fault)
{
	struct job *job = data;
	struct wire_reply reply;

	exchange_fault_reply(fault, &job->values, &reply);
	tell_reply(job, &reply);
}

/* From here silence is ambiguous: said once, and if it cannot be said nothing is sent. */
static bool
on_posting(void *data)
{
	struct job *job = data;

	if (job->posted || !exchange_tell_posting())
		return false;
	job->posted = true;
	return true;
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
	if (job->gateway->receives != (request->task >= WIRE_TASK_RENT))
		return job->gateway->receives ? "a receiver sends nothing"
			: "a gateway receives nothing";
	if (request->task == WIRE_TASK_RELEASE && job->description->release == NULL)
		return "this receiver's numbers are not released";
	if (!route_takes(&job->gateway->route, request))
		return "the number is not among its prefixes";
	return NULL;
}

/* The time that there is for it: the keeper's, or the gateway's own. */
static int64_t
shorter(const struct job *job, const struct wire_request *request)
{
	return request->timeout_ms < job->gateway->timeout_ms ? request->timeout_ms
		: job->gateway->timeout_ms;
}

static int
ask(struct job *job, const struct wire_request *request, struct wire_reply *ret_reply,
	struct fault *fault)
{
	const int64_t ms = shorter(job, request);

	if (request->task == WIRE_TASK_RENT && job->description->rent == NULL) {
		ret_reply->outcome = WIRE_ACCEPTED;
		snprintf(ret_reply->numbers, sizeof ret_reply->numbers, "%s",
			job->gateway->number.text);
		return 0;
	}
	if (job->gateway->kind != GATEWAY_OUTBOX)
		return job_transport(job) == DESCRIPTION_HTTP
			? send_net(job, request, ends_at(job, ms), ret_reply, fault)
			: send_local(job, request, ends_at(job, ms), ret_reply, fault);
	outbox_append(job->outbox_fd, request, ends_at(job, ms), on_posting, job, ret_reply);
	return 0;
}

static void
serve(void *data, struct wire_request *request)
{
	struct job *job = data;
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	const char *skipped = NULL;
	struct fault fault;
	int rc = 0;

	if (request->task == WIRE_TASK_LOOKUP) {
		(void)fault_set(&fault, FAULT_PROTOCOL, "a gateway is asked for no phone numbers");
		refuse(job, &fault);
		return;
	}
	if (request->task != WIRE_TASK_CHECK && request->task != WIRE_TASK_CONNECT)
		skipped = why_skipped(job, request);
	if (request->task == WIRE_TASK_CONNECT) {
		probe_connect(job, ends_at(job, job->gateway->connect_timeout_ms),
			ends_at(job, shorter(job, request)), &reply);
	} else if (request->task == WIRE_TASK_CHECK) {
		reply.outcome = WIRE_ACCEPTED;	/* else it would not have come to this */
	} else if (skipped != NULL) {
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
		refuse(job, &fault);
	else
		tell_reply(job, &reply);
}

static bool
called_rightly(char *arguments[])
{
	return arguments[0][0] == '/' && gateway_name_target(arguments[1]);
}

static int
open_job(void *data, char *arguments[], struct fault *fault)
{
	return job_open(data, arguments[0], arguments[1], fault);
}

static const gid_t *
group_of(const void *data)
{
	const struct job *job = data;

	return job->local.spool.fd >= 0 ? &job->local.spool.group : NULL;
}

static int
prepare(void *data, struct fault *fault)
{
	return job_prepare(data, fault);
}

static struct sandbox
sandbox_of(const void *data, bool ready)
{
	return job_sandbox(data, ready);
}

int
main(int argc, char *argv[])
{
	struct job job = JOB_NONE;
	const struct startup_steps steps = {
		.name = "smsotp-send", .target = "gateway", .data = &job,
		.called_rightly = called_rightly, .open = open_job, .group = group_of,
		.prepare = prepare, .sandbox = sandbox_of, .serve = serve, .refuse = refuse,
	};

	job.started_ms = deadline_clock_ms();
	startup_run(&steps, argc, argv);
	sodium_memzero(&job.variables, sizeof job.variables);
	metadata_free(&job.keys);
	description_free(&job.description);
	gateway_free(&job.gateway);
	_exit(0);
}
