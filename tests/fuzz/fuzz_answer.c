/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gateway answers: a byte that picks the status, then the body. Whatever it says, an
 * acceptance is one by the rules of the API, written down here a second time, and the reply can
 * be sent and holds no secret.
 */
#include "core/fault.h"
#include "helper/description.h"
#include "helper/http.h"
#include "helper/judge.h"
#include "helper/values.h"
#include "wire/wire.h"

#include <jansson.h>

#include "fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static const unsigned int statuses[] = {
	0, 100, 200, 201, 202, 204, 302, 400, 401, 402, 403, 404, 429, 500, 503
};
static struct description *twilio, *vonage, *xml, *pin, *inbound, *receiver;

static struct description *
load(const char *path)
{
	struct description *description = NULL;
	struct fault fault = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	FUZZ_HOLDS(fd >= 0);
	if (description_read(fd, path, &description, &fault) != 0) {
		fprintf(stderr, "%s\n", fault.text);
		abort();
	}
	close(fd);
	return description;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	twilio = load("conf/api/twilio.conf");
	vonage = load("conf/api/vonage.conf");
	xml = load("tests/fuzz/corpus/description/xml");
	pin = load("conf/api/smspinverify.conf");
	inbound = load("conf/api/twilio-inbound.conf");
	receiver = load("conf/api/generic-receiver.conf");
	return 0;
}

/* Twilio: 201, and the message has a sid. */
static bool
twilio_accepted(unsigned int status, const json_t *root)
{
	const char *sid = json_string_value(json_object_get(root, "sid"));

	return status == 201 && sid != NULL && *sid != '\0';
}

/* Vonage: every part of the message has the status "0", and there is one at least. */
static bool
vonage_accepted(unsigned int status, const json_t *root)
{
	json_t *messages = json_object_get(root, "messages"), *message;
	size_t i;

	if (status != 200 || json_array_size(messages) == 0)
		return false;
	json_array_foreach(messages, i, message) {
		const char *text = json_string_value(json_object_get(message, "status"));

		if (text == NULL || strcmp(text, "0") != 0)
			return false;
	}
	return true;
}

/* Twilio: 200, and the phone has the message. */
static bool
twilio_delivered(unsigned int status, const json_t *root)
{
	const char *state = json_string_value(json_object_get(root, "status"));

	return status == 200 && state != NULL &&
		(strcmp(state, "delivered") == 0 || strcmp(state, "read") == 0);
}

/* As a reader sees who knows no XML: entities of a document's own would be another text. */
static bool
says(const uint8_t *body, size_t size, const char *words)
{
	return memmem(body, size, words, strlen(words)) != NULL;
}

static void
judge(const struct description_call *call, unsigned int status, const uint8_t *body, size_t size,
	struct wire_reply *ret_reply)
{
	struct http_answer answer = { .end = HTTP_WHOLE, .status = status };
	struct wire_reply again;
	struct values values = { .count = 0 };
	uint8_t bytes[WIRE_SIZE_MAX];
	size_t length;

	FUZZ_HOLDS(values_add(&values, (struct value){ "auth_token", "hunter2hunter2", true }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "to", "+447700900123", true }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "country_code", "1", false }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "code.sent", "491827", true }));
	FUZZ_HOLDS(values_add(&values, (struct value){ "text.sent", "Code 491827.", true }));
	buffer_add(&answer.body, (const char *)body, size);
	judge_answer(&call->answer, &answer, &values, ret_reply);
	length = wire_put_reply(ret_reply, bytes);
	FUZZ_HOLDS(length > 0);
	FUZZ_HOLDS(wire_get_reply(bytes, length, call->answer.task, &again) == 0);
	FUZZ_HOLDS(strstr(ret_reply->detail, "hunter2hunter2") == NULL);
	FUZZ_HOLDS(strstr(ret_reply->detail, "7700900123") == NULL);
	FUZZ_HOLDS(strstr(ret_reply->detail, "491827") == NULL);
	FUZZ_HOLDS(strstr(ret_reply->message_id, "hunter2hunter2") == NULL);
	http_answer_free(&answer);
}

