/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/origin.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "helper/expand.h"
#include "helper/gateway.h"
#include "helper/loopback.h"

/* Where EC2 has its instance metadata service. */
static bool
is_metadata(const char *host)
{
	struct in6_addr address6, metadata6;

	return strcmp(host, "169.254.169.254") == 0 || (loopback_address6(host, &address6) &&
		inet_pton(AF_INET6, "fd00:ec2::254", &metadata6) == 1 &&
		memcmp(&address6, &metadata6, sizeof address6) == 0);
}

static bool
has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

static int
port_of(CURLU *url, unsigned int flags, uint16_t *ret_port)
{
	char *text = NULL;
	long port = 0;

	if (curl_url_get(url, CURLUPART_PORT, &text, flags) == CURLUE_OK)
		port = strtol(text, NULL, 10);
	curl_free(text);
	if (port < 1 || port > 65535)
		return -1;
	*ret_port = (uint16_t)port;
	return 0;
}

/* NULL, or what is wrong with it. */
static const char *
judge(CURLU *url, bool proxied, struct origin *origin)
{
	char *scheme = NULL, *host = NULL;
	const char *wrong = NULL;

	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
			curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		wrong = "is not a URL";
	else if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
		wrong = "holds a user name or password";
	/* Also empty ones, which libcurl does not tell of: the path would become part of them. */
	else if (strpbrk(buffer_text(&origin->start), "?#") != NULL)
		wrong = "holds a query or a fragment";
	else if (port_of(url, CURLU_DEFAULT_PORT, &origin->connect_port) != 0)
		wrong = "has no port";
	else if (strcmp(scheme, "https") == 0)
		origin->tls = true;
	else if (strcmp(scheme, "http") != 0)
		wrong = "must have the scheme https";
	else if (!loopback_is(host) || proxied)
		wrong = "must have the scheme https (http is for loopback only, without a proxy)";
	curl_free(scheme);
	curl_free(host);
	return wrong;
}

static const char *
judge_proxy(const char *proxy, struct origin *origin)
{
	CURLU *url = curl_url();
	char *scheme = NULL;
	const char *wrong = NULL;

	if (url == NULL ||
		curl_url_set(url, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		wrong = "is not a URL";
	else if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0 &&
		strcmp(scheme, "socks5h") != 0)
		wrong = "must have the scheme http, https or socks5h";
	/* Written out: curl's default for proxies is 1080, whatever the scheme's own is. */
	else if (port_of(url, 0, &origin->connect_port) != 0)
		wrong = "needs a port, as in proxy.example.com:3128";
	curl_free(scheme);
	curl_url_cleanup(url);
	return wrong;
}

/* The length of "scheme://host:port" at the start of a URL; 0 if it has none. */
static size_t
start_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/?#");
}

/* base_url in the place of the description's own start. */
static int
write_start(
	const char *url, const char *base_url, const struct values *settings, struct origin *origin)
{
	size_t length = start_length(url);
	char *start;
	int rc;

	if (length == 0)
		return -1;
	origin->rest = url + length;
	if (base_url != NULL) {
		length = strlen(base_url);
		while (length > 0 && base_url[length - 1] == '/')
			length--;
		buffer_add(&origin->start, base_url, length);
		return 0;
	}
	start = strndup(url, length);
	if (start == NULL) {
		origin->start.spoilt = true;
		return 0;
	}
	rc = expand_add(&origin->start, start, settings, EXPAND_HOST);
	free(start);
	return rc;
}

int
origin_find(const char *url, const struct gateway *gateway, const struct values *settings,
	struct origin *ret_origin, struct fault *fault)
{
	const struct conf_at at = {
		.file = gateway->file,
		.group = conf_file_root(gateway->file),
		.name = "",
		.fault = fault,
	};
	const char *key = gateway->base_url != NULL ? "base_url" : "api";
	struct origin origin = { 0 };
	const char *wrong = NULL;
	CURLU *parsed = curl_url();
	int rc = 0;

	if (write_start(url, gateway->base_url, settings, &origin) != 0)
		wrong = "is not a URL, or a setting in it is no part of a host name";
	else if (parsed == NULL || buffer_text(&origin.start) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else if (curl_url_set(parsed, CURLUPART_URL, buffer_text(&origin.start), 0) != CURLUE_OK)
		wrong = "is not a URL that can be asked";
	else
		wrong = judge(parsed, gateway->proxy != NULL, &origin);
	if (wrong != NULL) {
		rc = conf_refuse(&at, conf_setting(&at, key), "%s%s",
			gateway->base_url != NULL ? "" : "the description's \"url\" ", wrong);
	} else if (rc == 0 && gateway->proxy != NULL) {
		wrong = judge_proxy(gateway->proxy, &origin);
		if (wrong != NULL)
			rc = conf_refuse(
				&at, conf_setting(&at, "proxy"), "%s", wrong);
	}
	curl_url_cleanup(parsed);
	if (rc == 0)
		*ret_origin = origin;
	else
		origin_free(&origin);
	return rc;
}

int
origin_metadata(const char *url, const struct gateway *gateway, struct origin *ret_origin,
	struct fault *fault)
{
	const struct conf_at at = {
		.file = gateway->file,
		.group = conf_file_root(gateway->file),
		.name = "",
		.fault = fault,
	};
	const size_t length = strlen(url);
	struct origin origin = { .rest = "" };
	char *scheme = NULL, *host = NULL;
	CURLU *parsed = curl_url();
	bool right = false;
	int rc = 0;

	buffer_add(&origin.start, url, length - (length > 0 && url[length - 1] == '/'));
	if (parsed == NULL || buffer_text(&origin.start) == NULL)
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	else if (curl_url_set(parsed, CURLUPART_URL, buffer_text(&origin.start), 0) == CURLUE_OK &&
			start_length(url) == origin.start.size &&
			curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
			curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		right = strcmp(scheme, "http") == 0 &&
			(loopback_is(host) || is_metadata(host)) &&
			!has_part(parsed, CURLUPART_USER) &&
			!has_part(parsed, CURLUPART_PASSWORD) &&
			port_of(parsed, CURLU_DEFAULT_PORT, &origin.connect_port) == 0;
	if (rc == 0 && !right)
		rc = conf_refuse(&at, conf_setting(&at, "api"),
			"the metadata service's URL must be http:// and 169.254.169.254, "
			"[fd00:ec2::254] or loopback");
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parsed);
	if (rc == 0)
		*ret_origin = origin;
	else
		origin_free(&origin);
	return rc;
}

void
origin_free(struct origin *origin)
{
	buffer_free(&origin->start);
	*origin = (struct origin){ 0 };
}
