/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of receivers, and answered: each task has its own fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"
#include "wire_samples.h"

/* A number is asked for with nothing, texts to it with what was sent, and given back with none. */
static void
test_receiver_requests(void **state)
{
	static const enum wire_task tasks[] = { WIRE_TASK_RECEIVE, WIRE_TASK_RELEASE };
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request r, got;

	(void)state;
	for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
		const bool receives = tasks[i] == WIRE_TASK_RECEIVE;
		const struct wire_request right = receives ? receive : release;
		char *const never[] = { r.ref, r.user, r.host, r.service, r.client, r.origin,
			r.name };

		r = right;
		assert_int_equal(wire_get_request(bytes, wire_put_request(&r, bytes), &got), 0);
		/* A service may have no name for it. */
		r.message_id[0] = '\0';
		assert_int_equal(wire_get_request(bytes, wire_put_request(&r, bytes), &got), 0);
		strcpy(r.message_id, "a b");
		assert_int_equal(wire_put_request(&r, bytes), 0);
		for (size_t k = 0; k < sizeof never / sizeof never[0]; k++) {
			r = right;
			strcpy(never[k], "x");
			assert_int_equal(wire_put_request(&r, bytes), 0);
		}
		r = right;
		strcpy(r.to, "447700900123");
		assert_int_equal(wire_put_request(&r, bytes), 0);
		r = right;
		strcpy(r.code, receives ? "" : "491827");
		assert_int_equal(wire_put_request(&r, bytes), 0);
		r = right;
		strcpy(r.text, receives ? "" : "x");
		assert_int_equal(wire_put_request(&r, bytes), 0);
		r = right;
		r.validity_s = 1;
		assert_int_equal(wire_put_request(&r, bytes) > 0, receives);
		r = right;
		r.task = WIRE_TASK_RENT;
		assert_int_equal(wire_put_request(&r, bytes), 0);
	}
	r = look;
	r.task = WIRE_TASK_RENT;
	assert_int_equal(wire_get_request(bytes, wire_put_request(&r, bytes), &got), 0);
}

static int
answers(enum wire_task task, const struct wire_reply *p)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size = wire_put_reply(p, bytes);
	struct wire_reply got;

	assert_true(size > 0);
	return wire_get_reply(bytes, size, task, &got);
}

/* Exactly one number where one was had; and whether the text came, and nothing else. */
static void
test_receiver_replies(void **state)
{
	static const char *const bad[] = { "", "447700900123", "+44 7700 900123",
		"+447700900123,+447700900124", "+0123" };
	struct wire_reply p = rented;

	(void)state;
	assert_int_equal(answers(WIRE_TASK_RENT, &p), 0);
	assert_int_equal(answers(WIRE_TASK_RECEIVE, &p), FAULT_PROTOCOL);
	assert_int_equal(answers(WIRE_TASK_RELEASE, &p), FAULT_PROTOCOL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		strcpy(p.numbers, bad[i]);
		assert_int_equal(answers(WIRE_TASK_RENT, &p), FAULT_PROTOCOL);
	}
	p = rented;
	p.delivery = WIRE_DELIVERY_PENDING;
	assert_int_equal(answers(WIRE_TASK_RENT, &p), FAULT_PROTOCOL);
	for (int state_of = WIRE_DELIVERY_UNKNOWN; state_of <= WIRE_DELIVERY_FAILED; state_of++) {
		const bool may = state_of == WIRE_DELIVERY_PENDING ||
			state_of == WIRE_DELIVERY_DELIVERED;

		p = (struct wire_reply){ .outcome = WIRE_ACCEPTED,
			.delivery = (enum wire_delivery)state_of };
		assert_int_equal(answers(WIRE_TASK_RECEIVE, &p), may ? 0 : FAULT_PROTOCOL);
		p.outcome = WIRE_PASSING;
		assert_int_equal(answers(WIRE_TASK_RECEIVE, &p),
			state_of == WIRE_DELIVERY_UNKNOWN ? 0 : FAULT_PROTOCOL);
	}
	p = (struct wire_reply){ .outcome = WIRE_PASSING, .http_status = 503 };
	assert_int_equal(answers(WIRE_TASK_RENT, &p), 0);
	assert_int_equal(answers(WIRE_TASK_RELEASE, &p), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receiver_requests),
		cmocka_unit_test(test_receiver_replies),
	};

	return cmocka_run_group_tests_name("wire: receivers", tests, NULL, NULL);
}
