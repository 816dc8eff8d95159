/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl check: gateways and receivers. Their files are the helper's affair: it reads and checks
 * them as for a text, in its sandbox, and if it may connects to where a text would go.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/gateway_name.h"
#include "ctl/check.h"
#include "paths.h"
#include "wire/request.h"

#define TIMEOUT_MS 15000	/* the gateway's own time-outs end it sooner */
#define SUFFIX ".conf"
#define RECEIVER_SIZE (sizeof GATEWAY_NAME_RECEIVER + NAME_MAX)

/* What is found of a file: of a gateway's other than of a receiver's, which no login needs. */
struct kinds {
	enum finding_id wrong, unreachable;
};

static const struct kinds of_gateway = { FINDING_GATEWAY, FINDING_GATEWAY_UNREACHABLE };
static const struct kinds of_receiver = { FINDING_RECEIVER, FINDING_RECEIVER_UNREACHABLE };

/* What the helper says of a gateway or receiver. Returns 0 or FAULT_SYSTEM, FAULT_MEMORY. */
static int
ask_helper(const struct check *check, const char *directory, const char *target,
	struct wire_reply *ret_reply, struct fault *fault)
{
	const struct wire_request request = {
		.task = check->offline ? WIRE_TASK_CHECK : WIRE_TASK_CONNECT
	};
	const struct request_way way = {
		.helper = SMSOTP_SEND, .directory = directory, .target = target,
		.timeout_ms = TIMEOUT_MS,
	};
	struct keeper_attempt attempt = { .ended = false };
	int result = request_ask(&way, &request, &attempt, fault);

	if (result == 0)
		*ret_reply = attempt.reply;
	return result;
}

static void
judge(const struct check *check, const struct kinds *kinds, const char *path,
	const struct wire_reply *reply)
{
	const struct finding_place place = { .file = path };
	struct fault fault;

	switch (reply->outcome) {
	case WIRE_ACCEPTED:
		return;
	case WIRE_UNREACHABLE:
		finding_add(check->findings, kinds->unreachable, &place, "%s", reply->detail);
		return;
	default:
		/* It names its file and line, which may be the description's. */
		if (reply->detail[0] == '/') {
			(void)fault_set(&fault, FAULT_CONFIG, "%s", reply->detail);
			finding_add_fault(check->findings, kinds->wrong, &fault);
		} else {
			finding_add(check->findings, kinds->wrong, &place, "%s", reply->detail);
		}
	}
}

void
check_gateway(const struct check *check, const char *directory, const char *target)
{
	const bool receiver = strncmp(target, GATEWAY_NAME_RECEIVER,
		strlen(GATEWAY_NAME_RECEIVER)) == 0;
	const struct kinds *kinds = receiver ? &of_receiver : &of_gateway;
	const struct finding_place place = { .file = SMSOTP_SEND };
	struct wire_reply reply;
	struct fault fault;
	char *path = NULL;

	if (asprintf(&path, "%s/%s%s" SUFFIX, directory, receiver ? "" : "gateways/", target) < 0) {
		check->findings->failed = true;
		return;
	}
	if (check_secret_file(check, path)) {
		if (ask_helper(check, directory, target, &reply, &fault) == 0)
			judge(check, kinds, path, &reply);
		else
			finding_add(check->findings, FINDING_HELPER_MISSING, &place, "%s",
				fault.text);
	}
	free(path);
}

static void
check_receiver(const struct check *check, const char *file)
{
	const size_t length = strlen(file), suffix = sizeof SUFFIX - 1;
	char target[RECEIVER_SIZE];

	if (length <= suffix || strcmp(file + length - suffix, SUFFIX) != 0)
		return;
	snprintf(target, sizeof target, GATEWAY_NAME_RECEIVER "%.*s", (int)(length - suffix), file);
	if (gateway_name_target(target))
		check_gateway(check, check->config->directory, target);
}

/* Every file that can be one's: nothing else says which receivers there are. */
static void
check_receivers(const struct check *check)
{
	struct dirent **files = NULL;
	char *path = NULL;
	int count;

	if (asprintf(&path, "%s/" GATEWAY_NAME_RECEIVER, check->config->directory) < 0) {
		check->findings->failed = true;
		return;
	}
	count = scandir(path, &files, NULL, alphasort);
	if (count < 0 && errno != ENOENT) {
		const struct finding_place place = { .file = path };

		finding_add(check->findings, FINDING_RECEIVER, &place, "cannot be read: %s",
			strerror(errno));
	}
	for (int i = 0; i < count; i++) {
		check_receiver(check, files[i]->d_name);
		free(files[i]);
	}
	free(files);
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
		check_gateway(check, check->config->directory, check->config->gateways[i]);
	check_receivers(check);
}
