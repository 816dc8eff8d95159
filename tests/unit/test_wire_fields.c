/* SPDX-License-Identifier: BSD-2-Clause */
/* What neither side may write or swallow: versions, kinds, fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"
#include "wire_samples.h"

static void
test_header(void **state)
{
	static uint8_t large[WIRE_SIZE_MAX + 1];
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size = sample(2, bytes);

	(void)state;
	assert_int_equal(wire_kind(bytes, size), WIRE_KIND_REPLY);
	for (unsigned int version = 0; version < 256; version++) {
		bytes[4] = (uint8_t)version;
		assert_int_equal(wire_kind(bytes, size),
			version == WIRE_VERSION ? WIRE_KIND_REPLY : 0);
	}
	bytes[4] = WIRE_VERSION;
	for (unsigned int kind = 0; kind < 256; kind++) {
		bytes[5] = (uint8_t)kind;
		/* This length is no POSTING's. */
		if (kind == WIRE_KIND_REQUEST || kind == WIRE_KIND_REPLY || kind == WIRE_KIND_EVENT)
			assert_int_equal(wire_kind(bytes, size), kind);
		else
			assert_int_equal(wire_kind(bytes, size), 0);
	}
	memcpy(large, "SMSW\1\3\20\1", 8);
	assert_int_equal(wire_kind(large, sizeof large), 0);
	memcpy(large, "SMSW\1\3\20\0", 8);
	assert_int_equal(wire_kind(large, WIRE_SIZE_MAX), WIRE_KIND_REPLY);
}

static void
test_refused_when_written(void **state)
{
	static const char *const bad_numbers[] = { "", "+", "447700900123", "+0123", "+44 77",
		"+44x", "++44", "+44\n" };
	static const char *const bad_words[] = { "a b", "a=b", "a\"b", "a'b", "a\nb", "\x7f",
		"\xc3\xa9" };
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request r = request;
	struct wire_reply p = reply;
	struct wire_event e = { .kind = WIRE_EVENT_STARTED };

	(void)state;
	for (size_t i = 0; i < sizeof bad_numbers / sizeof bad_numbers[0]; i++) {
		r = request;
		strcpy(r.to, bad_numbers[i]);
		assert_int_equal(wire_put_request(&r, bytes), 0);
	}
	for (size_t i = 0; i < sizeof bad_words / sizeof bad_words[0]; i++) {
		char *const words[] = { r.ref, r.code, r.origin };

		for (size_t j = 0; j < sizeof words / sizeof words[0]; j++) {
			r = request;
			strcpy(words[j], bad_words[i]);
			assert_int_equal(wire_put_request(&r, bytes), 0);
		}
		r = query;
		strcpy(r.message_id, bad_words[i]);
		assert_int_equal(wire_put_request(&r, bytes), 0);
		p = reply;
		strcpy(p.message_id, bad_words[i]);
		assert_int_equal(wire_put_reply(&p, bytes), 0);
	}
	r = request;
	memset(r.text, 'x', sizeof r.text);
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = request;
	memset(r.to, '1', sizeof r.to);
	r.to[0] = '+';
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = request;
	r.task = (enum wire_task)0;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r.task = (enum wire_task)10;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	/* A look at a gateway has no number: nobody can be texted by mistake. */
	r.task = WIRE_TASK_CHECK;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r.task = WIRE_TASK_CONNECT;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = look;
	r.task = WIRE_TASK_TEXT;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	/* A text has no earlier one's id, and a query no meaning without. */
	r = request;
	strcpy(r.message_id, "SM12-ab");
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = query;
	r.message_id[0] = '\0';
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = request;
	memset(r.user, 'x', sizeof r.user);
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = request;
	memset(r.client, 'x', sizeof r.client);
	assert_int_equal(wire_put_request(&r, bytes), 0);
	p = reply;
	memset(p.detail, 'x', sizeof p.detail);
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p = reply;
	strcpy(p.detail, "two\nlines");
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p = reply;
	p.http_status = 1000;
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p = reply;
	p.outcome = (enum wire_outcome)0;
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p.outcome = (enum wire_outcome)10;
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p = reply;
	p.delivery = (enum wire_delivery)6;
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	p = reply;
	p.offers = WIRE_OFFERS_ALL + 1;
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	e.kind = (enum wire_event_kind)4;
	assert_int_equal(wire_put_event(&e, bytes), 0);
}

static void
test_refused_when_read(void **state)
{
	struct wire_request untouched, got;
	struct wire_reply untouched_reply, got_reply;
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size;

	(void)state;
	memset(&untouched, 0xa5, sizeof untouched);
	memset(&untouched_reply, 0xa5, sizeof untouched_reply);
	got = untouched;
	got_reply = untouched_reply;

	/* Another kind for each. */
	size = sample(2, bytes);
	assert_int_equal(wire_get_request(bytes, size, &got), FAULT_PROTOCOL);
	size = sample(0, bytes);
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);

	/* A NUL inside a string: C would see less than was sent. */
	assert_int_equal(bytes[32 + 2 + 4], '2');
	bytes[32 + 2 + 4] = '\0';
	assert_int_equal(wire_get_request(bytes, size, &got), FAULT_PROTOCOL);
	/* The number's length one more than its buffer holds. */
	(void)sample(0, bytes);
	bytes[18] = WIRE_TO_SIZE;
	assert_int_equal(wire_get_request(bytes, size, &got), FAULT_PROTOCOL);

	size = sample(2, bytes);
	bytes[8] = 0;
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);
	bytes[8] = WIRE_SKIPPED + 1;
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);
	(void)sample(2, bytes);
	bytes[9] = WIRE_DELIVERY_FAILED + 1;
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);
	(void)sample(2, bytes);
	bytes[13] = WIRE_OFFERS_ALL + 1;
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);
	(void)sample(2, bytes);
	bytes[24] = '"';
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_STATUS, &got_reply),
		FAULT_PROTOCOL);

	assert_memory_equal(&got, &untouched, sizeof got);
	assert_memory_equal(&got_reply, &untouched_reply, sizeof got_reply);
}

