/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/http.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"

#if LIBCURL_VERSION_NUM < 0x075500
#error "libcurl 7.85 or newer is needed (CURLOPT_PROTOCOLS_STR)"
#endif

/*
 * How much later than ours curl's own time-outs are: they would join a resolver thread that may
 * not end.
 */
#define LATER_MS 1000
/* How late a turn of the crank may come back before it is stuck. */
#define STUCK_MS 100

struct transfer {
	const struct http_way *way;
	struct http_answer *answer;
	size_t header_size;
	bool began;
	bool too_big;
	char error[CURL_ERROR_SIZE];
};

static size_t
on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	struct buffer *body = &transfer->answer->body;

	/* size is always 1; curl gives at most CURL_MAX_WRITE_SIZE at a time. */
	if (size * count > HTTP_ANSWER_MAX - body->size) {
		transfer->too_big = true;
		return 0;
	}
	buffer_add(body, bytes, size * count);
	return body->spoilt ? 0 : size * count;
}

/* Counts also interim answers (1xx), of which there may be any number. */
static size_t
on_header(char *bytes, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;

	(void)bytes;
	transfer->header_size += size * count;
	if (transfer->header_size > HTTP_ANSWER_MAX) {
		transfer->too_big = true;
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
	struct transfer *transfer = data;

	(void)peer;
	(void)local;
	(void)peer_port;
	(void)local_port;
	/* A second time would be a repetition, which posting refuses. */
	if (transfer->way->posting != NULL && !transfer->way->posting(transfer->way->data))
		return CURL_PREREQFUNC_ABORT;
	transfer->began = true;
	return CURL_PREREQFUNC_OK;
}

/* The end of what is under way. */
static struct deadline
ends_at(const struct transfer *transfer)
{
	const struct http_way *way = transfer->way;

	return !transfer->began && way->connected.at_ms < way->total.at_ms ? way->connected
		: way->total;
}

/*
 * libcurl calls this also from within its loops, one of which reads on as long as a proxy has more
 * to say about its refusal. Not sooner than that: the abort would wait for a resolver's thread.
 */
static int
on_progress(void *data, curl_off_t to_come, curl_off_t come, curl_off_t to_go, curl_off_t gone)
{
	(void)to_come;
	(void)come;
	(void)to_go;
	(void)gone;
	return deadline_clock_ms() > ends_at(data).at_ms + STUCK_MS;
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

/*
 * Collects failures, so that an option that is refused (no memory, a libcurl without it) stops
 * the request.
 */
#define SET(option, value) do { \
	CURLcode set_code = curl_easy_setopt(easy, (option), (value)); \
	if (set_code != CURLE_OK && code == CURLE_OK) \
		code = set_code; \
} while (0)

static CURLcode
set_safety(CURL *easy, const struct http_request *request, const struct http_way *way)
{
	struct curl_blob ca = { (void *)(uintptr_t)way->ca, way->ca_size, CURL_BLOB_NOCOPY };
	CURLcode code = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, request->tls ? "https" : "http");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_UNRESTRICTED_AUTH, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
	if (way->ca != NULL) {
		SET(CURLOPT_CAINFO_BLOB, &ca);
		SET(CURLOPT_CAPATH, NULL);
		SET(CURLOPT_PROXY_CAINFO_BLOB, &ca);
		SET(CURLOPT_PROXY_CAPATH, NULL);
	}
	/* An empty proxy, unlike none, keeps curl from asking the environment. */
	SET(CURLOPT_PROXY, way->proxy != NULL ? way->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return code;
}

static CURLcode
set_transfer(CURL *easy, struct transfer *transfer)
{
	const struct http_way *way = transfer->way;
	CURLcode code = CURLE_OK;

	/*
	 * HTTP/1.1 on a connection of its own: the cases in which curl repeats a request need a
	 * used connection, or HTTP/2.
	 */
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_ACCEPT_ENCODING, NULL);
	SET(CURLOPT_USERAGENT, "pam_smsotp");
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)deadline_left_ms(way->connected) + LATER_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)deadline_left_ms(way->total) + LATER_MS);
	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_PREREQFUNCTION, on_request);
	SET(CURLOPT_PREREQDATA, transfer);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_NOPROGRESS, 0L);
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

/* Turns the crank until the transfer ends, or our own clock says so. False: late. */
static bool
run(CURLM *multi, const struct transfer *transfer, CURLcode *ret_code)
{
	for (;;) {
		int running = 0, waiting;
		CURLMsg *message;
		CURLMcode code;

		if (deadline_left_ms(ends_at(transfer)) == 0)
			return false;
		code = curl_multi_perform(multi, &running);
		message = curl_multi_info_read(multi, &waiting);
		if (message != NULL && message->msg == CURLMSG_DONE) {
			*ret_code = message->data.result;
			return *ret_code != CURLE_ABORTED_BY_CALLBACK ||
				deadline_left_ms(ends_at(transfer)) > 0;
		}
		if (code == CURLM_OK)
			code = curl_multi_poll(multi, NULL, 0,
				deadline_poll_ms(ends_at(transfer)), NULL);
		if (code != CURLM_OK) {
			*ret_code = CURLE_FAILED_INIT;
			return true;
		}
	}
}

static void
explain(const struct transfer *transfer, CURLcode code, struct http_answer *answer)
{
	const char *words;

	if (transfer->too_big) {
		snprintf(answer->error, sizeof answer->error, "the answer is longer than %d KiB",
			HTTP_ANSWER_MAX / 1024);
		return;
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST: words = "the gateway's name cannot be resolved"; break;
	case CURLE_COULDNT_RESOLVE_PROXY: words = "the proxy's name cannot be resolved"; break;
	case CURLE_COULDNT_CONNECT: words = "no connection"; break;
	case CURLE_PEER_FAILED_VERIFICATION: words = "certificate verification failed"; break;
	case CURLE_SSL_CONNECT_ERROR: words = "TLS handshake failed"; break;
	case CURLE_ABORTED_BY_CALLBACK: words = "nobody waits for the answer"; break;
	default: words = curl_easy_strerror(code); break;
	}
	snprintf(answer->error, sizeof answer->error, "%s%s%.180s", words,
		transfer->error[0] != '\0' ? ": " : "", transfer->error);
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

void
http_send(struct http_request *request, const struct http_way *way, struct http_answer *ret_answer)
{
	struct transfer transfer = { .way = way, .answer = ret_answer };
	struct curl_slist *headers = NULL;
	CURL *easy = curl_easy_init();
	CURLM *multi = curl_multi_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	bool in_time = true;

	*ret_answer = (struct http_answer){ 0 };
	if (easy != NULL && multi != NULL && buffer_text(&request->url) != NULL)
		code = set_safety(easy, request, way);
	if (code == CURLE_OK)
		code = set_transfer(easy, &transfer);
	if (code == CURLE_OK)
		code = set_request(easy, request, &headers);
	if (code == CURLE_OK && curl_multi_add_handle(multi, easy) != CURLM_OK)
		code = CURLE_FAILED_INIT;
	if (code == CURLE_OK)
		in_time = run(multi, &transfer, &code);

	if (!transfer.began)
		ret_answer->end = HTTP_UNSENT;
	else
		ret_answer->end = in_time && code == CURLE_OK ? HTTP_WHOLE : HTTP_CUT;
	if (easy != NULL)
		take_answer(easy, ret_answer);
	if (!in_time)
		snprintf(ret_answer->error, sizeof ret_answer->error, "%s", transfer.began
			? "no whole answer in time" : "no connection in time");
	else if (code != CURLE_OK)
		explain(&transfer, code, ret_answer);
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
