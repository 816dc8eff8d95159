/* SPDX-License-Identifier: BSD-2-Clause */
/* What variables of a request stand for, and what a call says. */
/* ldflags: -Wl,--wrap=time -Wl,--wrap=getrandom */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "core/fault.h"
#include "helper/variables.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static time_t now;
static int random_byte;

time_t __wrap_time(time_t *ret_time);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned int flags);

time_t
__wrap_time(time_t *ret_time)
{
	if (ret_time != NULL)
		*ret_time = now;
	return now;
}

ssize_t
__wrap_getrandom(void *buffer, size_t size, unsigned int flags)
{
	(void)flags;
	if (random_byte < 0)
		return -1;
	memset(buffer, random_byte, size);
	return (ssize_t)size;
}

static const struct spoken english = { "en-GB", NULL };

static struct wire_request
request_for(enum wire_task task)
{
	return (struct wire_request){ .task = task, .to = "+447700900123", .text = "Code 491827",
		.code = "491827", .ref = "K7", .validity_s = 300, .message_id = "SM1" };
}

/* The value of name in a request; NULL if it has none. */
static const char *
value_of(const struct values *values, const char *name)
{
	for (size_t i = 0; i < values->count; i++) {
		if (strcmp(values->item[i].name, name) == 0)
			return values->item[i].text;
	}
	return NULL;
}

static struct values
fill(const struct wire_request *request, enum description_number number,
	const struct spoken *spoken)
{
	static struct variables texts;
	const struct variables_form form = { number, spoken };
	struct values values = { 0 };
	struct fault fault = { 0 };

	assert_int_equal(variables_fill(&form, request, &texts, &values, &fault), 0);
	return values;
}

/* The names known when a description is read are those that a request fills. */
static void
test_names(void **state)
{
	static const char *const none_for_status[] = { "text", "code", "text_hex", "unicode",
		"validity_s", "validity_ms", "validity_min", "expire_at", "spoken", "digits",
		"language", "language_lower", "language_short" };

	(void)state;
	for (enum wire_task task = WIRE_TASK_TEXT; task <= WIRE_TASK_STATUS; task++) {
		const struct wire_request request = request_for(task);
		const struct values values = fill(&request, DESCRIPTION_E164, &english);
		const char *names[VARIABLES_MAX];
		size_t count = variables_names(task, names);

		/* One more, which no description can name. */
		assert_int_equal(count + 1, values.count);
		assert_string_equal(value_of(&values, "to.national"), "7700900123");
		assert_false(variables_has("to.national"));
		for (size_t i = 0; i < count; i++) {
			assert_non_null(value_of(&values, names[i]));
			assert_true(variables_has(names[i]));
		}
		assert_int_equal(
			value_of(&values, "message_id") != NULL, task == WIRE_TASK_STATUS);
		assert_int_equal(value_of(&values, "spoken") != NULL, task == WIRE_TASK_VOICE);
		for (size_t i = 0; i < COUNT(none_for_status); i++) {
			if (task == WIRE_TASK_STATUS)
				assert_null(value_of(&values, none_for_status[i]));
		}
	}
	assert_false(variables_has("key"));
	assert_false(variables_has(""));
}

