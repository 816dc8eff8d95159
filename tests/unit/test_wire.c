/* SPDX-License-Identifier: BSD-2-Clause */
/* The codec of module, keeper and helper: exact bytes, and none that mean two things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"
#include "wire_samples.h"

/* Any message, for tests that treat all kinds alike. */
union any {
	struct wire_request request;
	struct wire_reply reply;
	struct wire_event event;
};

/* Decodes by the kind the header claims and encodes the result again; 0 if it is refused. */
static size_t
recode(const uint8_t *bytes, size_t size, enum wire_task task, uint8_t *again)
{
	union any any;
	uint8_t *exact = malloc(size > 0 ? size : 1);
	size_t result = 0;

	/* An allocation of exactly this size: a sanitizer sees one byte read too far. */
	assert_non_null(exact);
	memcpy(exact, bytes, size);
	switch (wire_kind(exact, size)) {
	case WIRE_KIND_REQUEST:
		if (wire_get_request(exact, size, &any.request) == 0)
			result = wire_put_request(&any.request, again);
		break;
	case WIRE_KIND_POSTING:
		result = wire_put_posting(again);
		break;
	case WIRE_KIND_REPLY:
		if (wire_get_reply(exact, size, task, &any.reply) == 0)
			result = wire_put_reply(&any.reply, again);
		break;
	case WIRE_KIND_EVENT:
		if (wire_get_event(exact, size, task, &any.event) == 0)
			result = wire_put_event(&any.event, again);
		break;
	}
	free(exact);
	return result;
}

static void
test_exact_bytes(void **state)
{
	static const char expected_request[] =
		"SMSW\1\1\0\176"
		"\1" "\0\0\023\210" "\0\0\1\54"
		"\0\015+447700900123"
		"\0\046491827 is your web1 code\n@web1 #491827"
		"\0\006491827"
		"\0\2K7"
		"\0\5alice" "\0\4web1" "\0\4sshd" "\0\0132001:db8::7"
		"\0\4web1"
		"\0\0" "\0\0";
	static const char expected_query[] =
		"SMSW\1\1\0\75"
		"\3" "\0\0\013\270" "\0\0\0\0"
		"\0\015+447700900123"
		"\0\0" "\0\0" "\0\2K7"
		"\0\0" "\0\0" "\0\0" "\0\0" "\0\0"
		"\0\7SM12-ab" "\0\0";
	static const char expected_event[] =
		"SMSW\1\4\0\067" "\2" "\0\0\0\7" "\0\0\1\234"
		"\4" "\4" "\0\0\0\3" "\0\0\1\255" "\1\2\3\4"
		"\0\7SM12-ab" "\0\013busy; later" "\0\0";
	static const char expected_lookup[] =
		"SMSW\1\1\0\054" "\4" "\0\0\024\202" "\0\0\0\0"
		"\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0"
		"\0\5alice";
	static const char expected_numbers[] =
		"SMSW\1\3\0\070" "\1" "\0" "\0\0\0\0" "\0\0\0\0" "\0\0\0\0"
		"\0\0" "\0\0" "\0\034+44 7700 900123,+12025550143";
	static const char expected_receive[] =
		"SMSW\1\1\0\126"
		"\10" "\0\0\72\230" "\0\0\0\52"
		"\0\015+447700900123"
		"\0\030491827 is your web1 code"
		"\0\006491827"
		"\0\0" "\0\0" "\0\0" "\0\0" "\0\0" "\0\0"
		"\0\0048601" "\0\0";
	static const char expected_rented[] =
		"SMSW\1\3\0\055" "\1" "\0" "\0\0\0\0" "\0\0\0\310" "\0\0\0\0"
		"\0\0048601" "\0\0" "\0\015+447700900123";
	uint8_t bytes[WIRE_SIZE_MAX];

	(void)state;
	/*
	 * Written by hand from the layout at the top of wire.c: 17+15+40+8+4 and 7+6+6+13+6+2+2,
	 * 17+15+4+4+10+9+2, 17+14+9+13+2, 17+20+7, 22+2+2+30, 17+15+26+8+12+6+2
	 * and 22+6+2+15 bytes.
	 */
	assert_int_equal(sample(0, bytes), 126);
	assert_int_equal(sizeof expected_request - 1, 126);
	assert_memory_equal(bytes, expected_request, 126);
	assert_int_equal(sample(6, bytes), 61);
	assert_int_equal(sizeof expected_query - 1, 61);
	assert_memory_equal(bytes, expected_query, 61);
	assert_int_equal(sample(1, bytes), 8);
	assert_memory_equal(bytes, "SMSW\1\2\0\10", 8);
	assert_int_equal(sample(4, bytes), 55);
	assert_int_equal(sizeof expected_event - 1, 55);
	assert_memory_equal(bytes, expected_event, 55);
	assert_int_equal(sample(7, bytes), 44);
	assert_int_equal(sizeof expected_lookup - 1, 44);
	assert_memory_equal(bytes, expected_lookup, 44);
	assert_int_equal(sample(8, bytes), 56);
	assert_int_equal(sizeof expected_numbers - 1, 56);
	assert_memory_equal(bytes, expected_numbers, 56);
	assert_int_equal(sample(11, bytes), 86);
	assert_int_equal(sizeof expected_receive - 1, 86);
	assert_memory_equal(bytes, expected_receive, 86);
	assert_int_equal(sample(13, bytes), 45);
	assert_int_equal(sizeof expected_rented - 1, 45);
	assert_memory_equal(bytes, expected_rented, 45);
}

