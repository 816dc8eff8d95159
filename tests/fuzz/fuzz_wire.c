/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between module, keeper and helper: what is accepted is exactly what the encoder would
 * have written.
 */
#include "wire/wire.h"

#include "fuzz.h"

static void
same(const uint8_t *data, size_t size, const uint8_t *bytes, size_t length)
{
	FUZZ_HOLDS(length == size);
	FUZZ_HOLDS(memcmp(bytes, data, size) == 0);
}

/* Numbers only where they were asked for; whether a text came, only where it is known. */
static bool
holds(const struct wire_reply *reply, enum wire_task task)
{
	const bool accepted = reply->outcome == WIRE_ACCEPTED;

	if (task == WIRE_TASK_RENT)
		return accepted == (reply->numbers[0] == '+');
	if (task == WIRE_TASK_RECEIVE && accepted != (reply->delivery != WIRE_DELIVERY_UNKNOWN))
		return false;
	return reply->numbers[0] == '\0' || task == WIRE_TASK_LOOKUP;
}

/* Whether it is an answer to the task. */
static bool
answers(const uint8_t *data, size_t size, enum wire_task task)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_reply reply;
	struct wire_event event;
	enum wire_kind kind = wire_kind(data, size);
	int accepted = 0;

	if (wire_get_reply(data, size, task, &reply) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_REPLY);
		FUZZ_HOLDS(wire_outcome_name(reply.outcome) != NULL);
		FUZZ_HOLDS(holds(&reply, task));
		same(data, size, bytes, wire_put_reply(&reply, bytes));
		accepted++;
	}
	if (wire_get_event(data, size, task, &event) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_EVENT);
		FUZZ_HOLDS(event.kind != WIRE_EVENT_ENDED || holds(&event.reply, task));
		same(data, size, bytes, wire_put_event(&event, bytes));
		accepted++;
	}
	FUZZ_HOLDS(accepted <= 1);
	return accepted == 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request request;

	if (wire_get_request(data, size, &request) == 0) {
		FUZZ_HOLDS(wire_kind(data, size) == WIRE_KIND_REQUEST);
		FUZZ_HOLDS((request.name[0] != '\0') == (request.task == WIRE_TASK_LOOKUP));
		FUZZ_HOLDS(request.code[0] == '\0' || request.task <= WIRE_TASK_STATUS ||
			request.task == WIRE_TASK_RECEIVE);
		same(data, size, bytes, wire_put_request(&request, bytes));
		FUZZ_HOLDS(!answers(data, size, WIRE_TASK_TEXT));
	}
	for (enum wire_task task = WIRE_TASK_TEXT; task <= WIRE_TASK_LAST; task++)
		(void)answers(data, size, task);
	return 0;
}
