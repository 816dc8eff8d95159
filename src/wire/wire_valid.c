/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fields of a message may hold, whoever writes or reads it. */
#include "wire/wire_valid.h"

#include <string.h>

#define STATUS_MAX 999

static bool
printable(const char *text, size_t size, const char *but)
{
	size_t length = strnlen(text, size);

	if (length == size)
		return false;
	for (size_t i = 0; i < length; i++) {
		/* By number, not isprint: the host's locale must not decide. */
		if (text[i] < 0x20 || text[i] > 0x7e || strchr(but, text[i]) != NULL)
			return false;
	}
	return true;
}

/* A value that stands in a log line as key=value without quotes. */
static bool
word(const char *text, size_t size)
{
	return printable(text, size, " =\"'");
}

static bool
number(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	/* ITU-T E.164 §6: at most 15 digits; no calling code begins with 0. */
	if (length == size || length < 2 || length > 16 || text[0] != '+' || text[1] == '0')
		return false;
	return strspn(text + 1, "0123456789") == length - 1;
}

static bool
terminated(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

/* Whole numbers of a stranger's: whatever no line of a file could hold is none. */
static bool
line(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size)
		return false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	}
	return true;
}

/* Whether there is nothing in it that is for a text, a call or a query. */
static bool
bare(const struct wire_request *request)
{
	const char *const empty[] = { request->to, request->text, request->code, request->ref,
		request->user, request->host, request->service, request->client, request->origin,
		request->message_id };

	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		if (empty[i][0] != '\0')
			return false;
	}
	return request->validity_s == 0;
}

/* A look-up holds a name and nothing that is a gateway's, and nothing else holds a name. */
static bool
lookup_valid(const struct wire_request *request)
{
	return bare(request) && request->name[0] != '\0' &&
		terminated(request->name, sizeof request->name);
}

/* Of a number that was had; what is texted to it is told to nobody but the helper. */
static bool
receiver_valid(const struct wire_request *request)
{
	const char *const empty[] = { request->ref, request->user, request->host, request->service,
		request->client, request->origin, request->name };
	const bool receives = request->task == WIRE_TASK_RECEIVE;

	for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
		if (empty[i][0] != '\0')
			return false;
	}
	return number(request->to, sizeof request->to) &&
		terminated(request->text, sizeof request->text) &&
		word(request->code, sizeof request->code) &&
		word(request->message_id, sizeof request->message_id) &&
		(request->code[0] != '\0') == receives &&
		(request->text[0] != '\0') == receives && (receives || request->validity_s == 0);
}

static bool
sending_valid(const struct wire_request *request)
{
	return request->name[0] == '\0' && number(request->to, sizeof request->to) &&
		terminated(request->text, sizeof request->text) &&
		word(request->code, sizeof request->code) &&
		word(request->ref, sizeof request->ref) &&
		terminated(request->user, sizeof request->user) &&
		terminated(request->host, sizeof request->host) &&
		terminated(request->service, sizeof request->service) &&
		terminated(request->client, sizeof request->client) &&
		word(request->origin, sizeof request->origin) &&
		word(request->message_id, sizeof request->message_id) &&
		(request->message_id[0] != '\0') == (request->task == WIRE_TASK_STATUS);
}

bool
wire_request_valid(const struct wire_request *request)
{
	switch (request->task) {
	case WIRE_TASK_TEXT:
	case WIRE_TASK_VOICE:
	case WIRE_TASK_STATUS: return sending_valid(request);
	case WIRE_TASK_LOOKUP: return lookup_valid(request);
	/* Of a look at a gateway no mistake can make a text. */
	case WIRE_TASK_CHECK:
	case WIRE_TASK_CONNECT:
	case WIRE_TASK_RENT: return bare(request) && request->name[0] == '\0';
	case WIRE_TASK_RECEIVE:
	case WIRE_TASK_RELEASE: return receiver_valid(request);
	}
	return false;
}

bool
wire_reply_valid(const struct wire_reply *reply)
{
	return reply->outcome >= WIRE_ACCEPTED && reply->outcome <= WIRE_SKIPPED &&
		reply->delivery <= WIRE_DELIVERY_FAILED &&
		(reply->offers & ~WIRE_OFFERS_ALL) == 0 &&
		reply->http_status <= STATUS_MAX &&
		word(reply->message_id, sizeof reply->message_id) &&
		printable(reply->detail, sizeof reply->detail, "") &&
		line(reply->numbers, sizeof reply->numbers) &&
		(reply->numbers[0] == '\0' || reply->outcome == WIRE_ACCEPTED);
}

bool
wire_reply_answers(const struct wire_reply *reply, enum wire_task task)
{
	if (task == WIRE_TASK_RENT)
		return reply->delivery == WIRE_DELIVERY_UNKNOWN &&
			(reply->outcome == WIRE_ACCEPTED
				? number(reply->numbers, sizeof reply->numbers)
				: reply->numbers[0] == '\0');
	if (task == WIRE_TASK_RECEIVE)
		return reply->numbers[0] == '\0' && (reply->outcome == WIRE_ACCEPTED
			? reply->delivery == WIRE_DELIVERY_PENDING ||
				reply->delivery == WIRE_DELIVERY_DELIVERED
			: reply->delivery == WIRE_DELIVERY_UNKNOWN);
	if (task != WIRE_TASK_LOOKUP)
		return reply->numbers[0] == '\0';
	return reply->delivery == WIRE_DELIVERY_UNKNOWN && reply->offers == 0 &&
		reply->http_status == 0 && reply->retry_after_s == 0 &&
		reply->message_id[0] == '\0';
}

bool
wire_event_valid(const struct wire_event *event)
{
	if (event->kind == WIRE_EVENT_ENDED)
		return wire_reply_valid(&event->reply);
	return event->kind == WIRE_EVENT_STARTED || event->kind == WIRE_EVENT_DONE;
}
