/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of a gateway: put together, or asked to the end. */
#ifndef SMSOTP_WIRE_REQUEST_H
#define SMSOTP_WIRE_REQUEST_H

#include <stdint.h>

#include "wire/keeper.h"
#include "wire/wire.h"

#define REQUEST_HOST_SIZE 65

struct e164;
struct fault;
struct message_values;

/* What this machine is called in texts: its name up to the first dot; "" if it has none. */
void request_host(char ret_host[static REQUEST_HOST_SIZE]);

/*
 * A text or call of values to a number: the message, and what gateways with a message of their own
 * put into that, cleaned. Returns 0, or FAULT_CONFIG if the message is too long once filled in.
 * Holds code and number: wipe it.
 */
struct request_plan {
	enum wire_task task;	/* TEXT or VOICE */
	const struct e164 *to;
	const char *template;
	const struct message_values *values;
};
int request_compose(const struct request_plan *plan, struct wire_request *ret_request)
	__attribute__((warn_unused_result));

/*
 * Asks one gateway or receiver, and waits for the end of it: as keeper_run. No health is noted.
 */
struct request_way {
	const char *helper, *directory, *target;	/* as in struct keeper_job */
	int64_t timeout_ms;
};
int request_ask(const struct request_way *way, const struct wire_request *request,
	struct keeper_attempt *ret_attempt, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Asks a gateway what became of a text it has taken: as keeper_run. The reply's delivery is the
 * answer if its outcome is WIRE_ACCEPTED.
 */
struct request_fate {
	const char *helper, *directory, *gateway;	/* as in struct keeper_job */
	const struct e164 *to;
	const char *ref, *message_id;			/* words */
	int64_t timeout_ms;
};
int request_fate(const struct request_fate *fate, struct keeper_attempt *ret_attempt,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
