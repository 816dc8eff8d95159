/* SPDX-License-Identifier: BSD-2-Clause */
/* What HTTP and SMTP have in common: libcurl kept safe, on time, and to one try. */
#ifndef SMSOTP_HELPER_TRANSFER_H
#define SMSOTP_HELPER_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "wire/deadline.h"

struct fault;
struct http_way;

/*
 * Collects failures in a CURLcode named code, so that an option that is refused (no memory, a
 * libcurl without it) stops the request. easy is the handle.
 */
#define TRANSFER_SET(option, value) do { \
	CURLcode set_code = curl_easy_setopt(easy, (option), (value)); \
	if (set_code != CURLE_OK && code == CURLE_OK) \
		code = set_code; \
} while (0)

/* Zeroed but for way and blocking. */
struct transfer {
	const struct http_way *way;
	bool connected;		/* way->connected holds no longer: for the owner to set */
	/*
	 * libcurl's own time-out is as late as our clock may be, and no later: for a protocol
	 * in which it waits within one turn of the crank.
	 */
	bool blocking;
	char error[CURL_ERROR_SIZE];
};

/*
 * Verification, TLS, proxy, time-outs and what curl must not do by itself; protocol is the only
 * one allowed. *transfer must live as long as the handle.
 */
CURLcode transfer_set(CURL *easy, struct transfer *transfer, const char *protocol)
	__attribute__((warn_unused_result));

/* Runs to the end, or to the deadline by our own clock. False: late; *ret_code is untouched. */
bool transfer_run(CURL *easy, const struct transfer *transfer, CURLcode *ret_code)
	__attribute__((warn_unused_result));

/* code in words, without a URL. */
void transfer_explain(const struct transfer *transfer, CURLcode code, char *ret_text, size_t size);

#endif
