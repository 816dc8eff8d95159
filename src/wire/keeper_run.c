/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/fault.h"
#include "wire/keeper.h"

/* What the keeper may need after its time to end its helper and to say so. */
#define RUN_END_MS 250

int
keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt, struct fault *fault)
{
	struct keeper_status status = { .state = KEEPER_WAITING };
	struct keeper *keeper = NULL;
	int result = keeper_start(job, &keeper, fault);

	if (result != 0)
		return result;
	keeper_poll(keeper, job->start_after_ms + job->timeout_ms + RUN_END_MS, &status);
	keeper_stop(&keeper, &status);
	if (status.attempt_count > 0 && status.attempts[0].ended)
		*ret_attempt = status.attempts[0];
	else
		result = fault_set(fault, FAULT_SYSTEM, "%s could not be started",
			strrchr(job->helper, '/') + 1);
	explicit_bzero(&status, sizeof status);
	return result;
}

bool
keeper_failed_over(const struct keeper_status *status, const struct keeper_attempt *attempt)
{
	bool failed = false;

	for (const struct keeper_attempt *before = status->attempts; before < attempt; before++)
		failed = failed || (before->ended && before->reply.outcome != WIRE_SKIPPED);
	return failed && (!attempt->ended || attempt->reply.outcome != WIRE_SKIPPED);
}
