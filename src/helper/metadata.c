/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/metadata.h"

#include <jansson.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/fault.h"
#include "helper/auth.h"
#include "helper/expand.h"
#include "helper/http.h"
#include "helper/origin.h"

#define QUESTION_MS 1000
#define TOKEN_MAX 1024		/* of the session with the service */
#define ROLE_MAX 128
#define KEY_MAX 8192		/* a role's security token has no bound that is documented */
#define ROLES "/latest/meta-data/iam/security-credentials/"

/* A session with the service. */
struct session {
	struct origin *origin;
	struct deadline total;
	const char *token;	/* "" while there is none */
};

/* Printable and without blanks, so that it can stand in a header. */
static bool
is_word(const char *text, size_t most)
{
	size_t length = 0;

	for (; text[length] != '\0'; length++) {
		if (text[length] <= 0x20 || text[length] > 0x7e || length == most)
			return false;
	}
	return length > 0;
}

static int
no_metadata(struct fault *fault)
{
	return fault_set(fault, FAULT_PROTOCOL,
		"the metadata service's answer is none of Amazon EC2's");
}

static int
begin_question(const struct session *session, const char *method, const char *path,
	const char *role, struct http_request *request)
{
	const char *start = buffer_text(&session->origin->start);
	struct buffer *header;

	request->method = method;
	buffer_add_text(&request->url, start != NULL ? start : "");
	buffer_add_text(&request->url, path);
	buffer_add_percent(&request->url, role);
	header = http_header(request, *session->token == '\0'
		? "X-aws-ec2-metadata-token-ttl-seconds" : "X-aws-ec2-metadata-token");
	if (start == NULL || header == NULL)
		return -1;
	buffer_add_text(header, *session->token == '\0' ? "60" : session->token);
	/* Without a body libcurl would still say that it is a form. */
	header = http_header(request, "Content-Type");
	if (header == NULL)
		return -1;
	header->size--;		/* "Name:" with nothing after it: none */
	return 0;
}

/* A refusal, by its status; missing says what 404 means. */
static int
judge(const struct http_answer *answer, const char *missing, struct fault *fault)
{
	if (answer->end != HTTP_WHOLE)
		return fault_set(fault, FAULT_BUSY, "no answer of the metadata service: %s",
			answer->error);
	if (answer->status == 429 || answer->status >= 500)
		return fault_set(fault, FAULT_BUSY,
			"the metadata service has a fault of its own (HTTP %u)", answer->status);
	if (answer->status == 404)
		return fault_set(fault, FAULT_CONFIG, "the metadata service has %s (HTTP 404)",
			missing);
	if (answer->status != 200)
		return fault_set(fault, FAULT_CONFIG,
			"the metadata service refuses; is it disabled for this machine? (HTTP %u)",
			answer->status);
	return 0;
}

/* The text of an answer, which is the caller's. */
static int
ask(const struct session *session, const char *method, const char *path, const char *role,
	const char *missing, struct buffer *ret_text, struct fault *fault)
{
	const struct deadline second = deadline_in(QUESTION_MS);
	const struct http_way way = { .connected = second,
		.total = second.at_ms < session->total.at_ms ? second : session->total };
	struct http_request request = { 0 };
	struct http_answer answer = { 0 };
	int rc = 0;

	if (begin_question(session, method, path, role, &request) != 0) {
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	} else {
		http_send(&request, &way, &answer);
		rc = judge(&answer, missing, fault);
	}
	if (rc == 0 && buffer_text(&answer.body) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	/* A NUL would hide the rest. */
	else if (rc == 0 && strlen(answer.body.data) != answer.body.size)
		rc = no_metadata(fault);
	if (rc == 0) {
		*ret_text = answer.body;
		answer.body = (struct buffer){ 0 };
	}
	http_answer_free(&answer);
	http_request_free(&request);
	return rc;
}

/* The first line, without its end. */
static void
cut_line(struct buffer *text)
{
	text->size = strcspn(text->data, "\r\n");
	text->data[text->size] = '\0';
}

/* As the service writes it: 2026-11-20T16:04:05Z. */
static bool
read_time(const char *text, time_t *ret_time)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (end == NULL || *end != '\0')
		return false;
	*ret_time = timegm(&tm);
	return true;
}

/* Takes a string out of the document and wipes it there; "" if it is none. */
static void
take(json_t *document, const char *name, struct buffer *ret_text)
{
	json_t *string = json_object_get(document, name);
	const char *text = json_string_value(string);

	if (text == NULL || strlen(text) != json_string_length(string))
		return;
	buffer_add_text(ret_text, text);
	/* jansson's own memory, as good as freed: its destructor would leave it as it is. */
	sodium_memzero((char *)(uintptr_t)text, json_string_length(string));
}