static void
test_round_trips(void **state)
{
	struct wire_request longest = { .task = WIRE_TASK_STATUS, .timeout_ms = UINT32_MAX,
		.validity_s = UINT32_MAX };
	struct wire_reply longest_reply = { .outcome = WIRE_SKIPPED,
		.delivery = WIRE_DELIVERY_FAILED, .offers = WIRE_OFFERS_ALL, .http_status = 999 };
	struct wire_reply empty = { .outcome = WIRE_ACCEPTED };
	struct wire_request got_request;
	struct wire_reply got_reply;
	struct wire_event got_event, event = { .kind = WIRE_EVENT_ENDED, .reply = longest_reply };
	struct wire_request longest_name = { .task = WIRE_TASK_LOOKUP, .timeout_ms = UINT32_MAX };
	struct wire_reply most_numbers = { .outcome = WIRE_ACCEPTED };
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t size;

	(void)state;
	memset(longest.text, 0xc3, sizeof longest.text - 1);
	memset(longest.code, 'Z', sizeof longest.code - 1);
	memset(longest.ref, '~', sizeof longest.ref - 1);
	memset(longest.user, 0xc3, sizeof longest.user - 1);
	memset(longest.host, 0xc3, sizeof longest.host - 1);
	memset(longest.service, 0xc3, sizeof longest.service - 1);
	memset(longest.client, 0xc3, sizeof longest.client - 1);
	memset(longest.origin, 'z', sizeof longest.origin - 1);
	memset(longest.message_id, '!', sizeof longest.message_id - 1);
	memset(longest.to, '9', sizeof longest.to - 1);
	longest.to[0] = '+';
	size = wire_put_request(&longest, bytes);
	assert_true(size > sizeof longest.text && size <= WIRE_SIZE_MAX);
	assert_int_equal(wire_get_request(bytes, size, &got_request), 0);
	assert_memory_equal(&got_request, &longest, sizeof longest);

	memset(longest_reply.message_id, '~', sizeof longest_reply.message_id - 1);
	memset(longest_reply.detail, ' ', sizeof longest_reply.detail - 1);
	size = wire_put_reply(&longest_reply, bytes);
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_TEXT, &got_reply), 0);
	assert_memory_equal(&got_reply, &longest_reply, sizeof got_reply);

	size = wire_put_reply(&empty, bytes);
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_TEXT, &got_reply), 0);
	assert_memory_equal(&got_reply, &empty, sizeof got_reply);

	event.reply = longest_reply;
	size = wire_put_event(&event, bytes);
	assert_int_equal(wire_get_event(bytes, size, WIRE_TASK_TEXT, &got_event), 0);
	assert_memory_equal(&got_event, &event, sizeof got_event);

	/* Not only what is text: a name is what the account has, a number what the source has. */
	memset(longest_name.name, 0xff, sizeof longest_name.name - 1);
	size = wire_put_request(&longest_name, bytes);
	assert_int_equal(wire_get_request(bytes, size, &got_request), 0);
	assert_memory_equal(&got_request, &longest_name, sizeof longest_name);
	memset(most_numbers.numbers, 0xff, sizeof most_numbers.numbers - 1);
	size = wire_put_reply(&most_numbers, bytes);
	assert_int_equal(wire_get_reply(bytes, size, WIRE_TASK_LOOKUP, &got_reply), 0);
	assert_memory_equal(&got_reply, &most_numbers, sizeof got_reply);

	/* A reply is no part of STARTED: it comes back as nothing. */
	size = sample(3, bytes);
	assert_int_equal(wire_get_event(bytes, size, WIRE_TASK_TEXT, &got_event), 0);
	assert_int_equal(got_event.kind, WIRE_EVENT_STARTED);
	assert_int_equal(got_event.index, 7);
	assert_int_equal(got_event.reply.outcome, 0);
	assert_string_equal(got_event.reply.detail, "");
}