/* A receiver is told the number and no more; what it may not repeat is known all the same. */
static void
test_receivers(void **state)
{
	static const char *const none[] = { "text", "code", "ref", "validity_s", "expire_at",
		"unicode", "text_hex", "message_id", "spoken" };
	struct wire_request request = request_for(WIRE_TASK_RECEIVE);
	const char *names[VARIABLES_MAX];
	struct values values;

	(void)state;
	now = 784111777;
	request.validity_s = 60;
	values = fill(&request, DESCRIPTION_NATIONAL, NULL);
	assert_int_equal(variables_names(WIRE_TASK_RECEIVE, names) + 3, values.count);
	assert_string_equal(value_of(&values, "to"), "7700900123");
	assert_string_equal(value_of(&values, "rental"), "SM1");
	/* 08:49:37, less that minute and five more. */
	assert_string_equal(value_of(&values, "since"), "1994-11-06T08:43:37Z");
	assert_string_equal(value_of(&values, "date"), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_string_equal(value_of(&values, "code.sent"), "491827");
	assert_string_equal(value_of(&values, "text.sent"), "Code 491827");
	for (size_t i = 0; i < COUNT(none); i++)
		assert_null(value_of(&values, none[i]));
	for (size_t i = 0; i < values.count; i++) {
		const char *name = values.item[i].name;

		assert_int_equal(values.item[i].secret, strncmp(name, "to", 2) == 0 ||
			strcmp(name, "code.sent") == 0 || strcmp(name, "text.sent") == 0);
	}
	request = (struct wire_request){ .task = WIRE_TASK_RENT };
	values = fill(&request, DESCRIPTION_NATIONAL, NULL);
	assert_null(value_of(&values, "to"));
	assert_null(value_of(&values, "rental"));
	assert_non_null(value_of(&values, "uuid"));
	request = (struct wire_request){ .task = WIRE_TASK_RELEASE, .to = "+447700900123" };
	values = fill(&request, DESCRIPTION_E164, NULL);
	assert_string_equal(value_of(&values, "to"), "+447700900123");
	assert_string_equal(value_of(&values, "rental"), "");
	assert_null(value_of(&values, "since"));
}

/* Everything that says whom or what is sent is kept out of the log. */
static void
test_secrets(void **state)
{
	static const char *const secrets[] = { "to", "text", "code", "text_hex", "spoken",
		"digits", "to.national" };
	const struct wire_request request = request_for(WIRE_TASK_VOICE);
	const struct values values = fill(&request, DESCRIPTION_E164, &english);

	(void)state;
	for (size_t i = 0; i < values.count; i++) {
		bool secret = false;

		for (size_t k = 0; k < COUNT(secrets); k++)
			secret = secret || strcmp(secrets[k], values.item[i].name) == 0;
		assert_int_equal(values.item[i].secret, secret);
	}
}

static void
test_numbers(void **state)
{
	struct wire_request request = request_for(WIRE_TASK_TEXT);
	struct values values = fill(&request, DESCRIPTION_E164, NULL);

	(void)state;
	assert_string_equal(value_of(&values, "to"), "+447700900123");
	values = fill(&request, DESCRIPTION_DIGITS, NULL);
	assert_string_equal(value_of(&values, "to"), "447700900123");
	values = fill(&request, DESCRIPTION_NATIONAL, NULL);
	assert_string_equal(value_of(&values, "to"), "7700900123");
}

static void
test_times(void **state)
{
	static const struct {
		time_t now;
		uint32_t validity;
		const char *seconds, *milliseconds, *minutes, *end, *date;
	} cases[] = {
		/* The date of RFC 9110, section 5.6.7. */
		{ 784111777, 300, "300", "300000", "5", "1994-11-06T08:54:37Z",
			"Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 784111777, 61, "61", "61000", "2", "1994-11-06T08:50:38Z",
			"Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 784111777, 0, "", "", "", "", "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 1709251199, 1, "1", "1000", "1", "2024-03-01T00:00:00Z",
			"Thu, 29 Feb 2024 23:59:59 GMT" },
		{ 0, 999999, "999999", "999999000", "16667", "1970-01-12T13:46:39Z",
			"Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 0, 1000000, "", "", "", "", "Thu, 01 Jan 1970 00:00:00 GMT" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire_request request = request_for(WIRE_TASK_TEXT);
		struct values values;

		now = cases[i].now;
		request.validity_s = cases[i].validity;
		values = fill(&request, DESCRIPTION_E164, NULL);
		assert_string_equal(value_of(&values, "validity_s"), cases[i].seconds);
		assert_string_equal(value_of(&values, "validity_ms"), cases[i].milliseconds);
		assert_string_equal(value_of(&values, "validity_min"), cases[i].minutes);
		assert_string_equal(value_of(&values, "expire_at"), cases[i].end);
		assert_string_equal(value_of(&values, "date"), cases[i].date);
	}
}

static void
test_uuid(void **state)
{
	const struct wire_request request = request_for(WIRE_TASK_TEXT);
	const struct variables_form form = { DESCRIPTION_E164, NULL };
	struct variables texts;
	struct values values = fill(&request, DESCRIPTION_E164, NULL);
	struct fault fault = { 0 };

	(void)state;
	assert_string_equal(value_of(&values, "uuid"), "00000000-0000-4000-8000-000000000000");
	random_byte = 0xff;
	values = fill(&request, DESCRIPTION_E164, NULL);
	assert_string_equal(value_of(&values, "uuid"), "ffffffff-ffff-4fff-bfff-ffffffffffff");
	random_byte = 0x2a;
	values = fill(&request, DESCRIPTION_E164, NULL);
	assert_string_equal(value_of(&values, "uuid"), "2a2a2a2a-2a2a-4a2a-aa2a-2a2a2a2a2a2a");
	random_byte = -1;
	values = (struct values){ 0 };
	assert_int_equal(variables_fill(&form, &request, &texts, &values, &fault), FAULT_SYSTEM);
	random_byte = 0;
}

static void
test_hex(void **state)
{
	static const struct {
		const char *text, *hex;	/* NULL: refused */
		bool unicode;
	} cases[] = {
		{ "", "", false },
		{ "A1", "00410031", false },
		{ "\xc3\x9f\xe2\x82\xac", "00DF20AC", false },
		{ "\xe2\x9c\x93", "2713", true },
		/* RFC 2781, section 5: a character beyond the first plane. */
		{ "\xf0\x92\x8d\x85=Ra", "D808DF45003D00520061", true },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "D800DC00DBFFDFFF", true },
		{ "\xff", NULL, true },
		{ "\xed\xa0\x80", NULL, true },
		{ "a\xc3", NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wire_request request = request_for(WIRE_TASK_TEXT);
		const struct variables_form form = { DESCRIPTION_E164, NULL };
		struct variables texts;
		struct values values = { 0 };
		struct fault fault = { 0 };
		int rc;

		memcpy(request.text, cases[i].text, strlen(cases[i].text) + 1);
		rc = variables_fill(&form, &request, &texts, &values, &fault);
		assert_int_equal(rc, cases[i].hex != NULL ? 0 : FAULT_PROTOCOL);
		if (rc != 0)
			continue;
		assert_string_equal(value_of(&values, "text_hex"), cases[i].hex);
		assert_string_equal(value_of(&values, "unicode"), cases[i].unicode ? "1" : "");
	}
}

static void
test_spoken(void **state)
{
	static const struct {
		struct spoken spoken;
		const char *code, *result;	/* NULL: none */
	} cases[] = {
		{ { "en-GB", NULL }, "491827",
			"Your code is 4, 9, 1, 8, 2, 7. Again: 4, 9, 1, 8, 2, 7." },
		{ { "DE-at", NULL }, "000000",
			"Ihr Code lautet 0, 0, 0, 0, 0, 0. Noch einmal: 0, 0, 0, 0, 0, 0." },
		{ { "en", "{digits} {{{digits}}}" }, "K7QX2MZR45",
			"K, 7, Q, X, 2, M, Z, R, 4, 5 {K, 7, Q, X, 2, M, Z, R, 4, 5}" },
		{ { "hu", "{digits}" }, "1", "1" },
		{ { "hu", "{digits}." }, "", "." },
		{ { "hu", NULL }, "491827", NULL },
	};
	char digits[SPOKEN_DIGITS_SIZE], text[SPOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		memcpy(text, "kept", 5);
		spoken_digits(cases[i].code, digits);
		assert_int_equal(spoken_write(&cases[i].spoken, digits, text),
			cases[i].result != NULL ? 0 : -1);
		assert_string_equal(text, cases[i].result != NULL ? cases[i].result : "kept");
	}
	/* Longer than any code; and a sentence of nothing but codes. */
	spoken_digits("0123456789012345678901234567890123456789", digits);
	assert_true(strlen(digits) < sizeof digits);
	memset(text, 0, sizeof text);
	for (size_t i = 0; i + 8 < SPOKEN_MESSAGE_MAX; i += 8)
		memcpy(text + i, "{digits}", 8);
	const struct spoken many = { "en", text };
	char result[SPOKEN_SIZE] = "kept";

	assert_int_equal(spoken_write(&many, digits, result), -1);
	assert_string_equal(result, "kept");
}

static void
test_languages(void **state)
{
	static const char *const good[] = { "en", "en-GB", "EN-gb", "nan-Hant-TW", "es-419", "fil",
		"zh-Hans-CN" };
	static const char *const bad[] = { "", "e", "engl", "en_GB", "en-", "-GB", "en--GB", "en-G",
		"en-GB-", "en GB", "12-GB", "en-GB\n", "en-\xc3\xa9s", "en-abcdefghi",
		"en-Latn-GB-oxendict" };
	static const char *const spoken[] = { "da", "de", "en", "es", "fi", "fr", "hi", "it", "nb",
		"nl", "no", "pl", "pt", "sv" };
	char text[SPOKEN_LANGUAGE_SIZE];
	size_t column = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(spoken_language_valid(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(spoken_language_valid(bad[i]));
	for (size_t i = 0; i < COUNT(spoken); i++)
		assert_true(spoken_has(spoken[i]));
	assert_true(spoken_has("PT-br"));
	assert_false(spoken_has("hu"));
	assert_false(spoken_has("eng"));
	assert_false(spoken_has("den"));
	spoken_lower("zh-Hans-CN", text);
	assert_string_equal(text, "zh-hans-cn");
	spoken_short("EN-gb", text);
	assert_string_equal(text, "en");
	assert_null(spoken_check("{digits}", &column));
	assert_string_equal(spoken_check("{{digits}}", &column), "{digits} is missing");
	assert_non_null(spoken_check("{digits}\n", &column));
	assert_int_equal(column, 9);
	assert_non_null(spoken_check("{digits} {to}", &column));
	assert_int_equal(column, 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_receivers),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_spoken),
		cmocka_unit_test(test_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
