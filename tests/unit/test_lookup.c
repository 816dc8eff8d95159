/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A look-up by way of a helper. This program is its own helper: executed with a kind and a path it
 * behaves as the path's last name says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/config.h"
#include "keeper_play.h"
#include "wire/lookup.h"

#define SLACK_MS 1000
#define NUMBERS "+44 7700 900123,\xe2\x80\x8e+12025550143"

static void
say(const struct wire_reply *reply)
{
	uint8_t bytes[WIRE_SIZE_MAX];

	fake_send(bytes, wire_put_reply(reply, bytes));
}

/* Whether this is what was ordered, and nothing besides. */
static bool
read_order(uint32_t *ret_timeout_ms)
{
	uint8_t bytes[WIRE_SIZE_MAX];
	struct wire_request request, expected = { .task = WIRE_TASK_LOOKUP, .name = "al ice\xff" };
	ssize_t size = recv(FAKE_SOCKET, bytes, sizeof bytes, 0);

	if (size <= 0 || wire_get_request(bytes, (size_t)size, &request) != 0)
		return false;
	*ret_timeout_ms = expected.timeout_ms = request.timeout_ms;
	return memcmp(&request, &expected, sizeof request) == 0;
}

static void
helper_main(int argc, char *argv[])
{
	struct wire_reply reply = { .outcome = WIRE_ACCEPTED };
	const char *how = argc == 3 ? strrchr(argv[2], '/') : NULL;
	uint32_t timeout_ms = 0;

	if (how == NULL)
		return;
	how++;
	if (strcmp(how, "order") == 0) {
		reply.outcome = read_order(&timeout_ms) ? WIRE_PASSING : WIRE_OPERATOR;
		snprintf(reply.detail, sizeof reply.detail, "%s %lu %d", argv[1],
			(unsigned long)timeout_ms, strcmp(argv[0], "test_lookup") == 0);
	} else if (strcmp(how, "numbers") == 0) {
		strcpy(reply.numbers, NUMBERS);
	} else if (strcmp(how, "most") == 0) {
		memset(reply.numbers, '7', sizeof reply.numbers - 1);
	} else if (strcmp(how, "silent-refusal") == 0) {
		reply.outcome = WIRE_UNREACHABLE;
	} else if (strcmp(how, "names-the-file") == 0) {
		reply.outcome = WIRE_OPERATOR;
		snprintf(reply.detail, sizeof reply.detail, "%s: loose", argv[2]);
	} else if (strcmp(how, "gateway") == 0) {
		reply.offers = WIRE_OFFERS_VOICE;
		strcpy(reply.message_id, "m-1");
	} else if (strcmp(how, "posting-hang") == 0) {
		fake_posting();
		pause();
	} else if (strcmp(how, "none") != 0) {
		fake_behave(how, argv);
		_exit(0);
	}
	say(&reply);
	_exit(0);
}

static int
look(enum config_source_kind kind, const char *how, int64_t timeout_ms, bool *ret_found,
	char *ret_line, struct fault *fault)
{
	char path[PATH_MAX];
	struct config_source source = { .kind = kind, .path = path, .timeout_ms = timeout_ms };

	snprintf(path, sizeof path, "/somewhere/%s", how);
	return lookup_ask(fake_self, &source, "al ice\xff", ret_found, ret_line, fault);
}

static void
test_order(void **state)
{
	char line[PHONES_LINE_SIZE] = "old";
	struct fault fault;
	bool found = true;

	(void)state;
	/* With what the helper keeps for its answer. */
	assert_int_equal(look(CONFIG_SOURCE_COMMAND, "order", 1500, &found, line, &fault),
		FAULT_SYSTEM);
	assert_string_equal(fault.text, "command /somewhere/order: command 1750 1");
	/* A directory's time is in its own file; it gets what any may have at most. */
	assert_int_equal(look(CONFIG_SOURCE_LDAP, "order", 0, &found, line, &fault), FAULT_SYSTEM);
	assert_string_equal(fault.text, "ldap /somewhere/order: ldap 10250 1");
	assert_int_equal(look(CONFIG_SOURCE_COMMAND, "order", 60000, &found, line, &fault),
		FAULT_SYSTEM);
	assert_string_equal(fault.text, "command /somewhere/order: command 10250 1");
	/* Untouched by what failed. */
	assert_true(found);
	assert_string_equal(line, "old");
}

static void
test_answers(void **state)
{
	char line[PHONES_LINE_SIZE] = "old", most[PHONES_LINE_SIZE];
	struct fault fault;
	bool found = false;

	(void)state;
	assert_int_equal(look(CONFIG_SOURCE_LDAP, "numbers", 0, &found, line, &fault), 0);
	assert_true(found);
	assert_string_equal(line, NUMBERS);
	assert_int_equal(look(CONFIG_SOURCE_LDAP, "most", 0, &found, line, &fault), 0);
	memset(most, '7', sizeof most - 1);
	most[sizeof most - 1] = '\0';
	assert_string_equal(line, most);
	assert_int_equal(look(CONFIG_SOURCE_COMMAND, "none", 5000, &found, line, &fault), 0);
	assert_false(found);
}