/* Each task has its own fields, and holds nothing in the others. */
static void
test_lookup_request(void **state)
{
	static const char *const names[] = { "alice", "-x", "a b", "\xff\x01\n", "*)(uid=*" };
	const size_t sizes[] = { sizeof lookup.to, sizeof lookup.text, sizeof lookup.code,
		sizeof lookup.ref, sizeof lookup.user, sizeof lookup.host, sizeof lookup.service,
		sizeof lookup.client, sizeof lookup.origin, sizeof lookup.message_id };
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request r, got;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		r = lookup;
		strcpy(r.name, names[i]);
		assert_int_equal(wire_get_request(bytes, wire_put_request(&r, bytes), &got), 0);
		assert_string_equal(got.name, names[i]);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *const fields[] = { r.to, r.text, r.code, r.ref, r.user, r.host, r.service,
			r.client, r.origin, r.message_id };

		r = lookup;
		snprintf(fields[i], sizes[i], "%s", i == 0 ? "+447700900123" : "x");
		assert_int_equal(wire_put_request(&r, bytes), 0);
	}
	r = lookup;
	r.validity_s = 1;
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = lookup;
	r.name[0] = '\0';
	assert_int_equal(wire_put_request(&r, bytes), 0);
	memset(r.name, 'x', sizeof r.name);
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = request;
	strcpy(r.name, "alice");
	assert_int_equal(wire_put_request(&r, bytes), 0);
	r = query;
	strcpy(r.name, "alice");
	assert_int_equal(wire_put_request(&r, bytes), 0);
}

static void
test_numbers(void **state)
{
	static const char *const bad[] = { "+44\n", "\t", "+44\x7f", "\x01" };
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_reply p, got;
	struct wire_event event = { .kind = WIRE_EVENT_ENDED, .reply = numbers }, got_event;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		p = numbers;
		strcpy(p.numbers, bad[i]);
		assert_int_equal(wire_put_reply(&p, bytes), 0);
	}
	p = numbers;
	memset(p.numbers, '1', sizeof p.numbers);
	assert_int_equal(wire_put_reply(&p, bytes), 0);
	for (int outcome = WIRE_RECIPIENT; outcome <= WIRE_SKIPPED; outcome++) {
		p = numbers;
		p.outcome = (enum wire_outcome)outcome;
		assert_int_equal(wire_put_reply(&p, bytes), 0);
	}
	/* Numbers only where numbers were asked for; and none of the gateways' words there. */
	for (int task = WIRE_TASK_TEXT; task <= WIRE_TASK_LAST; task++) {
		const int expected = task == WIRE_TASK_LOOKUP ? 0 : FAULT_PROTOCOL;

		size = wire_put_reply(&numbers, bytes);
		assert_int_equal(wire_get_reply(bytes, size, (enum wire_task)task, &got), expected);
		size = wire_put_event(&event, bytes);
		assert_int_equal(
			wire_get_event(bytes, size, (enum wire_task)task, &got_event), expected);
	}
	for (int field = 0; field < 5; field++) {
		p = numbers;
		switch (field) {
		case 0: p.delivery = WIRE_DELIVERY_PENDING; break;
		case 1: p.offers = WIRE_OFFERS_VOICE; break;
		case 2: p.http_status = 200; break;
		case 3: p.retry_after_s = 1; break;
		case 4: strcpy(p.message_id, "SM12-ab"); break;
		}
		size = wire_put_reply(&p, bytes);
		assert_true(size > 0);
		assert_int_equal(
			wire_get_reply(bytes, size, WIRE_TASK_LOOKUP, &got), FAULT_PROTOCOL);
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(wire_outcome_name(WIRE_ACCEPTED), "accepted");
	assert_string_equal(wire_outcome_name(WIRE_UNRECOGNISED), "unrecognised");
	assert_string_equal(wire_outcome_name((enum wire_outcome)0), "unknown");
	for (int i = WIRE_ACCEPTED; i < WIRE_SKIPPED; i++) {
		assert_string_not_equal(wire_outcome_name((enum wire_outcome)i),
			wire_outcome_name((enum wire_outcome)(i + 1)));
	}
	assert_string_equal(wire_outcome_name(WIRE_SKIPPED), "skipped");
	assert_string_equal(wire_delivery_name(WIRE_DELIVERY_DELIVERED), "delivered");
	for (int i = WIRE_DELIVERY_UNKNOWN; i < WIRE_DELIVERY_FAILED; i++) {
		assert_string_not_equal(wire_delivery_name((enum wire_delivery)i),
			wire_delivery_name((enum wire_delivery)(i + 1)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_refused_when_written),
		cmocka_unit_test(test_refused_when_read),
		cmocka_unit_test(test_lookup_request),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("wire: fields", tests, NULL, NULL);
}
