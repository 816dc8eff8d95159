/* SPDX-License-Identifier: BSD-2-Clause */
/* Routing by number, without a file: what is asked, with which text, in whose name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"
#include "helper/route.h"
#include "wire/wire.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct wire_request sample = {
	.task = WIRE_TASK_TEXT, .validity_s = 300, .to = "+447700900123", .text = "common",
	.code = "491827", .ref = "K7", .user = "alice", .host = "web1", .service = "sshd",
	.client = "192.0.2.7", .origin = "example.com", .message_id = "",
};

static void
test_takes(void **state)
{
	static const char *elsewhere[] = { "+91" }, *but[] = { "+", "!+4477" };
	struct wire_request request = sample;
	struct route route = { .prefixes = elsewhere, .prefix_count = 1 };

	(void)state;
	assert_true(route_takes(&(struct route){ 0 }, &request));
	assert_false(route_takes(&route, &request));
	request.task = WIRE_TASK_VOICE;
	assert_false(route_takes(&route, &request));
	/* It has the text already. */
	request.task = WIRE_TASK_STATUS;
	assert_true(route_takes(&route, &request));
	request.task = WIRE_TASK_TEXT;
	route = (struct route){ .prefixes = but, .prefix_count = 2 };
	assert_false(route_takes(&route, &request));
	memcpy(request.to, "+442079460123", sizeof "+442079460123");
	assert_true(route_takes(&route, &request));
}

static void
test_sender(void **state)
{
	static struct route_sender senders[] = {
		{ "+44", "B" }, { "+", "A" }, { "+4477", "C" }, { "+447700900123", "D" },
		{ "+4420", "E" },
	};
	static const struct { const char *to, *from; } rows[] = {
		{ "+447700900123", "D" }, { "+447700900124", "C" }, { "+442079460123", "E" },
		{ "+441632960123", "B" }, { "+12025550143", "A" }, { "+4", "A" },
	};
	const struct route some = { .senders = senders, .sender_count = COUNT(senders) };
	const struct route one = { .senders = senders, .sender_count = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(route_sender(&some, rows[i].to), rows[i].from);
	assert_null(route_sender(&one, "+12025550143"));
	assert_null(route_sender(&(struct route){ 0 }, "+447700900123"));
}

static void
test_apply(void **state)
{
	static const enum wire_task tasks[] = { WIRE_TASK_TEXT, WIRE_TASK_VOICE, WIRE_TASK_STATUS };
	const struct route route = {
		.path = "gw.conf", .validity_s = 60,
		.message = "{code} {user} {host} {service} {client} {ref} {minutes}",
	};
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < COUNT(tasks); i++) {
		bool sends = tasks[i] != WIRE_TASK_STATUS;
		struct wire_request request = sample;

		request.task = tasks[i];
		assert_int_equal(route_apply(&route, &request, &fault), 0);
		assert_string_equal(request.text, sends
			? "491827 alice web1 sshd 192.0.2.7 K7 5" : "common");
		assert_int_equal(request.validity_s, sends ? 60 : 300);
		request = sample;
		assert_int_equal(route_apply(&(struct route){ 0 }, &request, &fault), 0);
		assert_memory_equal(&request, &sample, sizeof request);
	}
}

/* The longest message with the longest values: whole, or refused with nothing of it left. */
static void
test_apply_room(void **state)
{
	struct route route = { .path = "/etc/smsotp/gateways/gw.conf" };
	struct wire_request request = sample;
	struct fault fault = { .text = "" };
	char message[128];

	(void)state;
	memset(request.user, 'x', sizeof request.user - 1);
	snprintf(message, sizeof message, "{code}%s", "{user}{user}{user}{user}{user}{user}{user}"
		"{user}{user}{user}{user}{user}");
	route.message = message;
	assert_int_equal(route_apply(&route, &request, &fault), 0);
	assert_int_equal(strlen(request.text), 6 + 12 * 128);
	strncat(message, "{user}", sizeof message - strlen(message) - 1);
	request = sample;
	memset(request.user, 'x', sizeof request.user - 1);
	assert_int_equal(route_apply(&route, &request, &fault), FAULT_CONFIG);
	assert_string_equal(fault.text,
		"/etc/smsotp/gateways/gw.conf: message: too long once filled in");
	for (size_t i = 0; i < sizeof request.text; i++)
		assert_int_equal(request.text[i], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_apply_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
