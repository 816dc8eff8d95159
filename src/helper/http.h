/* SPDX-License-Identifier: BSD-2-Clause */
/* One HTTP request, never repeated, with an end in time whatever the other side does. */
#ifndef SMSOTP_HELPER_HTTP_H
#define SMSOTP_HELPER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/buffer.h"
#include "wire/deadline.h"

#define HTTP_HEADERS_MAX 20
#define HTTP_ANSWER_MAX 65536	/* of the body, and of the headers */
#define HTTP_ERROR_SIZE 256
#define HTTP_RETRY_AFTER_MAX 3600

struct fault;

/* Zeroed = empty. */
struct http_request {
	const char *method;
	struct buffer url;
	bool tls;
	struct buffer headers[HTTP_HEADERS_MAX];	/* "Name: value" each */
	size_t header_count;
	bool has_body;
	struct buffer body;
	bool basic;
	/*
	 * "aws:amz:REGION:SERVICE", to have the request signed with AWS's Signature Version 4:
	 * URL, body, Host and all of headers. Empty: it is not.
	 */
	struct buffer sigv4;
	struct buffer user, password;	/* for basic; for sigv4 id and key */
};

struct http_way {
	const char *ca;		/* PEM; NULL: the system's */
	size_t ca_size;
	const char *proxy;	/* NULL: none, whatever the environment says */
	struct deadline connected, total;
	/*
	 * Called when the connection stands and before the first byte of the request. False: send
	 * nothing; so it must say when it is called again. NULL: this request sends no text, and
	 * nobody needs to know.
	 */
	bool (*posting)(void *data);
	void *data;
};

enum http_end {
	HTTP_WHOLE,		/* status, headers and body arrived to their end */
	HTTP_UNSENT,		/* it failed before the request was begun */
	HTTP_CUT		/* the request was begun, and no whole answer came */
};

struct http_answer {
	enum http_end end;
	unsigned int status;		/* 0 if none */
	uint32_t retry_after_s;		/* at most HTTP_RETRY_AFTER_MAX */
	struct buffer body;
	char error[HTTP_ERROR_SIZE];	/* UNSENT and CUT: why, in words; no URL */
};

/*
 * Call once, before the sandbox: loads what the TLS library loads. Returns 0 or FAULT_SYSTEM.
 */
int http_prepare(struct fault *fault) __attribute__((warn_unused_result));

/* Begins a header, to which the caller appends the value. NULL if it is one too many. */
struct buffer *http_header(struct http_request *request, const char *name)
	__attribute__((warn_unused_result));

/*
 * Never fails: *ret_answer says what became of it. The handles of libcurl stay as they are, for
 * the process to end with: cleaning up would wait for a resolver's thread that does not end, and
 * costs a millisecond where there is none. So this is called a few times at most, and exit is by
 * _exit(2).
 */
void http_send(struct http_request *request, const struct http_way *way,
	struct http_answer *ret_answer);

void http_request_free(struct http_request *request);
void http_answer_free(struct http_answer *answer);

#endif
