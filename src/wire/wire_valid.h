/* SPDX-License-Identifier: BSD-2-Clause */
/* The codec's own: what put checks before it writes and get after it read. Async-signal-safe. */
#ifndef SMSOTP_WIRE_WIRE_VALID_H
#define SMSOTP_WIRE_WIRE_VALID_H

#include <stdbool.h>

#include "wire/wire.h"

/* Also that every string ends within its field. */
bool wire_request_valid(const struct wire_request *request) __attribute__((warn_unused_result));
bool wire_reply_valid(const struct wire_reply *reply) __attribute__((warn_unused_result));
bool wire_event_valid(const struct wire_event *event) __attribute__((warn_unused_result));

/*
 * Whether a valid reply, or one that is all zero, may answer this task: numbers are a look-up's
 * alone, and the rest of what gateways say is not.
 */
bool wire_reply_answers(const struct wire_reply *reply, enum wire_task task)
	__attribute__((warn_unused_result));

#endif
