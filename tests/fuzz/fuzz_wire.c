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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request request;
	struct wire_reply reply;
	struct wire_event event;
	enum wire_kind kind = wire_kind(data, size);
	int accepted = 0;

	if (wire_get_request(data, size, &request) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_REQUEST);
		same(data, size, bytes, wire_put_request(&request, bytes));
		accepted++;
	}
	if (wire_get_reply(data, size, &reply) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_REPLY);
		FUZZ_HOLDS(wire_outcome_name(reply.outcome) != NULL);
		same(data, size, bytes, wire_put_reply(&reply, bytes));
		accepted++;
	}
	if (wire_get_event(data, size, &event) == 0) {
		FUZZ_HOLDS(kind == WIRE_KIND_EVENT);
		same(data, size, bytes, wire_put_event(&event, bytes));
		accepted++;
	}
	FUZZ_HOLDS(accepted <= 1);
	return 0;
}
