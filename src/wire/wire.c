/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout, all integers big-endian:
 *
 *	offset size
 *	     0    4  magic "SMSW"
 *	     4    1  version (WIRE_VERSION)
 *	     5    1  kind (enum wire_kind)
 *	     6    2  length of the whole message, these 8 bytes included (8..4096)
 *	     8       fields of the kind, in this order, without gaps:
 *
 *	request  8  1  task (enum wire_task)
 *	         9  4  timeout_ms
 *	        13  4  validity_s
 *	        17     to, text, code, ref, user, host, service, client, origin, message_id,
 *	               name: eleven strings
 *	posting        nothing
 *	reply    8  1  outcome (enum wire_outcome)
 *	         9  1  delivery (enum wire_delivery)
 *	        10  4  offers (bits of WIRE_OFFERS_ALL)
 *	        14  4  http_status (0..999)
 *	        18  4  retry_after_s
 *	        22     message_id, detail, numbers: three strings
 *	event    8  1  kind (enum wire_event_kind)
 *	         9  4  index
 *	        13  4  elapsed_ms
 *	        17     ENDED only: the fields of a reply, the first at offset 17
 *
 * A string is 2 bytes of length and that many bytes, none of them NUL. Nothing may follow the last
 * field. A message has exactly one form: what decodes encodes to the same bytes again.
 */
#include "wire/wire.h"

#include <stdbool.h>
#include <string.h>

#include "core/fault.h"
#include "wire/wire_valid.h"

#define HEADER_SIZE 8

/* A reader takes its own version and the one before; there is none before version 1. */
#define VERSIONS_READ 1

static const uint8_t magic[4] = { 'S', 'M', 'S', 'W' };

/*
 * What put checks before it writes and get after it read: with it, no message can outgrow a
 * buffer.
 */
_Static_assert(HEADER_SIZE + 1 + 2 * 4 + 11 * 2 + WIRE_TO_SIZE + WIRE_TEXT_SIZE + WIRE_CODE_SIZE +
	WIRE_REF_SIZE + 4 * WIRE_VALUE_SIZE + WIRE_ORIGIN_SIZE + WIRE_MESSAGE_ID_SIZE +
	WIRE_NAME_SIZE <= WIRE_SIZE_MAX, "a request fits");
_Static_assert(HEADER_SIZE + 9 + 14 + 3 * 2 + WIRE_MESSAGE_ID_SIZE + WIRE_DETAIL_SIZE +
	WIRE_NUMBERS_SIZE <= WIRE_SIZE_MAX, "an event with a reply fits");

struct writer {
	uint8_t *bytes;
	size_t used;
};

struct reader {
	const uint8_t *bytes;
	size_t size, at;
	bool failed;
};

/* --- writing -------------------------------------------------------------- */

static void
put_number(struct writer *writer, unsigned int size, uint32_t value)
{
	while (size-- > 0)
		writer->bytes[writer->used++] = (uint8_t)(value >> (8 * size));
}

static void
put_string(struct writer *writer, const char *text)
{
	size_t length = strlen(text);

	put_number(writer, 2, (uint32_t)length);
	memcpy(writer->bytes + writer->used, text, length);
	writer->used += length;
}

static struct writer
begin(uint8_t *bytes, enum wire_kind kind)
{
	struct writer writer = { .bytes = bytes, .used = sizeof magic };

	memcpy(bytes, magic, sizeof magic);
	put_number(&writer, 1, WIRE_VERSION);
	put_number(&writer, 1, kind);
	put_number(&writer, 2, 0);
	return writer;
}

static size_t
end(const struct writer *writer)
{
	struct writer length = { .bytes = writer->bytes, .used = HEADER_SIZE - 2 };

	put_number(&length, 2, (uint32_t)writer->used);
	return writer->used;
}

