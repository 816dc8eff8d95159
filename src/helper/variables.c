/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/variables.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/e164.h"
#include "core/fault.h"
#include "core/gsm7.h"
#include "core/random.h"
#include "core/utf8.h"

enum variable {
	TO, TEXT, CODE, REF, VALIDITY_S, VALIDITY_MS, VALIDITY_MIN, EXPIRE_AT, DATE, UUID, UNICODE,
	TEXT_HEX, SPOKEN, DIGITS, LANGUAGE, LANGUAGE_LOWER, LANGUAGE_SHORT, MESSAGE_ID, RENTAL,
	SINCE, VARIABLE_COUNT
};

_Static_assert(VARIABLE_COUNT <= VARIABLES_MAX, "what variables_names writes");

#define FOR(task) (1u << (task))
#define FOR_TEXT FOR(WIRE_TASK_TEXT)
#define FOR_VOICE FOR(WIRE_TASK_VOICE)
#define FOR_STATUS FOR(WIRE_TASK_STATUS)
#define FOR_SENDING (FOR_TEXT | FOR_VOICE)
#define FOR_RECEIVE FOR(WIRE_TASK_RECEIVE)
#define FOR_NUMBER (FOR_RECEIVE | FOR(WIRE_TASK_RELEASE))
#define FOR_ALL (FOR_SENDING | FOR_STATUS)
#define FOR_ANY (FOR_ALL | FOR_NUMBER | FOR(WIRE_TASK_RENT))

/* Clocks that differ must not make a text older than the number. */
#define SINCE_MARGIN_S 300

/*
 * A status is asked for without the code, and of a text that was sent long ago. A receiver is told
 * neither text nor code: it shall show what it has got.
 */
static const struct {
	const char *name;
	unsigned int tasks;
	bool secret;
} known[VARIABLE_COUNT] = {
	[TO] = { "to", FOR_ALL | FOR_NUMBER, true },
	[TEXT] = { "text", FOR_SENDING, true },
	[CODE] = { "code", FOR_SENDING, true },
	[REF] = { "ref", FOR_ALL, false },
	[VALIDITY_S] = { "validity_s", FOR_SENDING, false },
	[VALIDITY_MS] = { "validity_ms", FOR_SENDING, false },
	[VALIDITY_MIN] = { "validity_min", FOR_SENDING, false },
	[EXPIRE_AT] = { "expire_at", FOR_SENDING, false },
	[DATE] = { "date", FOR_ANY, false },
	[UUID] = { "uuid", FOR_ANY, false },
	[UNICODE] = { "unicode", FOR_SENDING, false },
	[TEXT_HEX] = { "text_hex", FOR_SENDING, true },
	[SPOKEN] = { "spoken", FOR_VOICE, true },
	[DIGITS] = { "digits", FOR_VOICE, true },
	[LANGUAGE] = { "language", FOR_VOICE, false },
	[LANGUAGE_LOWER] = { "language_lower", FOR_VOICE, false },
	[LANGUAGE_SHORT] = { "language_short", FOR_VOICE, false },
	[MESSAGE_ID] = { "message_id", FOR_STATUS, false },
	[RENTAL] = { "rental", FOR_NUMBER, false },
	[SINCE] = { "since", FOR_RECEIVE, false }
};

bool
variables_has(const char *name)
{
	for (size_t i = 0; i < VARIABLE_COUNT; i++) {
		if (strcmp(known[i].name, name) == 0)
			return true;
	}
	return false;
}

size_t
variables_names(enum wire_task task, const char *ret_names[static VARIABLES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < VARIABLE_COUNT; i++) {
		if ((known[i].tasks & FOR(task)) != 0)
			ret_names[count++] = known[i].name;
	}
	return count;
}

static const char *
write_number(const char *to, enum description_number form)
{
	const char *digits = *to == '+' ? to + 1 : to;

	switch (form) {
	case DESCRIPTION_DIGITS: return digits;
	case DESCRIPTION_NATIONAL: return digits + e164_calling_code_length(digits);
	case DESCRIPTION_E164: break;
	}
	return to;
}

