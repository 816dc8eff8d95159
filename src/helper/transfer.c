/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/transfer.h"

#include <stdint.h>
#include <stdio.h>

#include "helper/http.h"

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

/* The end of what is under way. */
static struct deadline
ends_at(const struct transfer *transfer)
{
	const struct http_way *way = transfer->way;

	return !transfer->connected && way->connected.at_ms < way->total.at_ms ? way->connected
		: way->total;
}

/*
 * libcurl calls this also from within its loops, one of which reads on as long as a proxy has more
 * to say about its refusal. Not sooner than that: the abort would wait for a resolver's thread.
 */
static int
on_progress(void *data, curl_off_t to_come, curl_off_t come, curl_off_t to_go, curl_off_t gone)
{
	const struct transfer *transfer = data;

	(void)to_come;
	(void)come;
	(void)to_go;
	(void)gone;
	return deadline_clock_ms() > ends_at(transfer).at_ms + STUCK_MS;
}

#define SET TRANSFER_SET

static CURLcode
set_safety(CURL *easy, const struct http_way *way)
{
	struct curl_blob ca = { (void *)(uintptr_t)way->ca, way->ca_size, CURL_BLOB_NOCOPY };
	CURLcode code = CURLE_OK;

	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
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
	return code;
}

CURLcode
transfer_set(CURL *easy, struct transfer *transfer, const char *protocol)
{
	const struct http_way *way = transfer->way;
	CURLcode code = set_safety(easy, way);

	SET(CURLOPT_PROTOCOLS_STR, protocol);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_TCP_NODELAY, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)deadline_left_ms(way->connected) + LATER_MS);
	SET(CURLOPT_TIMEOUT_MS, (long)deadline_left_ms(way->total) +
		(transfer->blocking ? STUCK_MS : LATER_MS));
	SET(CURLOPT_ERRORBUFFER, transfer->error);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, transfer);
	SET(CURLOPT_NOPROGRESS, 0L);
	return code;
}

/* Turns the crank until the transfer ends, or our own clock says so. False: late. */
static bool
turn(CURLM *multi, const struct transfer *transfer, CURLcode *ret_code)
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

bool
transfer_run(CURL *easy, const struct transfer *transfer, CURLcode *ret_code)
{
	CURLM *multi = curl_multi_init();

	if (multi == NULL || curl_multi_add_handle(multi, easy) != CURLM_OK) {
		*ret_code = CURLE_OUT_OF_MEMORY;
		return true;
	}
	return turn(multi, transfer, ret_code);
}

void
transfer_explain(const struct transfer *transfer, CURLcode code, char *ret_text, size_t size)
{
	const char *words;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST: words = "the gateway's name cannot be resolved"; break;
	case CURLE_COULDNT_RESOLVE_PROXY: words = "the proxy's name cannot be resolved"; break;
	case CURLE_COULDNT_CONNECT: words = "no connection"; break;
	case CURLE_PEER_FAILED_VERIFICATION: words = "certificate verification failed"; break;
	case CURLE_SSL_CONNECT_ERROR: words = "TLS handshake failed"; break;
	case CURLE_ABORTED_BY_CALLBACK: words = "nobody waits for the answer"; break;
	default: words = curl_easy_strerror(code); break;
	}
	snprintf(ret_text, size, "%s%s%.180s", words, transfer->error[0] != '\0' ? ": " : "",
		transfer->error);
}
