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
		FUZZ_HOLDS(reply.numbers[0] == '\0' || task == WIRE_TASK_LOOKUP);
		same(data, size, bytes, wire_put_reply(&reply, bytes));
		accepted++;
	}
	if (wire_get_event(data, size, task, &event) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_EVENT);
		FUZZ_HOLDS(event.reply.numbers[0] == '\0' || task == WIRE_TASK_LOOKUP);
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
		same(data, size, bytes, wire_put_request(&request, bytes));
		FUZZ_HOLDS(!answers(data, size, WIRE_TASK_TEXT));
	}
	(void)answers(data, size, WIRE_TASK_TEXT);
	(void)answers(data, size, WIRE_TASK_LOOKUP);
	return 0;
}
