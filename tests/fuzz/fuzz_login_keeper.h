/* SPDX-License-Identifier: BSD-2-Clause */
/* The keeper as fuzz_login.c has it: it starts nothing, and says what the input says. */
#ifndef SMSOTP_TESTS_FUZZ_LOGIN_KEEPER_H
#define SMSOTP_TESTS_FUZZ_LOGIN_KEEPER_H

#include "core/fault.h"
#include "wire/keeper.h"

#include "fuzz.h"
#include "fuzz_login_libc.h"

/* What the input has left; from its end on it says 0. */
static const uint8_t *input, *input_end;

static uint8_t
draw(void)
{
	return input < input_end ? *input++ : 0;
}

/* A text or call that is asked for, for the model. */
static void note_text(const struct wire_request *request);

struct keeper {
	struct keeper_status status;
	size_t targets;
};

static void
draw_reply(struct wire_reply *ret_reply)
{
	*ret_reply = (struct wire_reply){
		.outcome = (enum wire_outcome)(1 + draw() % WIRE_SKIPPED),
		.offers = draw() % 4, .http_status = draw(),
	};
	if (ret_reply->outcome == WIRE_ACCEPTED)
		snprintf(ret_reply->message_id, sizeof ret_reply->message_id, "id-%u", draw());
	snprintf(ret_reply->detail, sizeof ret_reply->detail, "detail %u", draw());
}

static void
go_on(struct keeper *keeper)
{
	struct keeper_status *status = &keeper->status;
	struct keeper_attempt *attempt;

	if (status->state == KEEPER_ACCEPTED || status->state == KEEPER_FAILED)
		return;
	status->began = true;
	status->state = KEEPER_SENDING;
	attempt = &status->attempts[status->attempt_count];
	*attempt = (struct keeper_attempt){
		.target = status->attempt_count, .ended = true, .elapsed_ms = draw(),
	};
	draw_reply(&attempt->reply);
	status->attempt_count++;
	status->ambiguous = status->ambiguous || attempt->reply.outcome == WIRE_AMBIGUOUS;
	if (attempt->reply.outcome == WIRE_ACCEPTED)
		status->state = KEEPER_ACCEPTED;
	else if (attempt->reply.outcome == WIRE_RECIPIENT ||
	    status->attempt_count == keeper->targets)
		status->state = KEEPER_FAILED;
}

int __wrap_keeper_start(const struct keeper_job *job, struct keeper **ret_keeper,
	struct fault *fault);
void __wrap_keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status);
void __wrap_keeper_stop(struct keeper **keeper, struct keeper_status *ret_status);
int __wrap_keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt,
	struct fault *fault);

int
__wrap_keeper_start(const struct keeper_job *job, struct keeper **ret_keeper, struct fault *fault)
{
	struct keeper *keeper;

	FUZZ_HOLDS(job->target_count >= 1 && job->target_count <= KEEPER_ATTEMPTS_MAX);
	if (draw() % 16 == 15)
		return fault_set(fault, FAULT_SYSTEM, "no keeper today");
	note_text(job->request);
	keeper = __real_calloc(1, sizeof *keeper);
	FUZZ_HOLDS(keeper != NULL);
	keeper->targets = job->target_count;
	*ret_keeper = keeper;
	return 0;
}

void
__wrap_keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status)
{
	unsigned int steps = draw() % 4;

	libc_ahead_ms += wait_ms > 0 ? draw() % 8 : 0;
	while (steps-- > 0)
		go_on(keeper);
	*ret_status = keeper->status;
}

void
__wrap_keeper_stop(struct keeper **keeper, struct keeper_status *ret_status)
{
	if (*keeper == NULL)
		return;
	if ((*keeper)->status.state == KEEPER_SENDING)
		(*keeper)->status.state = KEEPER_FAILED;
	if (ret_status != NULL)
		*ret_status = (*keeper)->status;
	free(*keeper);
	*keeper = NULL;
}

int
__wrap_keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt,
	struct fault *fault)
{
	FUZZ_HOLDS(job->target_count == 1);
	if (draw() % 8 == 7)
		return fault_set(fault, FAULT_SYSTEM, "no keeper today");
	*ret_attempt = (struct keeper_attempt){ .ended = true };
	draw_reply(&ret_attempt->reply);
	if (ret_attempt->reply.outcome == WIRE_ACCEPTED)
		ret_attempt->reply.delivery = (enum wire_delivery)(draw() % 6);
	return 0;
}

#endif