static void
put_reply_fields(struct writer *writer, const struct wire_reply *reply)
{
	put_number(writer, 1, reply->outcome);
	put_number(writer, 1, reply->delivery);
	put_number(writer, 4, reply->offers);
	put_number(writer, 4, reply->http_status);
	put_number(writer, 4, reply->retry_after_s);
	put_string(writer, reply->message_id);
	put_string(writer, reply->detail);
	put_string(writer, reply->numbers);
}

size_t
wire_put_request(const struct wire_request *request, uint8_t ret_bytes[static WIRE_SIZE_MAX])
{
	struct writer writer;

	if (!wire_request_valid(request))
		return 0;
	writer = begin(ret_bytes, WIRE_KIND_REQUEST);
	put_number(&writer, 1, request->task);
	put_number(&writer, 4, request->timeout_ms);
	put_number(&writer, 4, request->validity_s);
	put_string(&writer, request->to);
	put_string(&writer, request->text);
	put_string(&writer, request->code);
	put_string(&writer, request->ref);
	put_string(&writer, request->user);
	put_string(&writer, request->host);
	put_string(&writer, request->service);
	put_string(&writer, request->client);
	put_string(&writer, request->origin);
	put_string(&writer, request->message_id);
	put_string(&writer, request->name);
	return end(&writer);
}

size_t
wire_put_posting(uint8_t ret_bytes[static WIRE_SIZE_MAX])
{
	struct writer writer = begin(ret_bytes, WIRE_KIND_POSTING);

	return end(&writer);
}

size_t
wire_put_reply(const struct wire_reply *reply, uint8_t ret_bytes[static WIRE_SIZE_MAX])
{
	struct writer writer;

	if (!wire_reply_valid(reply))
		return 0;
	writer = begin(ret_bytes, WIRE_KIND_REPLY);
	put_reply_fields(&writer, reply);
	return end(&writer);
}

size_t
wire_put_event(const struct wire_event *event, uint8_t ret_bytes[static WIRE_SIZE_MAX])
{
	struct writer writer;

	if (!wire_event_valid(event))
		return 0;
	writer = begin(ret_bytes, WIRE_KIND_EVENT);
	put_number(&writer, 1, event->kind);
	put_number(&writer, 4, event->index);
	put_number(&writer, 4, event->elapsed_ms);
	if (event->kind == WIRE_EVENT_ENDED)
		put_reply_fields(&writer, &event->reply);
	return end(&writer);
}

/* --- reading -------------------------------------------------------------- */

static uint32_t
get_number(struct reader *reader, unsigned int size)
{
	uint32_t value = 0;

	if (reader->failed || reader->size - reader->at < size) {
		reader->failed = true;
		return 0;
	}
	while (size-- > 0)
		value = value << 8 | reader->bytes[reader->at++];
	return value;
}

/* ret_text is a zeroed array of size bytes, so it stays terminated. */
static void
get_string(struct reader *reader, char *ret_text, size_t size)
{
	size_t length = get_number(reader, 2);

	if (reader->failed || length >= size || reader->size - reader->at < length ||
		memchr(reader->bytes + reader->at, '\0', length) != NULL) {
		reader->failed = true;
		return;
	}
	memcpy(ret_text, reader->bytes + reader->at, length);
	reader->at += length;
}

static void
get_reply_fields(struct reader *reader, struct wire_reply *ret_reply)
{
	ret_reply->outcome = (enum wire_outcome)get_number(reader, 1);
	ret_reply->delivery = (enum wire_delivery)get_number(reader, 1);
	ret_reply->offers = get_number(reader, 4);
	ret_reply->http_status = get_number(reader, 4);
	ret_reply->retry_after_s = get_number(reader, 4);
	get_string(reader, ret_reply->message_id, sizeof ret_reply->message_id);
	get_string(reader, ret_reply->detail, sizeof ret_reply->detail);
	get_string(reader, ret_reply->numbers, sizeof ret_reply->numbers);
}

static bool
whole(const struct reader *reader)
{
	return !reader->failed && reader->at == reader->size;
}

