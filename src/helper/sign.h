/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signatures of whole requests that libcurl does not know. (SigV4 it does: see http.h.) Each adds
 * headers to a request whose URL, body and other headers are complete.
 */
#ifndef SMSOTP_HELPER_SIGN_H
#define SMSOTP_HELPER_SIGN_H

#include <time.h>

struct fault;
struct http_request;

/*
 * Azure's HMAC-SHA256, as the signing policy of its SDKs (@azure/communication-common 2.4.2) writes
 * it: headers x-ms-date, x-ms-content-sha256 and Authorization. key is base64, as the portal shows
 * it; date is an IMF-fixdate (RFC 9110, section 5.6.7). Returns 0, FAULT_CONFIG (no key) or
 * FAULT_MEMORY.
 */
int sign_azure(struct http_request *request, const char *key, const char *date,
	struct fault *fault) __attribute__((warn_unused_result));

struct sign_ovh_keys {
	const char *application_key, *application_secret, *consumer_key;
};

/*
 * OVHcloud's "$1$", as its python-ovh writes it: headers X-Ovh-Application, X-Ovh-Consumer,
 * X-Ovh-Timestamp and X-Ovh-Signature. Returns 0, FAULT_CONFIG (a key is missing), FAULT_SYSTEM or
 * FAULT_MEMORY.
 */
int sign_ovh(struct http_request *request, const struct sign_ovh_keys *keys, time_t now,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