static void
judge_json(unsigned int status, const uint8_t *body, size_t size)
{
	json_t *root = json_loadb((const char *)body, size, JSON_REJECT_DUPLICATES, NULL);
	struct wire_reply reply;

	judge(&twilio->text, status, body, size, &reply);
	FUZZ_HOLDS(reply.delivery == WIRE_DELIVERY_UNKNOWN);
	if (reply.outcome == WIRE_ACCEPTED)
		FUZZ_HOLDS(twilio_accepted(status, root));
	judge(&vonage->text, status, body, size, &reply);
	if (reply.outcome == WIRE_ACCEPTED)
		FUZZ_HOLDS(vonage_accepted(status, root));
	judge(twilio->status, status, body, size, &reply);
	FUZZ_HOLDS((reply.outcome == WIRE_ACCEPTED) == (reply.delivery != WIRE_DELIVERY_UNKNOWN));
	FUZZ_HOLDS((reply.delivery == WIRE_DELIVERY_DELIVERED) == twilio_delivered(status, root));
	json_decref(root);
}

static void
judge_xml(unsigned int status, const uint8_t *body, size_t size)
{
	/* Where anything may be said. */
	const bool quoted = says(body, size, "<!--") || says(body, size, "<![CDATA[") ||
		says(body, size, "<?");
	struct wire_reply reply;

	judge(&xml->text, status, body, size, &reply);
	if (reply.outcome == WIRE_ACCEPTED) {
		FUZZ_HOLDS(status == 200 && reply.message_id[0] != '\0');
		FUZZ_HOLDS(says(body, size, "id"));
		FUZZ_HOLDS(quoted || !says(body, size, "<!DOCTYPE"));
	}
	judge(xml->status, status, body, size, &reply);
	FUZZ_HOLDS((reply.outcome == WIRE_ACCEPTED) == (reply.delivery != WIRE_DELIVERY_UNKNOWN));
	if (reply.delivery == WIRE_DELIVERY_DELIVERED)
		FUZZ_HOLDS(status == 200 && says(body, size, "state"));
}

/* A call of which the description knows no more than its first word. */
static void
judge_text(unsigned int status, const uint8_t *body, size_t size)
{
	struct wire_reply reply;

	judge(xml->voice, status, body, size, &reply);
	if (reply.outcome == WIRE_ACCEPTED)
		FUZZ_HOLDS(status == 200 && size >= 2 && memcmp(body, "OK", 2) == 0);
}

static bool
is_international(const char *number)
{
	const size_t digits = number[0] == '+' ? strspn(number + 1, "0123456789") : 0;

	return digits > 0 && digits <= 15 && number[1] != '0' && number[1 + digits] == '\0';
}

/* What a receiver says: a number is one, and a text is there only if its code is. */
static void
judge_receivers(unsigned int status, const uint8_t *body, size_t size)
{
	struct wire_reply reply;

	judge(pin->rent, status, body, size, &reply);
	/* Also one of another country than was asked for: "0049…" is one that can be dialled. */
	if (reply.outcome == WIRE_ACCEPTED)
		FUZZ_HOLDS(status == 200 && is_international(reply.numbers));
	judge(pin->receive, status, body, size, &reply);
	if (reply.delivery == WIRE_DELIVERY_DELIVERED)
		FUZZ_HOLDS(status == 200 && says(body, size, "491827"));
	judge(inbound->receive, status, body, size, &reply);
	if (reply.delivery == WIRE_DELIVERY_DELIVERED)
		FUZZ_HOLDS(status == 200);
	judge(receiver->rent, status, body, size, &reply);
	FUZZ_HOLDS(reply.outcome != WIRE_ACCEPTED || status == 201);
	judge(receiver->receive, status, body, size, &reply);
	FUZZ_HOLDS(reply.outcome != WIRE_ACCEPTED || status == 200 || status == 204);
	judge(receiver->release, status, body, size, &reply);
	FUZZ_HOLDS(reply.outcome != WIRE_ACCEPTED || status == 200);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int status;

	if (size < 1 || size > HTTP_ANSWER_MAX)
		return 0;
	status = statuses[data[0] % (sizeof(statuses) / sizeof(statuses[0]))];
	judge_json(status, data + 1, size - 1);
	judge_xml(status, data + 1, size - 1);
	judge_text(status, data + 1, size - 1);
	judge_receivers(status, data + 1, size - 1);
	return 0;
}