enum wire_kind
wire_kind(const uint8_t *bytes, size_t size)
{
	struct reader reader = { .bytes = bytes, .size = size, .at = sizeof magic };
	uint32_t version, kind, length;

	if (size < HEADER_SIZE || size > WIRE_SIZE_MAX || memcmp(bytes, magic, sizeof magic) != 0)
		return 0;
	version = get_number(&reader, 1);
	kind = get_number(&reader, 1);
	length = get_number(&reader, 2);
	/* Unsigned: a version from the future wraps to a large number. */
	if (WIRE_VERSION - version >= VERSIONS_READ || length != size)
		return 0;
	/* An empty message has no get function that would see trailing bytes. */
	if (kind == WIRE_KIND_POSTING)
		return size == HEADER_SIZE ? WIRE_KIND_POSTING : 0;
	return kind >= WIRE_KIND_REQUEST && kind <= WIRE_KIND_EVENT ? (enum wire_kind)kind : 0;
}

int
wire_get_request(const uint8_t *bytes, size_t size, struct wire_request *ret_request)
{
	struct reader reader = { .bytes = bytes, .size = size, .at = HEADER_SIZE };
	struct wire_request request = { 0 };
	int result = FAULT_PROTOCOL;

	if (wire_kind(bytes, size) != WIRE_KIND_REQUEST)
		return FAULT_PROTOCOL;
	request.task = (enum wire_task)get_number(&reader, 1);
	request.timeout_ms = get_number(&reader, 4);
	request.validity_s = get_number(&reader, 4);
	get_string(&reader, request.to, sizeof request.to);
	get_string(&reader, request.text, sizeof request.text);
	get_string(&reader, request.code, sizeof request.code);
	get_string(&reader, request.ref, sizeof request.ref);
	get_string(&reader, request.user, sizeof request.user);
	get_string(&reader, request.host, sizeof request.host);
	get_string(&reader, request.service, sizeof request.service);
	get_string(&reader, request.client, sizeof request.client);
	get_string(&reader, request.origin, sizeof request.origin);
	get_string(&reader, request.message_id, sizeof request.message_id);
	get_string(&reader, request.name, sizeof request.name);
	if (whole(&reader) && wire_request_valid(&request)) {
		*ret_request = request;
		result = 0;
	}
	explicit_bzero(&request, sizeof request);
	return result;
}

int
wire_get_reply(
	const uint8_t *bytes, size_t size, enum wire_task task, struct wire_reply *ret_reply)
{
	struct reader reader = { .bytes = bytes, .size = size, .at = HEADER_SIZE };
	struct wire_reply reply = { 0 };
	int result = FAULT_PROTOCOL;

	if (wire_kind(bytes, size) != WIRE_KIND_REPLY)
		return FAULT_PROTOCOL;
	get_reply_fields(&reader, &reply);
	if (whole(&reader) && wire_reply_valid(&reply) && wire_reply_answers(&reply, task)) {
		*ret_reply = reply;
		result = 0;
	}
	explicit_bzero(&reply, sizeof reply);
	return result;
}

int
wire_get_event(
	const uint8_t *bytes, size_t size, enum wire_task task, struct wire_event *ret_event)
{
	struct reader reader = { .bytes = bytes, .size = size, .at = HEADER_SIZE };
	struct wire_event event = { 0 };
	int result = FAULT_PROTOCOL;

	if (wire_kind(bytes, size) != WIRE_KIND_EVENT)
		return FAULT_PROTOCOL;
	event.kind = (enum wire_event_kind)get_number(&reader, 1);
	event.index = get_number(&reader, 4);
	event.elapsed_ms = get_number(&reader, 4);
	if (event.kind == WIRE_EVENT_ENDED)
		get_reply_fields(&reader, &event.reply);
	if (whole(&reader) && wire_event_valid(&event) && wire_reply_answers(&event.reply, task)) {
		*ret_event = event;
		result = 0;
	}
	explicit_bzero(&event, sizeof event);
	return result;
}
