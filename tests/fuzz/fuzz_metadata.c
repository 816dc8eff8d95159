/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a metadata service answers: answers divided by bytes 0xff, each begun by a digit that picks
 * its status. The first byte of all says whether the role is known already. Nothing is sent, and
 * whatever comes, the next question is well-formed, and keys are either whole or not there.
 */
/* ldflags: -Wl,--wrap=http_send */
#include "core/fault.h"
#include "helper/auth.h"
#include "helper/http.h"
#include "helper/metadata.h"
#include "helper/origin.h"

#include "fuzz.h"

#define START "http://169.254.169.254"
#define ROLES START "/latest/meta-data/iam/security-credentials/"
#define QUESTIONS_MAX 3

void __wrap_http_send(struct http_request *request, const struct http_way *way,
	struct http_answer *ret_answer);

static const struct description_auth by_role = { DESCRIPTION_AUTH_SIGV4, {
	[DESCRIPTION_AUTH_SERVICE] = "sns", [DESCRIPTION_AUTH_REGION] = "eu-west-2",
	[DESCRIPTION_AUTH_ACCESS_KEY] = "{id}", [DESCRIPTION_AUTH_SECRET_KEY] = "{key}",
	[DESCRIPTION_AUTH_METADATA] = START, [DESCRIPTION_AUTH_ROLE] = "{role}" } };
static const unsigned int statuses[] = { 200, 200, 204, 301, 401, 403, 404, 429, 503, 0 };

static const uint8_t *answers;
static size_t left;
static size_t questions;
static bool all_200;

/* A header is one line, and a URL has nothing that ends it. */
static void
check_question(struct http_request *request, const struct http_way *way)
{
	const char *url = buffer_text(&request->url);
	size_t i;

	FUZZ_HOLDS(questions < QUESTIONS_MAX && way->proxy == NULL && way->posting == NULL);
	FUZZ_HOLDS(url != NULL && !request->has_body && !request->basic);
	if (questions == 0)
		FUZZ_HOLDS(strcmp(request->method, "PUT") == 0 &&
			strcmp(url, START "/latest/api/token") == 0);
	else
		FUZZ_HOLDS(strcmp(request->method, "GET") == 0 &&
			strncmp(url, ROLES, strlen(ROLES)) == 0);
	/* A role is one segment of the path, percent-encoded. */
	for (i = questions == 0 ? strlen(url) : strlen(ROLES); url[i] != '\0'; i++)
		FUZZ_HOLDS(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789-._~%", url[i]) != NULL);
	for (i = 0; i < request->header_count; i++) {
		const char *header = buffer_text(&request->headers[i]);

		FUZZ_HOLDS(header != NULL && strlen(header) == request->headers[i].size);
		for (; *header != '\0'; header++)
			FUZZ_HOLDS(*header >= ' ' && *header <= '~');
	}
}

void
__wrap_http_send(struct http_request *request, const struct http_way *way,
	struct http_answer *ret_answer)
{
	struct http_answer answer = { .end = HTTP_CUT, .error = "the end" };
	const uint8_t *end = left > 0 ? memchr(answers, 0xff, left) : NULL;
	size_t size = end != NULL ? (size_t)(end - answers) : left;

	check_question(request, way);
	questions++;
	if (size > 0 && *answers >= '0' && *answers <= '8') {
		answer.end = HTTP_WHOLE;
		answer.status = statuses[*answers - '0'];
		buffer_add(&answer.body, (const char *)answers + 1, size - 1);
	}
	all_200 = all_200 && answer.status == 200;
	left -= end != NULL ? size + 1 : size;
	answers += end != NULL ? size + 1 : size;
	*ret_answer = answer;
}

static void
check_value(const struct values *values, const char *name, struct buffer *key)
{
	const char *text = buffer_text(key);

	FUZZ_HOLDS(text != NULL && *text != '\0' && strlen(text) == key->size);
	FUZZ_HOLDS(values_get(values, name, strlen(name)) == text);
	/* They stand in headers. */
	for (; *text != '\0'; text++)
		FUZZ_HOLDS(*text > ' ' && *text <= '~');
}

static void
fetch(const char *role)
{
	struct values values = { .count = 0 };
	struct metadata_keys keys = { 0 };
	struct origin origin = { 0 };
	struct fault fault = { 0 };
	int rc;

	FUZZ_HOLDS(values_add(&values, (struct value){ "role", role, false }));
	buffer_add_text(&origin.start, START);
	rc = metadata_fetch(&by_role, &origin, deadline_in(1000), &values, &keys, &fault);
	if (rc == 0) {
		FUZZ_HOLDS(all_200 && questions == (*role != '\0' ? 2 : 3));
		FUZZ_HOLDS(values.count == 4);
		check_value(&values, AUTH_ROLE_ID, &keys.id);
		check_value(&values, AUTH_ROLE_KEY, &keys.key);
		check_value(&values, AUTH_ROLE_TOKEN, &keys.token);
		for (size_t i = 1; i < values.count; i++)
			FUZZ_HOLDS(values.item[i].secret);
	} else {
		FUZZ_HOLDS(values.count == 1 && keys.id.data == NULL && keys.key.data == NULL);
		FUZZ_HOLDS(keys.token.data == NULL && fault.text[0] != '\0');
	}
	metadata_free(&keys);
	origin_free(&origin);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > HTTP_ANSWER_MAX)
		return 0;
	answers = data + 1;
	left = size - 1;
	questions = 0;
	all_200 = true;
	fetch(data[0] == 'r' ? "texts/of ours" : "");
	return 0;
}
