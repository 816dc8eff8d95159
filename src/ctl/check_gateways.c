/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl check: gateways. Their files are the helper's affair: it reads and checks them as for a
 * text, in its sandbox, and if it may connects to where a text would go.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/config.h"
#include "ctl/check.h"
#include "paths.h"
#include "wire/keeper.h"

#define TIMEOUT_MS 15000	/* the gateway's own time-outs end it sooner */

/* What the helper says of a gateway. Returns 0 or FAULT_SYSTEM, FAULT_MEMORY. */
static int
ask_helper(const struct check *check, const char *gateway, struct wire_reply *ret_reply,
	struct fault *fault)
{
	const struct wire_request request = {
		.task = check->offline ? WIRE_TASK_CHECK : WIRE_TASK_CONNECT
	};
	const struct keeper_job job = {
		.helper = SMSOTP_SEND, .argument = check->config->directory,
		.targets = &gateway, .target_count = 1,
		.timeout_ms = TIMEOUT_MS, .request = &request,
	};
	struct keeper_attempt attempt = { .ended = false };
	int result = keeper_run(&job, &attempt, fault);

	if (result == 0)
		*ret_reply = attempt.reply;
	return result;
}

static void
judge(const struct check *check, const char *path, const struct wire_reply *reply)
{
	const struct finding_place place = { .file = path };
	struct fault fault;

	switch (reply->outcome) {
	case WIRE_ACCEPTED:
		return;
	case WIRE_UNREACHABLE:
		finding_add(check->findings, FINDING_GATEWAY_UNREACHABLE, &place, "%s",
			reply->detail);
		return;
	default:
		/* It names its file and line, which may be the description's. */
		if (reply->detail[0] == '/') {
			(void)fault_set(&fault, FAULT_CONFIG, "%s", reply->detail);
			finding_add_fault(check->findings, FINDING_GATEWAY, &fault);
		} else {
			finding_add(check->findings, FINDING_GATEWAY, &place, "%s", reply->detail);
		}
	}
}

static void
check_gateway(const struct check *check, const char *gateway)
{
	const struct finding_place place = { .file = SMSOTP_SEND };
	struct wire_reply reply;
	struct fault fault;
	char *path = NULL;

	if (asprintf(&path, "%s/gateways/%s.conf", check->config->directory, gateway) < 0) {
		check->findings->failed = true;
		return;
	}
	if (check_secret_file(check, path)) {
		if (ask_helper(check, gateway, &reply, &fault) == 0)
			judge(check, path, &reply);
		else
			finding_add(check->findings, FINDING_HELPER_MISSING, &place, "%s",
				fault.text);
	}
	free(path);
}

void
check_gateways(const struct check *check)
{
	const char *why;
	bool missing;

	/* Said by check_files; nothing of others' making is started. */
	if (check_root_owned(SMSOTP_SEND, true, &why, &missing) != 0)
		return;
	for (size_t i = 0; i < check->config->gateway_count; i++)
		check_gateway(check, check->config->gateways[i]);
}
