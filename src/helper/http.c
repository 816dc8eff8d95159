/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/http.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/transfer.h"

struct exchange {
	struct transfer transfer;
	struct http_answer *answer;
	size_t header_size;
	bool began;
	bool too_big;
};

static size_t
on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *exchange = data;
	struct buffer *body = &exchange->answer->body;

	/* size is always 1; curl gives at most CURL_MAX_WRITE_SIZE at a time. */
	if (size * count > HTTP_ANSWER_MAX - body->size) {
		exchange->too_big = true;
		return 0;
	}
	buffer_add(body, bytes, size * count);
	return body->spoilt ? 0 : size * count;
}

/* Counts also interim answers (1xx), of which there may be any number. */
static size_t
on_header(char *bytes, size_t size, size_t count, void *data)
{
	struct exchange *exchange = data;

	(void)bytes;
	exchange->header_size += size * count;
	if (exchange->header_size > HTTP_ANSWER_MAX) {
		exchange->too_big = true;
		return 0;
	}
	return size * count;
}

/*
 * libcurl calls this when the connection, TLS included, stands, and before it sends the request.
 */
static int
on_request(void *data, char *peer, char *local, int peer_port, int local_port)
{
	struct exchange *exchange = data;
	const struct http_way *way = exchange->transfer.way;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	/* A second time would be a repetition, which posting refuses. */
	if (way->posting != NULL && !way->posting(way->data))
		return CURL_PREREQFUNC_ABORT;
	exchange->began = exchange->transfer.connected = true;
	return CURL_PREREQFUNC_OK;
}

int
http_prepare(struct fault *fault)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code != CURLE_OK)
		return fault_set(fault, FAULT_SYSTEM, "libcurl: %s", curl_easy_strerror(code));
	return 0;
}

struct buffer *
http_header(struct http_request *request, const char *name)
{
	struct buffer *header;

	if (request->header_count == HTTP_HEADERS_MAX)
		return NULL;
	header = &request->headers[request->header_count++];
	buffer_add_text(header, name);
	buffer_add_text(header, ": ");
	return header;
}

#define SET TRANSFER_SET

static CURLcode
set_exchange(CURL *easy, struct exchange *exchange)
{
	CURLcode code = CURLE_OK;

	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	/*
	 * HTTP/1.1 on a connection of its own: the cases in which curl repeats a request need a
	 * used connection, or HTTP/2.
	 */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_ACCEPT_ENCODING, NULL);
	SET(CURLOPT_USERAGENT, "pam_smsotp");
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, exchange);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, exchange);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, exchange);
	return code;
}

static CURLcode
add_header(struct curl_slist **headers, const char *text)
{
	struct curl_slist *more = text != NULL ? curl_slist_append(*headers, text) : NULL;

	if (more == NULL)
		return CURLE_OUT_OF_MEMORY;
	*headers = more;
	return CURLE_OK;
}

/*
 * "Expect: 100-continue" would wait a second for gateways that do not know it, and repeat the
 * request after a 417. libcurl asks for it before bodies of a megabyte. An empty "Expect:", which
 * is how it is told not to, would be signed with the rest and not sent (7.88).
 */
_Static_assert(BUFFER_MAX < 1024 * 1024, "no body is so long that libcurl would say Expect");

static CURLcode
set_request(CURL *easy, struct http_request *request, struct curl_slist **headers)
{
	const bool is_signed = request->sigv4.size > 0 || request->sigv4.spoilt;
	CURLcode code = CURLE_OK;

	for (size_t i = 0; code == CURLE_OK && i < request->header_count; i++)
		code = add_header(headers, buffer_text(&request->headers[i]));
	SET(CURLOPT_HTTPHEADER, *headers);
	SET(CURLOPT_URL, buffer_text(&request->url));
	if (request->has_body) {
		if (buffer_text(&request->body) == NULL)
			return CURLE_OUT_OF_MEMORY;
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE, (long)request->body.size);
		SET(CURLOPT_POSTFIELDS, buffer_text(&request->body));
	} else if (strcmp(request->method, "GET") == 0) {
		SET(CURLOPT_HTTPGET, 1L);
	} else {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE, 0L);
		SET(CURLOPT_POSTFIELDS, "");
	}
	SET(CURLOPT_CUSTOMREQUEST, request->method);
	if (!request->basic && !is_signed)
		return code;
	if (buffer_text(&request->user) == NULL || buffer_text(&request->password) == NULL ||
		buffer_text(&request->sigv4) == NULL)
		return CURLE_OUT_OF_MEMORY;
	if (is_signed)
		SET(CURLOPT_AWS_SIGV4, buffer_text(&request->sigv4));
	else
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	SET(CURLOPT_USERNAME, buffer_text(&request->user));
	SET(CURLOPT_PASSWORD, buffer_text(&request->password));
	return code;
}

static void
take_answer(CURL *easy, struct http_answer *answer)
{
	curl_off_t seconds = 0;
	long status = 0;

	if (curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status > 0 &&
		status < 1000)
		answer->status = (unsigned int)status;
	if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
		answer->retry_after_s = seconds < HTTP_RETRY_AFTER_MAX ? (uint32_t)seconds
			: HTTP_RETRY_AFTER_MAX;
}

/* Of the copies that libcurl makes, the only ones within reach. */
static void
wipe_headers(struct curl_slist *headers)
{
	for (; headers != NULL; headers = headers->next)
		sodium_memzero(headers->data, strlen(headers->data));
}

static void
explain(const struct exchange *exchange, CURLcode code, struct http_answer *answer)
{
	if (exchange->too_big)
		snprintf(answer->error, sizeof answer->error, "the answer is longer than %d KiB",
			HTTP_ANSWER_MAX / 1024);
	else
		transfer_explain(&exchange->transfer, code, answer->error, sizeof answer->error);
}

void
http_send(struct http_request *request, const struct http_way *way, struct http_answer *ret_answer)
{
	struct exchange exchange = { .transfer = { .way = way }, .answer = ret_answer };
	struct curl_slist *headers = NULL;
	CURL *easy = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool in_time = true;

	*ret_answer = (struct http_answer){ 0 };
	if (easy != NULL && buffer_text(&request->url) != NULL)
		code = transfer_set(easy, &exchange.transfer, request->tls ? "https" : "http");
	if (code == CURLE_OK)
		code = set_exchange(easy, &exchange);
	if (code == CURLE_OK)
		code = set_request(easy, request, &headers);
	if (code == CURLE_OK)
		in_time = transfer_run(easy, &exchange.transfer, &code);

	if (!exchange.began)
		ret_answer->end = HTTP_UNSENT;
	else
		ret_answer->end = in_time && code == CURLE_OK ? HTTP_WHOLE : HTTP_CUT;
	if (easy != NULL)
		take_answer(easy, ret_answer);
	if (!in_time)
		snprintf(ret_answer->error, sizeof ret_answer->error, "%s", exchange.began
			? "no whole answer in time" : "no connection in time");
	else if (code != CURLE_OK)
		explain(&exchange, code, ret_answer);
	wipe_headers(headers);
}

void
http_request_free(struct http_request *request)
{
	buffer_free(&request->url);
	for (size_t i = 0; i < request->header_count; i++)
		buffer_free(&request->headers[i]);
	buffer_free(&request->body);
	buffer_free(&request->sigv4);
	buffer_free(&request->user);
	buffer_free(&request->password);
	*request = (struct http_request){ 0 };
}

void
http_answer_free(struct http_answer *answer)
{
	buffer_free(&answer->body);
	*answer = (struct http_answer){ 0 };
}
