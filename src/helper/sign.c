/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/sign.h"

#include <curl/curl.h>
/*
 * OVHcloud's signature is a plain SHA-1, which libsodium leaves out for good reason. libcrypto is
 * there already: it comes with libcurl, on all but a few systems. One of our own would be one more
 * hash to get right.
 */
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "helper/http.h"

#define SHA1_BYTES 20
#define AZURE_KEY_MAX 256
#define BASE64 sodium_base64_VARIANT_ORIGINAL
#define BASE64_SIZE sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, BASE64)

static int
no_memory(struct fault *fault)
{
	return fault_set(fault, FAULT_MEMORY, "out of memory");
}

/* False: one too many, or no memory. */
static bool
add_header(struct http_request *request, const char *name, const char *value)
{
	struct buffer *header = http_header(request, name);

	if (header == NULL)
		return false;
	buffer_add_text(header, value);
	return buffer_text(header) != NULL;
}

/* Host and port as libcurl writes them into the header Host. */
static int
add_host(struct buffer *buffer, const char *url)
{
	CURLU *parsed = curl_url();
	char *host = NULL, *port = NULL;
	int rc = -1;

	if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
			curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		buffer_add_text(buffer, host);
		rc = 0;
	}
	if (rc == 0 && curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT) ==
			CURLUE_OK) {
		buffer_add_text(buffer, ":");
		buffer_add_text(buffer, port);
	}
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(parsed);
	return rc;
}

/* Path and query as they go over the wire. */
static void
add_target(struct buffer *buffer, const char *url)
{
	const char *start = strstr(url, "://");
	const char *target = start == NULL ? "" : start + 3 + strcspn(start + 3, "/?");

	if (*target != '/')
		buffer_add_text(buffer, "/");
	buffer_add_text(buffer, target);
}

static void
hash_body(struct http_request *request, char ret_hash[static BASE64_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	const char *body = request->body.size > 0 ? request->body.data : "";

	(void)crypto_hash_sha256(hash, (const unsigned char *)body, request->body.size);
	(void)sodium_bin2base64(ret_hash, BASE64_SIZE, hash, sizeof hash, BASE64);
}

static int
authenticate(const struct buffer *text, const char *key, char ret_mac[static BASE64_SIZE])
{
	crypto_auth_hmacsha256_state state;
	unsigned char bytes[AZURE_KEY_MAX], mac[crypto_auth_hmacsha256_BYTES];
	size_t size = 0;
	int rc = -1;

	if (sodium_base642bin(bytes, sizeof bytes, key, strlen(key), NULL, &size, NULL, BASE64) ==
			0 && size > 0) {
		(void)crypto_auth_hmacsha256_init(&state, bytes, size);
		(void)crypto_auth_hmacsha256_update(
			&state, (const unsigned char *)text->data, text->size);
		(void)crypto_auth_hmacsha256_final(&state, mac);
		(void)sodium_bin2base64(ret_mac, BASE64_SIZE, mac, sizeof mac, BASE64);
		sodium_memzero(&state, sizeof state);
		rc = 0;
	}
	sodium_memzero(bytes, sizeof bytes);
	return rc;
}

int
sign_azure(struct http_request *request, const char *key, const char *date, struct fault *fault)
{
	const char *url = buffer_text(&request->url);
	char hash[BASE64_SIZE], mac[BASE64_SIZE], value[BASE64_SIZE + 96];
	struct buffer text = { 0 };
	int rc = -1;

	if (url == NULL || request->body.spoilt)
		return no_memory(fault);
	hash_body(request, hash);
	buffer_add_text(&text, request->method);
	buffer_add_text(&text, "\n");
	add_target(&text, url);
	buffer_add_text(&text, "\n");
	buffer_add_text(&text, date);
	buffer_add_text(&text, ";");
	if (add_host(&text, url) == 0) {
		buffer_add_text(&text, ";");
		buffer_add_text(&text, hash);
		rc = buffer_text(&text) == NULL ? -1 : 0;
	}
	if (rc != 0) {
		rc = no_memory(fault);
	} else if (authenticate(&text, key, mac) != 0) {
		rc = fault_set(fault, FAULT_CONFIG,
			"the access key is none: it must be base64, as the portal shows it");
	} else {
		snprintf(value, sizeof value, "HMAC-SHA256 "
			"SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=%s", mac);
		if (!add_header(request, "x-ms-date", date) ||
			!add_header(request, "x-ms-content-sha256", hash) ||
			!add_header(request, "Authorization", value))
			rc = no_memory(fault);
	}
	buffer_free(&text);
	return rc;
}

static void
add_part(struct buffer *buffer, const char *part)
{
	buffer_add_text(buffer, part);
	buffer_add_text(buffer, "+");
}

static int
hash_ovh(struct http_request *request, const struct sign_ovh_keys *keys, const char *now,
	char ret_hex[static 2 * SHA1_BYTES + 1], struct fault *fault)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int size = 0;
	struct buffer text = { 0 };
	int rc = 0;

	add_part(&text, keys->application_secret);
	add_part(&text, keys->consumer_key);
	add_part(&text, request->method);
	add_part(&text, buffer_text(&request->url));
	buffer_add(&text, request->body.data, request->body.size);
	add_part(&text, "");
	buffer_add_text(&text, now);
	if (buffer_text(&text) == NULL)
		rc = no_memory(fault);
	else if (EVP_Digest(text.data, text.size, hash, &size, EVP_sha1(), NULL) != 1 ||
			size != SHA1_BYTES)
		rc = fault_set(fault, FAULT_SYSTEM,
			"libcrypto has no SHA-1, with which OVHcloud's requests are signed");
	else
		(void)sodium_bin2hex(ret_hex, 2 * SHA1_BYTES + 1, hash, size);
	buffer_free(&text);
	return rc;
}

int
sign_ovh(struct http_request *request, const struct sign_ovh_keys *keys, time_t now,
	struct fault *fault)
{
	char signature[sizeof "$1$" + 2 * SHA1_BYTES] = "$1$", stamp[24];
	int rc;

	if (buffer_text(&request->url) == NULL || request->body.spoilt)
		return no_memory(fault);
	if (*keys->application_key == '\0' || *keys->application_secret == '\0' ||
			*keys->consumer_key == '\0')
		return fault_set(fault, FAULT_CONFIG, "a key that signs the request is empty");
	snprintf(stamp, sizeof stamp, "%lld", (long long)now);
	rc = hash_ovh(request, keys, stamp, signature + strlen("$1$"), fault);
	if (rc == 0 && (!add_header(request, "X-Ovh-Application", keys->application_key) ||
		!add_header(request, "X-Ovh-Consumer", keys->consumer_key) ||
		!add_header(request, "X-Ovh-Timestamp", stamp) ||
		!add_header(request, "X-Ovh-Signature", signature)))
		rc = no_memory(fault);
	return rc;
}