static int
check_keys(const json_t *document, struct metadata_keys *keys, struct fault *fault)
{
	const char *code = json_string_value(json_object_get(document, "Code"));
	const char *expires = json_string_value(json_object_get(document, "Expiration"));
	time_t end = 0;

	/* "200 OK" may carry an error. */
	if (code != NULL && strcmp(code, "Success") != 0)
		return fault_set(fault, FAULT_CONFIG,
			"the metadata service has no keys of the machine's role: %s",
			is_word(code, 64) ? code : "an error without a name");
	if (code == NULL || expires == NULL || !read_time(expires, &end))
		return no_metadata(fault);
	if (buffer_text(&keys->id) == NULL || buffer_text(&keys->key) == NULL ||
			buffer_text(&keys->token) == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	if (!is_word(keys->id.data, KEY_MAX) || !is_word(keys->key.data, KEY_MAX) ||
		!is_word(keys->token.data, KEY_MAX))
		return no_metadata(fault);
	if (end <= time(NULL))
		return fault_set(fault, FAULT_BUSY,
			"the keys that the metadata service has for the machine's role have "
			"expired, if this machine's clock is right");
	return 0;
}

static int
read_keys(struct buffer *text, struct metadata_keys *ret_keys, struct fault *fault)
{
	json_t *document = json_loadb(text->data, text->size, JSON_REJECT_DUPLICATES, NULL);
	struct metadata_keys keys = { 0 };
	int rc;

	take(document, "AccessKeyId", &keys.id);
	take(document, "SecretAccessKey", &keys.key);
	take(document, "Token", &keys.token);
	rc = check_keys(document, &keys, fault);
	json_decref(document);
	if (rc == 0)
		*ret_keys = keys;
	else
		metadata_free(&keys);
	return rc;
}

static int
fetch(struct session *session, struct buffer *role, struct metadata_keys *ret_keys,
	struct fault *fault)
{
	struct buffer token = { 0 }, document = { 0 };
	int rc;

	rc = ask(session, "PUT", "/latest/api/token", "", "no session tokens, or is another's",
		&token, fault);
	if (rc == 0) {
		cut_line(&token);
		session->token = token.data;
		if (!is_word(token.data, TOKEN_MAX))
			rc = no_metadata(fault);
	}
	if (rc == 0 && role->size == 0) {
		buffer_free(role);
		rc = ask(session, "GET", ROLES, "", "no role for this machine", role, fault);
		if (rc == 0)
			cut_line(role);
		if (rc == 0 && !is_word(role->data, ROLE_MAX))
			rc = no_metadata(fault);
	}
	if (rc == 0)
		rc = ask(session, "GET", ROLES, role->data, "no role of this name", &document,
			fault);
	if (rc == 0)
		rc = read_keys(&document, ret_keys, fault);
	buffer_free(&document);
	buffer_free(&token);
	return rc;
}

int
metadata_fetch(const struct description_auth *auth, struct origin *origin,
	struct deadline total, struct values *values, struct metadata_keys *ret_keys,
	struct fault *fault)
{
	const size_t count = values->count;
	struct session session = { origin, total, "" };
	struct metadata_keys keys = { 0 };
	struct buffer role = { 0 };
	int rc;

	if (!auth_by_role(auth, values))
		return 0;
	if (expand_add(&role, auth->part[DESCRIPTION_AUTH_ROLE], values, EXPAND_PLAIN) != 0 ||
			buffer_text(&role) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else
		rc = fetch(&session, &role, &keys, fault);
	buffer_free(&role);
	if (rc != 0)
		return rc;
	if (!values_add(values, (struct value){ AUTH_ROLE_ID, keys.id.data, true }) ||
		!values_add(values, (struct value){ AUTH_ROLE_KEY, keys.key.data, true }) ||
		!values_add(values, (struct value){ AUTH_ROLE_TOKEN, keys.token.data, true })) {
		values->count = count;
		metadata_free(&keys);
		return fault_set(fault, FAULT_MEMORY, "too many settings");
	}
	*ret_keys = keys;
	return 0;
}

int
metadata_find(const struct description_auth *auth, const struct values *values,
	const struct gateway *gateway, struct origin *ret_origin, struct fault *fault)
{
	struct buffer url = { 0 };
	int rc;

	if (!auth_by_role(auth, values))
		return 0;
	if (expand_add(&url, auth->part[DESCRIPTION_AUTH_METADATA], values, EXPAND_PLAIN) != 0 ||
			buffer_text(&url) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else
		rc = origin_metadata(buffer_text(&url), gateway, ret_origin, fault);
	buffer_free(&url);
	return rc;
}

void
metadata_free(struct metadata_keys *keys)
{
	buffer_free(&keys->id);
	buffer_free(&keys->key);
	buffer_free(&keys->token);
}
