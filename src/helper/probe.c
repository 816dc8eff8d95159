/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/probe.h"

#include <stdio.h>
#include <string.h>

#include "helper/buffer.h"
#include "helper/http.h"
#include "helper/job.h"
#include "helper/redact.h"
#include "helper/transfer.h"
#include "wire/wire.h"

#define SET TRANSFER_SET

struct probe {
	const char *url, *protocol;
	long use_ssl;
	bool blocking;
};

/* Connects, and leaves it at that. False: *ret_error says why not. */
static bool
reach(const struct probe *probe, const struct http_way *way, char ret_error[static HTTP_ERROR_SIZE])
{
	struct transfer transfer = { .way = way, .blocking = probe->blocking };
	CURL *easy = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool in_time = true;

	if (easy != NULL && probe->url != NULL)
		code = transfer_set(easy, &transfer, probe->protocol);
	if (code == CURLE_OK) {
		SET(CURLOPT_URL, probe->url);
		SET(CURLOPT_USE_SSL, probe->use_ssl);
		SET(CURLOPT_CONNECT_ONLY, 1L);
	}
	if (code == CURLE_OK)
		in_time = transfer_run(easy, &transfer, &code);
	if (in_time && code == CURLE_OK)
		return true;
	if (in_time)
		transfer_explain(&transfer, code, ret_error, HTTP_ERROR_SIZE);
	else
		snprintf(ret_error, HTTP_ERROR_SIZE, "no connection in time");
	return false;
}

static bool
reach_origin(struct origin *origin, const struct http_way *way,
	char ret_error[static HTTP_ERROR_SIZE])
{
	const struct probe probe = { .url = buffer_text(&origin->start),
		.protocol = origin->tls ? "https" : "http", .use_ssl = CURLUSESSL_NONE };

	return reach(&probe, way, ret_error);
}

static bool
reach_server(const struct mail_server *server, const struct http_way *way,
	char ret_error[static HTTP_ERROR_SIZE])
{
	char url[MAIL_URL_SIZE];
	const struct probe probe = { .url = url,
		.protocol = server->tls == MAIL_IMPLICIT ? "smtps" : "smtp", .blocking = true,
		.use_ssl = server->tls == MAIL_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL };

	mail_url(server, url);
	return reach(&probe, way, ret_error);
}

/* Texts, calls and queries often go to one place. */
static bool
is_known(const struct job *job, enum wire_task task)
{
	const struct buffer *start = &job->origins[task].start;

	for (enum wire_task before = WIRE_TASK_TEXT; before < task; before++) {
		const struct buffer *other = &job->origins[before].start;

		if (other->size == start->size && start->size > 0 &&
			memcmp(other->data, start->data, start->size) == 0)
			return true;
	}
	return start->size == 0;
}

void
probe_connect(struct job *job, struct deadline connected, struct deadline total,
	struct wire_reply *ret_reply)
{
	const struct http_way way = { .ca = job->ca, .ca_size = job->ca_size,
		.proxy = job->gateway->proxy, .connected = connected, .total = total };
	struct wire_reply reply = { .outcome = WIRE_ACCEPTED };
	char error[HTTP_ERROR_SIZE] = "";
	bool reached = true;

	for (enum wire_task task = WIRE_TASK_TEXT; reached && task <= WIRE_TASK_LAST; task++) {
		if (!is_known(job, task))
			reached = reach_origin(&job->origins[task], &way, error);
	}
	if (reached && job->server.port != 0)
		reached = reach_server(&job->server, &way, error);
	if (!reached) {
		reply.outcome = WIRE_UNREACHABLE;
		redact_text(error, &job->values, reply.detail, sizeof reply.detail);
	}
	*ret_reply = reply;
}