static void
write_instant(time_t instant, char ret_text[static 21])
{
	struct tm tm;

	if (gmtime_r(&instant, &tm) != NULL)
		(void)strftime(ret_text, 21, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* All of them empty, or none: descriptions leave the field out by "when". */
static void
write_validity(uint32_t seconds, time_t now, struct variables *texts)
{
	if (seconds == 0 || seconds > 999999)
		return;
	snprintf(texts->validity_s, sizeof texts->validity_s, "%u", (unsigned int)seconds);
	snprintf(texts->validity_ms, sizeof texts->validity_ms, "%u000", (unsigned int)seconds);
	snprintf(texts->validity_min, sizeof texts->validity_min, "%u",
		(unsigned int)(seconds + 59) / 60);
	write_instant(now + (time_t)seconds, texts->expire_at);
}

/* Names of days and months in English: the helper never sets a locale. */
static void
write_date(time_t now, struct variables *texts)
{
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(texts->date, sizeof texts->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* Version 4: random but for version and variant. */
static int
write_uuid(char ret_text[static 37])
{
	static const char hex[] = "0123456789abcdef";
	uint8_t bytes[16];
	char *to = ret_text;

	if (random_bytes(bytes, sizeof bytes) != 0)
		return -1;
	bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[bytes[i] >> 4];
		*to++ = hex[bytes[i] & 15];
	}
	*to = '\0';
	return 0;
}

static char *
put_unit(char *to, uint16_t unit)
{
	static const char hex[] = "0123456789ABCDEF";

	for (int shift = 12; shift >= 0; shift -= 4)
		*to++ = hex[unit >> shift & 15];
	return to;
}

/* UTF-16, big-endian, RFC 2781, section 2.1. */
static int
write_hex(const char *text, char ret_text[static 4 * WIRE_TEXT_SIZE])
{
	char *to = ret_text;

	while (*text != '\0') {
		uint32_t point = 0;
		uint16_t units[2];
		size_t step = utf8_decode(text, &point);

		if (step == 0)
			return -1;
		for (unsigned int i = 0, count = utf8_utf16(point, units); i < count; i++)
			to = put_unit(to, units[i]);
		text += step;
	}
	*to = '\0';
	return 0;
}

static int
write_texts(const struct variables_form *form, const struct wire_request *request,
	struct variables *texts, struct fault *fault)
{
	const time_t now = time(NULL);

	if (request->task == WIRE_TASK_RECEIVE)
		write_instant(now - (time_t)request->validity_s - SINCE_MARGIN_S, texts->since);
	else
		write_validity(request->validity_s, now, texts);
	write_date(now, texts);
	if (write_uuid(texts->uuid) != 0)
		return fault_set(fault, FAULT_SYSTEM, "no random numbers");
	if (write_hex(request->text, texts->text_hex) != 0)
		return fault_set(fault, FAULT_PROTOCOL, "the text is not UTF-8");
	if (request->task != WIRE_TASK_VOICE)
		return 0;
	spoken_lower(form->spoken->language, texts->language_lower);
	spoken_short(form->spoken->language, texts->language_short);
	spoken_digits(request->code, texts->digits);
	if (spoken_write(form->spoken, texts->digits, texts->spoken) != 0)
		return fault_set(fault, FAULT_CONFIG, "\"voice_message\" is too long");
	return 0;
}

int
variables_fill(const struct variables_form *form, const struct wire_request *request,
	struct variables *texts, struct values *values, struct fault *fault)
{
	int rc;

	*texts = (struct variables){ 0 };
	rc = write_texts(form, request, texts, fault);
	if (rc != 0)
		return rc;
	const char *const plain[VARIABLE_COUNT] = {
		[TO] = write_number(request->to, form->number),
		[TEXT] = request->text,
		[CODE] = request->code,
		[REF] = request->ref,
		[VALIDITY_S] = texts->validity_s,
		[VALIDITY_MS] = texts->validity_ms,
		[VALIDITY_MIN] = texts->validity_min,
		[EXPIRE_AT] = texts->expire_at,
		[DATE] = texts->date,
		[UUID] = texts->uuid,
		[UNICODE] = gsm7_has(request->text) ? "" : "1",
		[TEXT_HEX] = texts->text_hex,
		[SPOKEN] = texts->spoken,
		[DIGITS] = texts->digits,
		[LANGUAGE] = request->task == WIRE_TASK_VOICE ? form->spoken->language : "",
		[LANGUAGE_LOWER] = texts->language_lower,
		[LANGUAGE_SHORT] = texts->language_short,
		[MESSAGE_ID] = request->message_id,
		[RENTAL] = request->message_id,
		[SINCE] = texts->since
	};
	/* For what comes back. No description can name them: a setting has no dot. */
	const struct value hidden[] = {
		/* In whatever form a gateway repeats the number, this is part of it. */
		{ "to.national", write_number(request->to, DESCRIPTION_NATIONAL), true },
		{ "code.sent", request->code, true },
		{ "text.sent", request->text, true },
	};
	const size_t count = request->task == WIRE_TASK_RECEIVE ? 3 : 1;

	for (size_t i = 0; i < VARIABLE_COUNT; i++) {
		const struct value value = { known[i].name, plain[i], known[i].secret };

		if ((known[i].tasks & FOR(request->task)) != 0 && !values_add(values, value))
			return fault_set(fault, FAULT_MEMORY, "too many settings");
	}
	for (size_t i = 0; i < count; i++) {
		if (!values_add(values, hidden[i]))
			return fault_set(fault, FAULT_MEMORY, "too many settings");
	}
	return 0;
}