static void
test_truncated_and_extended(void **state)
{
	uint8_t bytes[WIRE_SIZE_MAX + 8] = { 0 }, again[WIRE_SIZE_MAX];

	(void)state;
	for (unsigned int which = 0; which < SAMPLES; which++) {
		const enum wire_task task = sample_task(which);
		size_t size = sample(which, bytes);

		for (size_t cut = 0; cut < size; cut++) {
			assert_int_equal(recode(bytes, cut, task, again), 0);
			/* The same with a header that owns up to it. */
			if (cut < 8)
				continue;
			bytes[6] = (uint8_t)(cut >> 8);
			bytes[7] = (uint8_t)cut;
			/*
			 * A posting cannot be cut; an event of another kind cannot look like
			 * ENDED's.
			 */
			assert_int_equal(recode(bytes, cut, task, again), 0);
			(void)sample(which, bytes);
		}
		for (size_t more = 1; more <= 4; more++) {
			memset(bytes + size, 0, 4);
			assert_int_equal(recode(bytes, size + more, task, again), 0);
			bytes[6] = (uint8_t)((size + more) >> 8);
			bytes[7] = (uint8_t)(size + more);
			assert_int_equal(recode(bytes, size + more, task, again), 0);
			(void)sample(which, bytes);
		}
	}
}

static void
test_flipped_bits(void **state)
{
	uint8_t bytes[WIRE_SIZE_MAX], again[WIRE_SIZE_MAX];
	unsigned int refused = 0, other = 0;

	(void)state;
	for (unsigned int which = 0; which < SAMPLES; which++) {
		const enum wire_task task = sample_task(which);
		size_t size = sample(which, bytes);

		for (size_t bit = 0; bit < size * 8; bit++) {
			size_t got;

			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			got = recode(bytes, size, task, again);
			if (got == 0) {
				refused++;
			} else {
				/* What is taken for another message is exactly that message. */
				assert_int_equal(got, size);
				assert_memory_equal(again, bytes, size);
				other++;
			}
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	/* All but the kind's own bits of each of the headers, at the very least. */
	assert_true(refused > SAMPLES * 7 * 8);
	assert_true(other > 0);
}

static void
test_noise(void **state)
{
	uint8_t bytes[WIRE_SIZE_MAX], again[WIRE_SIZE_MAX];
	uint32_t seed = 0x5eed;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		const enum wire_task task = sample_task((unsigned int)round % SAMPLES);
		size_t size = sample((unsigned int)round % SAMPLES, bytes), got;

		/* A good header, noise behind it. */
		for (size_t i = 8; i < size; i++) {
			seed = seed * 1664525 + 1013904223;
			if (seed >> 29 == 0)
				bytes[i] = (uint8_t)(seed >> 16);
		}
		got = recode(bytes, size, task, again);
		assert_true(got == 0 || (got == size && memcmp(bytes, again, size) == 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_bytes),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_truncated_and_extended),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
