/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/auth.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "core/fault.h"
#include "helper/expand.h"
#include "helper/sign.h"

/* Older ones do not sign all headers (x-amz-target, x-amz-security-token), which AWS asks for. */
#define SIGV4_SINCE 0x075800
#define SIGV4_SINCE_WORDS "7.88"

static int
refuse(struct fault *fault, const char *what, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "the description's auth \"%s\" %s", what, why);
}

static int
no_memory(struct fault *fault)
{
	return fault_set(fault, FAULT_MEMORY, "out of memory");
}

/* A part with its variables filled in: ret_text is empty before, and the caller's in any case. */
static int
fill(const struct description_auth *auth, enum description_auth_part part,
	const struct values *values, struct buffer *ret_text)
{
	return expand_add(ret_text, auth->part[part], values, EXPAND_PLAIN) == 0 &&
		buffer_text(ret_text) != NULL ? 0 : -1;
}

static int
add_header(const char *name, const char *start, const char *value, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	struct buffer *header = http_header(request, name);

	if (header == NULL)
		return refuse(fault, name, "is one header too many");
	buffer_add_text(header, start);
	if (expand_add(header, value, values, EXPAND_HEADER) != 0)
		return refuse(fault, name, "would hold a control character");
	return buffer_text(header) != NULL ? 0 : no_memory(fault);
}

static int
add_basic(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	request->basic = true;
	if (fill(auth, DESCRIPTION_AUTH_USER, values, &request->user) != 0 ||
		fill(auth, DESCRIPTION_AUTH_PASSWORD, values, &request->password) != 0)
		return no_memory(fault);
	/* RFC 7617, section 2: the first colon ends the user's name. */
	if (strchr(buffer_text(&request->user), ':') != NULL)
		return refuse(fault, "user", "would hold a colon");
	return 0;
}

static bool
is_empty(const struct description_auth *auth, enum description_auth_part part,
	const struct values *values)
{
	struct buffer text = { 0 };
	bool empty = fill(auth, part, values, &text) == 0 && text.size == 0;

	buffer_free(&text);
	return empty;
}

bool
auth_by_role(const struct description_auth *auth, const struct values *values)
{
	return auth->kind == DESCRIPTION_AUTH_SIGV4 &&
		is_empty(auth, DESCRIPTION_AUTH_ACCESS_KEY, values) &&
		is_empty(auth, DESCRIPTION_AUTH_SECRET_KEY, values) &&
		!is_empty(auth, DESCRIPTION_AUTH_METADATA, values);
}

static int
add_keys(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	if (auth_by_role(auth, values)) {
		/* In the list of headers, so that it is signed with them. */
		struct buffer *header = http_header(request, "X-Amz-Security-Token");

		if (header == NULL)
			return refuse(fault, "role", "needs one header too many");
		buffer_add_text(header, values_get(values, AUTH_ROLE_TOKEN,
			strlen(AUTH_ROLE_TOKEN)));
		buffer_add_text(&request->user, values_get(values, AUTH_ROLE_ID,
			strlen(AUTH_ROLE_ID)));
		buffer_add_text(&request->password, values_get(values, AUTH_ROLE_KEY,
			strlen(AUTH_ROLE_KEY)));
	} else if (fill(auth, DESCRIPTION_AUTH_ACCESS_KEY, values, &request->user) != 0 ||
		fill(auth, DESCRIPTION_AUTH_SECRET_KEY, values, &request->password) != 0) {
		return no_memory(fault);
	}
	if (request->user.size == 0 || request->password.size == 0)
		return refuse(fault, "access_key", "and \"secret_key\" must both be set");
	return 0;
}

/* Whether a URL's path is escaped: AWS wants that done twice, and libcurl signs it as it is. */
static bool
has_escapes(struct http_request *request)
{
	const char *url = buffer_text(&request->url);
	const char *escape = url != NULL ? strpbrk(url, "%?") : NULL;

	return escape != NULL && *escape == '%';
}

/* libcurl takes provider, region and service in one string, parted by colons. */
static int
add_sigv4(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

	if (curl->version_num < SIGV4_SINCE)
		return fault_set(fault, FAULT_SYSTEM, "libcurl %s cannot sign this request; "
			SIGV4_SINCE_WORDS " or newer is needed", curl->version);
	if (has_escapes(request))
		return refuse(fault, "sigv4", "cannot sign a path that needs percent-encoding");
	buffer_add_text(&request->sigv4, "aws:amz:");
	if (is_empty(auth, DESCRIPTION_AUTH_REGION, values) || expand_add(&request->sigv4,
			auth->part[DESCRIPTION_AUTH_REGION], values, EXPAND_HOST) != 0)
		return refuse(fault, "region", "is none");
	buffer_add_text(&request->sigv4, ":");
	if (is_empty(auth, DESCRIPTION_AUTH_SERVICE, values) || expand_add(&request->sigv4,
			auth->part[DESCRIPTION_AUTH_SERVICE], values, EXPAND_HOST) != 0)
		return refuse(fault, "service", "is none");
	return add_keys(auth, values, request, fault);
}

static int
add_azure(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	struct buffer key = { 0 };
	int rc = fill(auth, DESCRIPTION_AUTH_KEY, values, &key) != 0 ? no_memory(fault)
		: sign_azure(request, buffer_text(&key), values_get(values, "date", strlen("date")),
			fault);

	buffer_free(&key);
	return rc;
}

static int
add_ovh(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	struct buffer application = { 0 }, secret = { 0 }, consumer = { 0 };
	int rc;

	if (fill(auth, DESCRIPTION_AUTH_APPLICATION_KEY, values, &application) != 0 ||
		fill(auth, DESCRIPTION_AUTH_APPLICATION_SECRET, values, &secret) != 0 ||
		fill(auth, DESCRIPTION_AUTH_CONSUMER_KEY, values, &consumer) != 0) {
		rc = no_memory(fault);
	} else {
		const struct sign_ovh_keys keys = { buffer_text(&application), buffer_text(&secret),
			buffer_text(&consumer) };

		rc = sign_ovh(request, &keys, time(NULL), fault);
	}
	buffer_free(&application);
	buffer_free(&secret);
	buffer_free(&consumer);
	return rc;
}

int
auth_add(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault)
{
	switch (auth->kind) {
	case DESCRIPTION_AUTH_NONE:
		break;
	case DESCRIPTION_AUTH_BASIC:
		return add_basic(auth, values, request, fault);
	case DESCRIPTION_AUTH_BEARER:
		return add_header("Authorization", "Bearer ", auth->part[DESCRIPTION_AUTH_TOKEN],
			values, request, fault);
	case DESCRIPTION_AUTH_HEADER:
		return add_header(auth->part[DESCRIPTION_AUTH_NAME], "",
			auth->part[DESCRIPTION_AUTH_VALUE], values, request, fault);
	case DESCRIPTION_AUTH_SIGV4:
		return add_sigv4(auth, values, request, fault);
	case DESCRIPTION_AUTH_AZURE:
		return add_azure(auth, values, request, fault);
	case DESCRIPTION_AUTH_OVH:
		return add_ovh(auth, values, request, fault);
	}
	return 0;
}
