/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/lookup.h"

#include <string.h>

#include "core/config.h"
#include "core/fault.h"
#include "wire/keeper.h"

_Static_assert(WIRE_NUMBERS_SIZE <= PHONES_LINE_SIZE, "a reply's numbers fit a line");

/* An LDAP source's own is in its configuration, which the helper alone may read. */
static int64_t
time_of(const struct config_source *source)
{
	const int64_t ms = source->kind == CONFIG_SOURCE_COMMAND ? source->timeout_ms
		: LOOKUP_MAX_MS;

	return ms < LOOKUP_MAX_MS ? ms : LOOKUP_MAX_MS;
}

static int
refuse(const struct config_source *source, const struct wire_reply *reply, struct fault *fault)
{
	const char *kind = config_source_name(source->kind), *why = reply->detail;

	if (why[0] == '\0')
		why = wire_outcome_name(reply->outcome);
	/* What is wrong with a file begins with its name. */
	if (strncmp(why, source->path, strlen(source->path)) == 0)
		return fault_set(fault, FAULT_SYSTEM, "%s: %s", kind, why);
	return fault_set(fault, FAULT_SYSTEM, "%s %s: %s", kind, source->path, why);
}

static int
judge(const struct config_source *source, const struct wire_reply *reply, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	if (reply->outcome != WIRE_ACCEPTED)
		return refuse(source, reply, fault);
	*ret_found = reply->numbers[0] != '\0';
	memcpy(ret_line, reply->numbers, strlen(reply->numbers) + 1);
	return 0;
}

static int
run(const char *helper, const struct config_source *source, const struct wire_request *request,
	struct keeper_attempt *ret_attempt, struct fault *fault)
{
	const char *const path = source->path;
	const struct keeper_job job = {
		.helper = helper,
		.argument = config_source_name(source->kind),
		.targets = &path,
		.target_count = 1,
		.timeout_ms = time_of(source) + LOOKUP_REPLY_MS,
		.request = request,
	};

	return keeper_run(&job, ret_attempt, fault);
}

int
lookup_ask(const char *helper, const struct config_source *source, const char *user,
	bool *ret_found, char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	struct wire_request request = { .task = WIRE_TASK_LOOKUP };
	struct keeper_attempt attempt = { .ended = false };
	const size_t length = strlen(user);
	int result;

	/* No account has such a name; cut, it would be somebody else's. */
	if (length == 0 || length >= sizeof request.name)
		return fault_set(fault, FAULT_SYSTEM, "%s %s: the name's length is %zu bytes",
			config_source_name(source->kind), source->path, length);
	memcpy(request.name, user, length);
	result = run(helper, source, &request, &attempt, fault);
	if (result == 0)
		result = judge(source, &attempt.reply, ret_found, ret_line, fault);
	explicit_bzero(&attempt, sizeof attempt);
	return result;
}

int
lookup_check(const char *helper, const struct config_source *source, struct fault *fault)
{
	const struct wire_request request = { .task = WIRE_TASK_CHECK };
	struct keeper_attempt attempt = { .ended = false };
	int result = run(helper, source, &request, &attempt, fault);

	if (result == 0 && attempt.reply.outcome != WIRE_ACCEPTED)
		result = refuse(source, &attempt.reply, fault);
	return result;
}
