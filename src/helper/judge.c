/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/judge.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "helper/description.h"
#include "helper/http.h"
#include "helper/jsonpath.h"
#include "helper/receive.h"
#include "helper/redact.h"
#include "helper/values.h"
#include "helper/xml.h"
#include "wire/wire.h"

#define CODE_LENGTH_MAX 64
#define CODE_DIGITS_MAX 6

static bool
rule_holds(const struct description_rule *rule, unsigned int status,
	const struct match_subject *subject)
{
	bool listed = rule->status_count == 0;

	for (size_t i = 0; i < rule->status_count; i++)
		listed = listed || (unsigned int)rule->status[i] == status;
	for (size_t i = 0; listed && i < rule->test_count; i++)
		listed = match_holds(&rule->tests[i], subject);
	return listed;
}

/* What HTTP itself says where the description does not: RFC 9110, section 15. */
static enum wire_outcome
by_status(unsigned int status)
{
	if (status == 401 || status == 402 || status == 403 || status == 407)
		return WIRE_OPERATOR;
	if (status == 429 || (status >= 500 && status <= 599))
		return WIRE_PASSING;
	return WIRE_UNRECOGNISED;
}

/* A gateway's own error code: one word, with too few digits for a telephone number. */
static bool
is_code(const char *text)
{
	static const char letters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-";
	size_t digits = 0;

	for (const char *p = text; *p != '\0'; p++)
		digits += *p >= '0' && *p <= '9';
	return *text != '\0' && text[strspn(text, letters)] == '\0' && digits <= CODE_DIGITS_MAX;
}

/* Untouched where none of the places has a code that may be shown. */
static void
take_code(const struct match places[static DESCRIPTION_PLACES_MAX],
	const struct match_subject *subject, const struct values *values,
	char ret_code[static CODE_LENGTH_MAX + 1])
{
	char code[CODE_LENGTH_MAX + 1];

	for (size_t i = 0; i < DESCRIPTION_PLACES_MAX; i++) {
		if (match_take(&places[i], subject, code, sizeof code) && is_code(code) &&
				!redact_holds_secret(code, values)) {
			memcpy(ret_code, code, strlen(code) + 1);
			return;
		}
	}
}

static void
describe(const struct description_answer *description, const struct match_subject *subject,
	const struct values *values, struct wire_reply *reply)
{
	char code[CODE_LENGTH_MAX + 1] = "", shown[WIRE_DETAIL_SIZE] = "";
	/* Cut after secrets are taken out, not before. */
	char text[JSONPATH_TEXT_SIZE] = "";

	take_code(description->code, subject, values, code);
	for (size_t i = 0; i < DESCRIPTION_PLACES_MAX && shown[0] == '\0'; i++) {
		if (match_take(&description->detail[i], subject, text, sizeof text))
			redact_text(text, values, shown, sizeof shown - sizeof code - 2);
	}
	snprintf(reply->detail, sizeof reply->detail, "%s%s%.*s", code,
		code[0] != '\0' && shown[0] != '\0' ? ": " : "",
		(int)(sizeof reply->detail - sizeof code - 2), shown);
}

static void
take_id(const struct description_answer *description, const struct match_subject *subject,
	const struct values *values, struct wire_reply *reply)
{
	char id[WIRE_MESSAGE_ID_SIZE];

	if (match_take(&description->id, subject, id, sizeof id) && redact_passes_id(id, values))
		memcpy(reply->message_id, id, strlen(id) + 1);
}

/* What an acceptance holds. */
static void
take(const struct description_answer *description, const struct match_subject *subject,
	const struct values *values, struct wire_reply *reply)
{
	if (description->task == WIRE_TASK_RECEIVE) {
		receive_take_text(description, subject, values, reply);
		return;
	}
	take_id(description, subject, values, reply);
	if (description->task == WIRE_TASK_RENT)
		receive_take_number(description, subject, values, reply);
}

static void
judge_whole(const struct description_answer *description, const struct match_subject *subject,
	struct wire_reply *reply)
{
	reply->outcome = by_status(reply->http_status);
	for (size_t i = 0; i < description->rule_count; i++) {
		const struct description_rule *rule = &description->rules[i];

		if (rule_holds(rule, reply->http_status, subject)) {
			reply->outcome = rule->outcome;
			reply->delivery = rule->delivery;
			return;
		}
	}
}

/*
 * For an answer whose words the description does not find. What is not of its kind may be a refusal
 * in plain words, of the gateway or of a proxy before it; pages and halves of documents are not.
 */
static void
explain(enum match_body kind, const struct match_subject *subject, const struct values *values,
	struct wire_reply *reply)
{
	char shown[WIRE_DETAIL_SIZE] = "";
	const char *what;

	if (subject->json != NULL || kind == MATCH_TEXT) {
		snprintf(reply->detail, sizeof reply->detail, "an answer without an explanation");
		return;
	}
	what = kind == MATCH_JSON ? "the answer is not JSON" : "the answer is not XML";
	if ((*subject->text >= 'A' && *subject->text <= 'Z') ||
			(*subject->text >= 'a' && *subject->text <= 'z'))
		redact_text(subject->text, values, shown, sizeof shown - strlen(what) - 2);
	snprintf(reply->detail, sizeof reply->detail, "%s%s%.*s", what,
		shown[0] != '\0' ? ": " : "", (int)(sizeof reply->detail - strlen(what) - 3),
		shown);
}

static void
read_whole(const struct description_answer *description, struct http_answer *answer,
	const struct values *values, struct wire_reply *reply)
{
	struct match_subject subject = { .text = buffer_text(&answer->body) };
	json_t *json = NULL;

	reply->outcome = by_status(answer->status);
	/* A NUL would hide the rest of a text from the tests. */
	if (subject.text == NULL || strlen(subject.text) != answer->body.size) {
		snprintf(reply->detail, sizeof reply->detail, "the answer is not text");
		return;
	}
	if (description->kind == MATCH_JSON)
		json = json_loadb(subject.text, answer->body.size, JSON_REJECT_DUPLICATES, NULL);
	else if (description->kind == MATCH_XML)
		json = xml_read(subject.text, answer->body.size);
	subject.json = json;
	judge_whole(description, &subject, reply);
	/* What became of a text is told in the gateway's words; that it was taken by its id. */
	if (reply->outcome == WIRE_ACCEPTED && reply->delivery == WIRE_DELIVERY_UNKNOWN)
		take(description, &subject, values, reply);
	else
		describe(description, &subject, values, reply);
	if (reply->outcome != WIRE_ACCEPTED && reply->detail[0] == '\0')
		explain(description->kind, &subject, values, reply);
	json_decref(json);
}

void
judge_answer(const struct description_answer *description, struct http_answer *answer,
	const struct values *values, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .http_status = answer->status };

	switch (answer->end) {
	case HTTP_WHOLE:
		read_whole(description, answer, values, &reply);
		break;
	case HTTP_UNSENT:
		reply.outcome = WIRE_UNREACHABLE;
		redact_text(answer->error, values, reply.detail, sizeof reply.detail);
		break;
	case HTTP_CUT:
		/*
		 * A refusal by its status stays one; anything else may have been the acceptance.
		 */
		reply.outcome = answer->status >= 400 ? by_status(answer->status) : WIRE_AMBIGUOUS;
		redact_text(answer->error, values, reply.detail, sizeof reply.detail);
		break;
	}
	if (reply.outcome == WIRE_PASSING)
		reply.retry_after_s = answer->retry_after_s;
	*ret_reply = reply;
}
