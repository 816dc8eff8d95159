/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/request.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/e164.h"
#include "core/message.h"

_Static_assert(WIRE_VALUE_SIZE >= MESSAGE_VALUE_SIZE && WIRE_ORIGIN_SIZE > MESSAGE_ORIGIN_MAX &&
	WIRE_TEXT_SIZE >= MESSAGE_TEXT_SIZE && WIRE_TO_SIZE >= E164_SIZE,
	"a text and what it may name fit into a request");

void
request_host(char ret_host[static REQUEST_HOST_SIZE])
{
	if (gethostname(ret_host, REQUEST_HOST_SIZE) != 0)
		ret_host[0] = '\0';
	ret_host[REQUEST_HOST_SIZE - 1] = '\0';
	ret_host[strcspn(ret_host, ".")] = '\0';
}

/* Into a field that is zero. What does not fit stays open at its end, and no keeper takes that. */
static void
put(char *field, size_t size, const char *text)
{
	memcpy(field, text, strnlen(text, size));
}

int
request_compose(const struct request_plan *plan, struct wire_request *ret_request)
{
	const struct message_values *values = plan->values;
	struct wire_request *request = ret_request;

	memset(request, 0, sizeof *request);
	request->task = plan->task;
	request->validity_s = values->lifetime_s;
	put(request->to, sizeof request->to, plan->to->text);
	put(request->code, sizeof request->code, values->code);
	put(request->ref, sizeof request->ref, values->ref);
	/* For gateways with a message of their own. */
	message_clean(values->user, request->user);
	message_clean(values->host, request->host);
	message_clean(values->service, request->service);
	message_clean(values->client, request->client);
	put(request->origin, sizeof request->origin, values->origin);
	return message_compose(plan->template, values, request->text, sizeof request->text);
}

int
request_ask(const struct request_way *way, const struct wire_request *request,
	struct keeper_attempt *ret_attempt, struct fault *fault)
{
	const struct keeper_job job = {
		.helper = way->helper,
		.argument = way->directory,
		.targets = &way->target,
		.target_count = 1,
		.timeout_ms = way->timeout_ms,
		.request = request,
	};

	return keeper_run(&job, ret_attempt, fault);
}

int
request_fate(const struct request_fate *fate, struct keeper_attempt *ret_attempt,
	struct fault *fault)
{
	struct wire_request request = { .task = WIRE_TASK_STATUS };
	const struct request_way way = {
		.helper = fate->helper, .directory = fate->directory, .target = fate->gateway,
		.timeout_ms = fate->timeout_ms,
	};
	int result;

	put(request.to, sizeof request.to, fate->to->text);
	put(request.ref, sizeof request.ref, fate->ref);
	put(request.message_id, sizeof request.message_id, fate->message_id);
	result = request_ask(&way, &request, ret_attempt, fault);
	sodium_memzero(&request, sizeof request);
	return result;
}
