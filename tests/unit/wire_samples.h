/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for the tests of the codec. */
#ifndef TESTS_UNIT_WIRE_SAMPLES_H
#define TESTS_UNIT_WIRE_SAMPLES_H

#include "wire/wire.h"

static const struct wire_request request = {
	.task = WIRE_TASK_TEXT,
	.timeout_ms = 5000,
	.validity_s = 300,
	.to = "+447700900123",
	.text = "491827 is your web1 code\n@web1 #491827",
	.code = "491827",
	.ref = "K7",
	.user = "alice",
	.host = "web1",
	.service = "sshd",
	.client = "2001:db8::7",
	.origin = "web1",
};

static const struct wire_request query = {
	.task = WIRE_TASK_STATUS,
	.timeout_ms = 3000,
	.to = "+447700900123",
	.ref = "K7",
	.message_id = "SM12-ab",
};

static const struct wire_request look = {
	.task = WIRE_TASK_CONNECT,
	.timeout_ms = 15000,
};

static const struct wire_reply reply = {
	.outcome = WIRE_PASSING,
	.delivery = WIRE_DELIVERY_REFUSED,
	.offers = WIRE_OFFERS_ALL,
	.http_status = 429,
	.retry_after_s = 0x01020304,
	.message_id = "SM12-ab",
	.detail = "busy; later",
};

static const struct wire_request lookup = {
	.task = WIRE_TASK_LOOKUP,
	.timeout_ms = 5250,
	.name = "alice",
};

static const struct wire_reply numbers = {
	.outcome = WIRE_ACCEPTED,
	.numbers = "+44 7700 900123,+12025550143",
};

static const struct wire_request receive = {
	.task = WIRE_TASK_RECEIVE,
	.timeout_ms = 15000,
	.validity_s = 42,
	.to = "+447700900123",
	.text = "491827 is your web1 code",
	.code = "491827",
	.message_id = "8601",
};

static const struct wire_request release = {
	.task = WIRE_TASK_RELEASE,
	.timeout_ms = 15000,
	.to = "+447700900123",
	.message_id = "8601",
};

static const struct wire_reply rented = {
	.outcome = WIRE_ACCEPTED,
	.http_status = 200,
	.message_id = "8601",
	.numbers = "+447700900123",
};

/* What sample() number which is to be read as the answer to. */
static inline enum wire_task
sample_task(unsigned int which)
{
	if (which == 13)
		return WIRE_TASK_RENT;
	return which >= 7 ? WIRE_TASK_LOOKUP : WIRE_TASK_STATUS;
}

/* One message of each kind and shape; returns its length. */
static inline size_t
sample(unsigned int which, uint8_t *bytes)
{
	struct wire_event event = { .index = 7, .elapsed_ms = 412, .reply = reply };

	switch (which) {
	case 0: return wire_put_request(&request, bytes);
	case 1: return wire_put_posting(bytes);
	case 2: return wire_put_reply(&reply, bytes);
	case 3: event.kind = WIRE_EVENT_STARTED; break;
	case 4: event.kind = WIRE_EVENT_ENDED; break;
	case 5: event.kind = WIRE_EVENT_DONE; break;
	case 6: return wire_put_request(&query, bytes);
	case 7: return wire_put_request(&lookup, bytes);
	case 8: return wire_put_reply(&numbers, bytes);
	case 9:
		event.kind = WIRE_EVENT_ENDED;
		event.reply = numbers;
		break;
	case 10: return wire_put_request(&look, bytes);
	case 11: return wire_put_request(&receive, bytes);
	case 12: return wire_put_request(&release, bytes);
	case 13: return wire_put_reply(&rented, bytes);
	default: return 0;
	}
	return wire_put_event(&event, bytes);
}

#define SAMPLES 14

#endif
