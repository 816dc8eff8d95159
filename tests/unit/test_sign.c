/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures of Azure and OVHcloud; the values were computed with Python's hmac and hashlib. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "helper/http.h"
#include "helper/sign.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define AZURE_KEY "c2VjcmV0K2tleS9vZit0aGUrcmVzb3VyY2UAAQID/w=="
#define DATE "Fri, 20 Nov 2026 10:00:00 GMT"

static struct http_request
request(const char *method, const char *url, const char *body)
{
	struct http_request made = { .method = method };

	buffer_add_text(&made.url, url);
	buffer_add_text(&made.body, body);
	return made;
}

static void
expect_header(struct http_request *made, size_t i, const char *header)
{
	assert_true(i < made->header_count);
	assert_string_equal(buffer_text(&made->headers[i]), header);
}

static void
test_azure(void **state)
{
	static const struct {
		const char *url, *signature;
	} cases[] = {
		{ "https://contoso.communication.azure.com/sms?api-version=2021-03-07",
			"qx6UA0JJ0G0J2/Ae+2vvY2OLdG/7fC1vXFteuS0RbQU=" },
		/* A port that goes without saying is not in the header Host. */
		{ "https://contoso.communication.azure.com:443/sms?api-version=2021-03-07",
			"qx6UA0JJ0G0J2/Ae+2vvY2OLdG/7fC1vXFteuS0RbQU=" },
		{ "https://127.0.0.1:8443/sms?api-version=2021-03-07",
			"tKptd4isccfSMt2hCpGwpFnX/U3eUNJkZeV87bbRhzU=" },
		{ "https://[::1]:8443?a=b", "yN3BEjybJBTFpI/mAPAc4B4+qRwZ7JPahqwt7QhH6DM=" },
		{ "https://contoso.communication.azure.com",
			"mUtdBfvfLZJqoObZaCT3E3e5UWfhBIA6jDRR+jlGztY=" },
	};
	char wanted[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request made = request("POST", cases[i].url, "{\"a\":1}");
		struct fault fault = { 0 };

		assert_int_equal(sign_azure(&made, AZURE_KEY, DATE, &fault), 0);
		assert_int_equal(made.header_count, 3);
		expect_header(&made, 0, "x-ms-date: " DATE);
		expect_header(&made, 1,
			"x-ms-content-sha256: AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=");
		snprintf(wanted, sizeof wanted, "Authorization: HMAC-SHA256 "
			"SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=%s",
			cases[i].signature);
		expect_header(&made, 2, wanted);
		http_request_free(&made);
	}
}

static void
test_azure_without_a_body(void **state)
{
	struct http_request made = { .method = "GET" };
	struct fault fault = { 0 };

	(void)state;
	buffer_add_text(&made.url, "https://contoso.communication.azure.com/");
	assert_int_equal(sign_azure(&made, AZURE_KEY, DATE, &fault), 0);
	expect_header(
		&made, 1, "x-ms-content-sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	http_request_free(&made);
}

static void
test_azure_keys(void **state)
{
	static const char *const wrong[] = { "", "====", "YQ", "YQ=", "Y Q==", "YQ==x", "Y_Q=",
		"kein Base64!" };
	char longest[345];

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct http_request made = request("POST", "https://h/", "");
		struct fault fault = { 0 };

		if (sign_azure(&made, wrong[i], DATE, &fault) != FAULT_CONFIG)
			fail_msg("\"%s\" was taken for a key", wrong[i]);
		assert_int_equal(made.header_count, 0);
		assert_true(wrong[i][0] == '\0' || strstr(fault.text, wrong[i]) == NULL);
		http_request_free(&made);
	}
	/* 256 bytes, and one more. */
	memset(longest, 'A', sizeof longest);
	for (size_t i = 0; i < 2; i++) {
		struct http_request made = request("POST", "https://h/", "");
		struct fault fault = { 0 };

		memcpy(longest + 340, i == 0 ? "AA==" : "AAA=", sizeof "AA==");
		assert_int_equal(
			sign_azure(&made, longest, DATE, &fault), i == 0 ? 0 : FAULT_CONFIG);
		http_request_free(&made);
	}
}

static void
test_ovh(void **state)
{
	static const struct sign_ovh_keys keys = { "AK", "AS", "CK" };
	struct http_request made = request("POST", "https://eu.api.ovh.com/1.0/sms/s/jobs",
		"{\"a\":1}");
	struct http_request bare = { .method = "GET" };
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(sign_ovh(&made, &keys, 1795168800, &fault), 0);
	assert_int_equal(made.header_count, 4);
	expect_header(&made, 0, "X-Ovh-Application: AK");
	expect_header(&made, 1, "X-Ovh-Consumer: CK");
	expect_header(&made, 2, "X-Ovh-Timestamp: 1795168800");
	expect_header(
		&made, 3, "X-Ovh-Signature: $1$ea68ca6f0ca8d4f848994f5a8a29db69932db6a5");
	http_request_free(&made);

	buffer_add_text(&bare.url, "https://eu.api.ovh.com/1.0/me");
	assert_int_equal(sign_ovh(&bare, &keys, 1795168800, &fault), 0);
	expect_header(
		&bare, 3, "X-Ovh-Signature: $1$b815e168d1b284922b6c84b40a1492ebc0e139c4");
	http_request_free(&bare);
}

static void
test_ovh_keys(void **state)
{
	static const struct sign_ovh_keys wrong[] = { { "", "AS", "CK" }, { "AK", "", "CK" },
		{ "AK", "AS", "" } };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct http_request made = request("POST", "https://h/", "");
		struct fault fault = { 0 };

		assert_int_equal(sign_ovh(&made, &wrong[i], 1, &fault), FAULT_CONFIG);
		assert_int_equal(made.header_count, 0);
		http_request_free(&made);
	}
}

/* One header too many, and a body that did not fit, are faults and no request with half of it. */
static void
test_no_room(void **state)
{
	static const struct sign_ovh_keys keys = { "AK", "AS", "CK" };
	struct http_request full = request("POST", "https://h/", "");
	struct http_request spoilt = request("POST", "https://h/", "");
	struct fault fault = { 0 };

	(void)state;
	while (full.header_count < HTTP_HEADERS_MAX - 2)
		assert_non_null(http_header(&full, "X"));
	assert_true(sign_azure(&full, AZURE_KEY, DATE, &fault) < 0);
	full.header_count = HTTP_HEADERS_MAX - 3;
	assert_true(sign_ovh(&full, &keys, 1, &fault) < 0);
	assert_null(http_header(&full, "X"));
	http_request_free(&full);

	spoilt.body.spoilt = true;
	assert_int_equal(sign_azure(&spoilt, AZURE_KEY, DATE, &fault), FAULT_MEMORY);
	assert_int_equal(sign_ovh(&spoilt, &keys, 1, &fault), FAULT_MEMORY);
	http_request_free(&spoilt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_azure),
		cmocka_unit_test(test_azure_without_a_body),
		cmocka_unit_test(test_azure_keys),
		cmocka_unit_test(test_ovh),
		cmocka_unit_test(test_ovh_keys),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