static void
test_failures(void **state)
{
	static const struct {
		const char *how, *why;
	} cases[] = {
		{ "names-the-file", NULL }, { "refuse", "busy" },
		{ "silent-refusal", "unreachable" },
		{ "gateway", "malformed reply" }, { "truncated", "malformed reply" },
		{ "garbage", "malformed reply" }, { "fd", "malformed reply" },
		{ "flood", "malformed reply" }, { "kind", "malformed reply" },
		{ "killed", "helper died (signal 9)" },
		{ "three", "helper ended without a reply (status 3)" },
		{ "hang", "timed out" }, { "stubborn", "timed out" }, { "mute", "timed out" },
		{ "posting-hang", "timed out" },
	};
	char line[PHONES_LINE_SIZE] = "old", expected[256];
	struct fault fault;
	bool found = false;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const bool late = cases[i].why != NULL && strcmp(cases[i].why, "timed out") == 0;
		const int64_t ms = late ? 300 : 5000, begun_ms = deadline_clock_ms();

		assert_int_equal(
			look(CONFIG_SOURCE_COMMAND, cases[i].how, ms, &found, line, &fault),
			FAULT_SYSTEM);
		snprintf(expected, sizeof expected, "command /somewhere/%s: %s", cases[i].how,
			cases[i].why != NULL ? cases[i].why : "");
		/* Not named twice. */
		if (cases[i].why == NULL)
			strcpy(expected, "command: /somewhere/names-the-file: loose");
		assert_string_equal(fault.text, expected);
		assert_true(!late || deadline_clock_ms() - begun_ms >= ms);
		assert_true(deadline_clock_ms() - begun_ms <= ms + LOOKUP_REPLY_MS + SLACK_MS);
		assert_false(found);
		assert_string_equal(line, "old");
		assert_true(fake_childless());
	}
}

/* Cut, they would be other people's. */
static void
test_names_too_long(void **state)
{
	char path[] = "/somewhere/numbers", name[WIRE_NAME_SIZE + 1], line[PHONES_LINE_SIZE];
	const struct config_source source = { .kind = CONFIG_SOURCE_LDAP, .path = path };
	struct fault fault;
	bool found = false;

	(void)state;
	memset(name, 'a', sizeof name);
	name[WIRE_NAME_SIZE] = '\0';
	assert_int_equal(lookup_ask(fake_self, &source, name, &found, line, &fault), FAULT_SYSTEM);
	assert_string_equal(fault.text, "ldap /somewhere/numbers: the name's length is 257 bytes");
	name[WIRE_NAME_SIZE - 1] = '\0';
	assert_int_equal(lookup_ask(fake_self, &source, name, &found, line, &fault), 0);
	assert_int_equal(lookup_ask(fake_self, &source, "", &found, line, &fault), FAULT_SYSTEM);
}

static void
test_no_helper(void **state)
{
	char path[] = "/p", line[PHONES_LINE_SIZE];
	const struct config_source source = { .kind = CONFIG_SOURCE_LDAP, .path = path };
	struct fault fault;
	bool found = false;

	(void)state;
	assert_int_equal(lookup_ask("/nowhere/smsotp-lookup", &source, "alice", &found, line,
		&fault), FAULT_SYSTEM);
	assert_string_equal(fault.text,
		"ldap /p: helper could not be started: No such file or directory");
	assert_true(fake_childless());
}

/* --- the host must not notice ---------------------------------------------- */

static volatile sig_atomic_t children;

static void
on_child(int number)
{
	(void)number;
	children = children + 1;
}

static int
noticing_host(void)
{
	char line[PHONES_LINE_SIZE];
	struct fault fault;
	bool found = false;
	sigset_t before, after;
	pid_t own;
	int status;

	/* sigprocmask, and sigemptyset too, fill in a part, and all of both is compared. */
	memset(&before, 0, sizeof before);
	memset(&after, 0, sizeof after);
	signal(SIGCHLD, on_child);
	sigprocmask(SIG_BLOCK, NULL, &before);
	own = fork();
	if (own == 0)
		pause();
	WANT(look(CONFIG_SOURCE_LDAP, "numbers", 0, &found, line, &fault) == 0 && found);
	WANT(look(CONFIG_SOURCE_COMMAND, "hang", 200, &found, line, &fault) == FAULT_SYSTEM);
	WANT(children == 0);
	sigprocmask(SIG_BLOCK, NULL, &after);
	WANT(memcmp(&before, &after, sizeof before) == 0);
	/* Its own child is its only one, and nobody has reaped it. */
	WANT(waitpid(-1, &status, WNOHANG) == 0);
	WANT(kill(own, SIGKILL) == 0 && waitpid(-1, &status, 0) == own);
	WANT(waitpid(-1, &status, __WALL) == -1 && errno == ECHILD);
	return 0;
}

static void
test_host(void **state)
{
	(void)state;
	play(noticing_host);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_names_too_long),
		cmocka_unit_test(test_no_helper),
		cmocka_unit_test(test_host),
	};

	helper_main(argc, argv);
	return cmocka_run_group_tests_name("lookup", tests, fake_setup, fake_teardown);
}
