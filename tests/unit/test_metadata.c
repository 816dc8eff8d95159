/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of a machine's role: whether they are wanted, and what is made of the service's answers.
 * The service is a child that gives answers in their order, whatever it is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault.h"
#include "helper/auth.h"
#include "helper/http.h"
#include "helper/metadata.h"
#include "helper/origin.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define KEYS(expiration) "{\"Code\":\"Success\",\"AccessKeyId\":\"ID\",\"SecretAccessKey\":" \
	"\"KEY\",\"Token\":\"SECURITY\",\"Expiration\":\"" expiration "\"}"
#define LATER "2199-12-31T23:59:59Z"

static const struct description_auth by_role = { DESCRIPTION_AUTH_SIGV4, {
	[DESCRIPTION_AUTH_SERVICE] = "sns", [DESCRIPTION_AUTH_REGION] = "r",
	[DESCRIPTION_AUTH_ACCESS_KEY] = "{id}", [DESCRIPTION_AUTH_SECRET_KEY] = "{key}",
	[DESCRIPTION_AUTH_METADATA] = "{url}", [DESCRIPTION_AUTH_ROLE] = "" } };

struct service {
	pid_t pid;
	struct origin origin;
};

static void
serve(int listener, const char *const answers[])
{
	for (size_t i = 0; answers[i] != NULL; i++) {
		char request[4096], answer[8192];
		int fd = accept(listener, NULL, NULL);
		ssize_t size;

		if (fd < 0)
			_exit(1);
		size = read(fd, request, sizeof request);
		if (size > 0)
			size = snprintf(answer, sizeof answer,
				"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s",
				strlen(answers[i]), answers[i]);
		if (size <= 0 || write(fd, answer, (size_t)size) != size)
			_exit(1);
		close(fd);
	}
	_exit(0);
}

static struct service
start(const char *const answers[])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct service service = { 0 };
	char url[64];

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	service.pid = fork();
	assert_true(service.pid >= 0);
	if (service.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener, answers);
	}
	close(listener);
	snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
	buffer_add_text(&service.origin.start, url);
	return service;
}

static void
stop(struct service *service)
{
	kill(service->pid, SIGKILL);
	assert_int_equal(waitpid(service->pid, NULL, 0), service->pid);
	origin_free(&service->origin);
}

static const char *
value(const struct values *values, const char *name)
{
	return values_get(values, name, strlen(name));
}

static struct values
some_values(void)
{
	struct values values = { 0 };

	assert_true(values_add(&values, (struct value){ "url", "http://127.0.0.1", false }));
	return values;
}

static void
test_whose_keys(void **state)
{
	struct description_auth auth = by_role;
	struct values values = some_values();

	(void)state;
	assert_true(auth_by_role(&auth, &values));
	auth.kind = DESCRIPTION_AUTH_AZURE;
	assert_false(auth_by_role(&auth, &values));
	auth = by_role;
	auth.part[DESCRIPTION_AUTH_METADATA] = "";
	assert_false(auth_by_role(&auth, &values));
	auth = by_role;
	assert_true(values_add(&values, (struct value){ "key", "k", true }));
	assert_false(auth_by_role(&auth, &values));
	values.item[values.count - 1].name = "id";
	assert_false(auth_by_role(&auth, &values));
}

static void
test_keys(void **state)
{
	static const char *const answers[] = { "TOKEN", "role\nanother", KEYS(LATER), NULL };
	struct service service = start(answers);
	struct metadata_keys keys = { 0 };
	struct values values = some_values();
	struct fault fault = { 0 };

	(void)state;
	if (metadata_fetch(&by_role, &service.origin, deadline_in(10000), &values, &keys,
		    &fault) != 0)
		fail_msg("%s", fault.text);
	assert_string_equal(value(&values, AUTH_ROLE_ID), "ID");
	assert_string_equal(value(&values, AUTH_ROLE_KEY), "KEY");
	assert_string_equal(value(&values, AUTH_ROLE_TOKEN), "SECURITY");
	for (size_t i = values.count - 3; i < values.count; i++)
		assert_true(values.item[i].secret);
	metadata_free(&keys);
	stop(&service);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *answer[4];
		int rc;
	} cases[] = {
		{ { "", NULL }, FAULT_PROTOCOL },
		{ { "a b", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "<html> no", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", "", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", "[]", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", "{\"Code\":7}", NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", "{\"Code\":\"Failed\"}", NULL }, FAULT_CONFIG },
		{ { "TOKEN", "role", KEYS("2199-12-31 23:59:59Z"), NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", KEYS("2199-12-31T23:59:59"), NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", KEYS("2199-12-31T23:59:59Z "), NULL }, FAULT_PROTOCOL },
		{ { "TOKEN", "role", KEYS("2020-12-31T23:59:59Z"), NULL }, FAULT_BUSY },
		{ { "TOKEN", "role", KEYS(LATER), NULL }, 0 },
		/* A NUL in a string, of which C would see the beginning. */
		{ { "TOKEN", "role", "{\"Code\":\"Success\",\"AccessKeyId\":\"I\\u0000D\","
				     "\"SecretAccessKey\":\"K\",\"Token\":\"T\","
				     "\"Expiration\":\"" LATER "\"}" }, FAULT_PROTOCOL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct service service = start(cases[i].answer);
		struct metadata_keys keys = { 0 };
		struct values values = some_values();
		struct fault fault = { 0 };
		int rc = metadata_fetch(&by_role, &service.origin, deadline_in(10000), &values,
			&keys, &fault);

		if (rc != cases[i].rc)
			fail_msg("case %zu: %d: %s", i, rc, fault.text);
		assert_int_equal(values.count, rc == 0 ? 4 : 1);
		metadata_free(&keys);
		stop(&service);
	}
}

/* Where the table of values is full, none is left that points into what is freed. */
static void
test_no_room(void **state)
{
	static const char *const answers[] = { "TOKEN", "role", KEYS(LATER), NULL };
	struct service service = start(answers);
	struct metadata_keys keys = { 0 };
	struct values values = some_values();
	struct fault fault = { 0 };

	(void)state;
	while (values.count < VALUES_MAX - 2)
		assert_true(values_add(&values, (struct value){ "x", "", false }));
	assert_int_equal(metadata_fetch(&by_role, &service.origin, deadline_in(10000), &values,
		&keys, &fault), FAULT_MEMORY);
	assert_int_equal(values.count, VALUES_MAX - 2);
	assert_null(keys.id.data);
	stop(&service);
}

static int
set_up(void **state)
{
	struct fault fault;

	(void)state;
	return http_prepare(&fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whose_keys),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
