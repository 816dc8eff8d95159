/* SPDX-License-Identifier: BSD-2-Clause */
/* The event file read and counted: docs/FORMATS.md, "Events". */
#include "conf_scratch.h"

#include <sys/resource.h>

#include "core/events.h"
#include "core/log_line.h"
#include "ctl/counts.h"
#include "ctl/counts_document.h"
#include "ctl/event.h"
#include "ctl/moment.h"

#define NOW_MS INT64_C(1795934408000)	/* 2026-11-29T06:40:08Z */
#define HEAD "v=1 time=2026-11-29T06:40:08Z "
#define MANY 1000000

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED true
#else
#define INSTRUMENTED false
#endif

static enum event_fit
fit(const char *line)
{
	struct event event;

	return event_read(line, strlen(line), &event);
}

static void
test_lines(void **state)
{
	static const char *const damaged[] = { "", "event=text", "v=1", "v=1 time=",
		"v=1 time=2026-11-29T06:40:08Z", HEAD, "v=1 time=2026-13-29T06:40:08Z event=text",
		HEAD "reason=x", HEAD "event=text  reason=x", HEAD "event=text word",
		HEAD "event=text detail=\"", HEAD "event=text detail=x", HEAD "event=a\tb",
		HEAD "event=t\xc3\xa9xt", HEAD "event=text detail=\"a\" b=\"c\"",
		HEAD "event=", "v=01 time=2026-11-29T06:40:08Z event=text", "v=0 x",
		"v=1time=2026-11-29T06:40:08Z event=text", " " HEAD "event=text",
		"v=1 time=2026-11-29T06:40v=1 time=2026-11-29T06:40:08Z event=text" };
	struct event event;
	static const char line[] = HEAD "event=text reason=accepted user=alice new=1 gateway=one "
		"segments=3 failover=1 detail=\"user=bob 'x'\"";
	char longest[EVENT_LINE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		if (fit(damaged[i]) != EVENT_DAMAGED)
			fail_msg("taken: \"%s\"", damaged[i]);
	}
	assert_int_equal(fit("v=2 anything"), EVENT_NEWER);
	assert_int_equal(fit("v=10 time=x"), EVENT_NEWER);
	assert_int_equal(event_read(line, strlen(line), &event), EVENT_GOOD);
	assert_int_equal(event.real_ms, NOW_MS);
	assert_true(event_is(&event, EVENT_USER, "alice"));
	assert_true(event_is(&event, EVENT_DETAIL, "user=bob 'x'"));
	assert_false(event_is(&event, EVENT_USER, "alic"));
	assert_false(event_is(&event, EVENT_RULE, ""));
	assert_int_equal(event_segments(&event), 3);
	assert_int_equal(event_read(HEAD "event=text segments=1x", strlen(HEAD) + 22, &event), 0);
	assert_int_equal(event_segments(&event), 1);

	memset(longest, 'x', sizeof longest);
	memcpy(longest, HEAD "event=", strlen(HEAD) + 6);
	assert_int_equal(event_read(longest, EVENT_LINE_MAX - 1, &event), EVENT_GOOD);
	assert_int_equal(event_read(longest, EVENT_LINE_MAX, &event), EVENT_DAMAGED);
}

static void
test_moments(void **state)
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "today", INT64_C(1795910400000) }, { "2026-11-29", INT64_C(1795910400000) },
		{ "2026-11-29T06:40:08Z", NOW_MS }, { "0m", NOW_MS },
		{ "90m", NOW_MS - 90 * 60000 }, { "24h", NOW_MS - INT64_C(86400000) },
		{ "7d", NOW_MS - 7 * INT64_C(86400000) }, { "2w", NOW_MS - 14 * INT64_C(86400000) },
	};
	static const char *const bad[] = { "", "7", "d", "7 d", "-7d", "7D", "12345d", "7dd",
		"yesterday", "2026-11-31", "2026-11-29T06:40:08", "2026-11-29 06:40:08Z", "7s" };
	int64_t ms = 77;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(moment_read(good[i].text, NOW_MS, &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (moment_read(bad[i], NOW_MS, &ms))
			fail_msg("taken: \"%s\"", bad[i]);
	}
}

static int
collect(void *data, const char *line, size_t size)
{
	char *text = data;

	/* Of a line that is too long the beginning will do. */
	if (size > 100)
		size = 100;
	snprintf(text + strlen(text), 4096 - strlen(text), "[%.*s]", (int)size, line);
	return 0;
}

/* What is half written is left for the next time; a line larger than any buffer is one line. */
static void
test_reading(void **state)
{
	const struct scratch *scratch = *state;
	char seen[4096] = "";
	char *large = malloc(200001);
	int64_t at = 0;
	int fd;

	fd = open(scratch_write(scratch, "events", 0600, "one\n\ntwo\nthr"), O_RDWR | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(event_each(fd, &at, collect, seen, NULL), 0);
	assert_string_equal(seen, "[one][][two]");
	assert_int_equal(at, 9);
	assert_int_equal(write(fd, "ee\n", 3), 3);
	assert_int_equal(event_each(fd, &at, collect, seen, NULL), 0);
	assert_string_equal(seen, "[one][][two][three]");

	assert_non_null(large);
	memset(large, 'x', 200000);
	large[200000] = '\n';
	assert_int_equal(write(fd, large, 200001), 200001);
	assert_int_equal(write(fd, "four\n", 5), 5);
	free(large);
	seen[0] = '\0';
	assert_int_equal(event_each(fd, &at, collect, seen, NULL), 0);
	assert_int_equal(strlen(seen), 102 + 6);
	assert_string_equal(seen + 102, "[four]");
	close(fd);
}

static void
test_opening(void **state)
{
	const struct scratch *scratch = *state;
	struct event_files files;
	struct fault fault;
	char path[128];

	assert_int_equal(event_open(scratch_path(scratch, "missing"), &files, &fault), 0);
	assert_int_equal(files.fd[0], -1);
	assert_int_equal(files.fd[1], -1);
	assert_int_equal(event_open(scratch->path, &files, &fault), 0);
	assert_int_equal(files.fd[1], -1);
	scratch_write(scratch, "events.1", 0600, "x\n");
	assert_int_equal(event_open(scratch->path, &files, &fault), 0);
	assert_true(files.fd[0] >= 0 && files.fd[1] == -1);
	event_close(&files);
	scratch_write(scratch, "events", 0644, "x\n");
	assert_int_equal(event_open(scratch->path, &files, &fault), FAULT_STATE);
	snprintf(path, sizeof path, "%s/events: mode 0644, must be 0600", scratch->path);
	assert_string_equal(fault.text, path);
}

static void
take(struct counts *counts, const char *words)
{
	char line[512];

	snprintf(line, sizeof line, HEAD "%s", words);
	assert_int_equal(counts_take(counts, line, strlen(line)), 0);
}

static void
assert_row(const struct tally *tally, const char *key, const uint32_t *wanted, size_t width)
{
	for (size_t i = 0; i < tally_size(tally); i++) {
		if (strcmp(tally_key(tally, i), key) != 0)
			continue;
		for (size_t j = 0; j < width; j++) {
			if (tally_row(tally, i)[j] != wanted[j])
				fail_msg("%s, %zu: %u, not %u", key, j, tally_row(tally, i)[j],
					wanted[j]);
		}
		return;
	}
	fail_msg("there is no %s", key);
}

#define ROW(tally, key, ...) \
	assert_row(tally, key, (const uint32_t[]){ __VA_ARGS__ }, \
		sizeof(const uint32_t[]){ __VA_ARGS__ } / sizeof(uint32_t))

static void
test_counting(void **state)
{
	struct counts counts;
	struct fault fault;

	(void)state;
	assert_int_equal(counts_make(&counts, &fault), 0);
	take(&counts, "event=text reason=skipped user=al service=sshd gateway=none segments=1");
	take(&counts, "event=text reason=unreachable user=al service=sshd gateway=one segments=2");
	take(&counts, "event=text reason=accepted user=al service=sshd gateway=two segments=2 "
		"failover=1");
	take(&counts, "event=text reason=ambiguous user=al service=sshd gateway=one segments=2");
	take(&counts, "event=call reason=accepted user=al service=sshd gateway=two");
	take(&counts, "event=text reason=accepted gateway=two by=root(0)");
	take(&counts, "event=denied reason=wrong_code user=al service=sshd gateway=two");
	take(&counts, "event=refused reason=budget_user user=al service=sshd");
	take(&counts, "event=denied reason=locked user=al service=sshd lockout=1");
	take(&counts, "event=denied reason=locked user=al service=sshd");
	take(&counts, "event=denied reason=unknown_account service=sshd");
	take(&counts, "event=accepted reason=code user=bo service=su gateway=two");
	take(&counts, "event=accepted reason=remembered user=bo service=su");
	take(&counts, "event=exempt reason=rule user=bo service=su rule=r detail=\"CHG 1\"");
	take(&counts, "event=exempt reason=rule user=bo service=su rule=r detail=\"CHG 1\"");
	take(&counts, "event=admin reason=unlock user=al by=root(0)");
	take(&counts, "event=status reason=delivered user=al service=sshd gateway=two");
	take(&counts, "event=something reason=new user=al service=other");
	assert_int_equal(counts_take(&counts, "v=2 x", 5), 0);
	assert_int_equal(counts_take(&counts, "half a li", 9), 0);

	assert_int_equal(counts.events, 18);
	assert_int_equal(counts.newer, 1);
	assert_int_equal(counts.damaged, 1);
	/* texts, calls, denied, accepted, exempt, lock-outs */
	ROW(counts.users, "al", 1, 1, 2, 0, 0, 1);
	ROW(counts.users, "bo", 0, 0, 0, 2, 2, 0);
	assert_int_equal(tally_size(counts.users), 2);
	/* accepted, remembered, denied, exempt, texts, calls, lock-outs */
	ROW(counts.services, "sshd", 0, 0, 3, 0, 1, 1, 1);
	ROW(counts.services, "su", 2, 1, 0, 2, 0, 0, 0);
	ROW(counts.services, "-", 0, 0, 0, 0, 1, 0, 0);
	assert_int_equal(tally_size(counts.services), 3);
	/* texts, segments, calls, failed, unsure, failovers */
	ROW(counts.gateways, "one", 0, 0, 0, 1, 1, 0);
	ROW(counts.gateways, "two", 2, 3, 1, 0, 0, 1);
	assert_int_equal(tally_size(counts.gateways), 2);
	ROW(counts.refusals, "wrong_code", 1);
	ROW(counts.refusals, "locked", 2);
	ROW(counts.refusals, "budget_user", 1);
	ROW(counts.exemptions, "r bo CHG 1", 2);
	ROW(counts.changes, "root(0) unlock", 1);
	counts_free(&counts);

	/* From since on, and before until. */
	assert_int_equal(counts_make(&counts, &fault), 0);
	counts.since_ms = NOW_MS + 1;
	take(&counts, "event=accepted reason=code user=bo service=su");
	counts.since_ms = NOW_MS;
	counts.until_ms = NOW_MS;
	take(&counts, "event=accepted reason=code user=bo service=su");
	assert_int_equal(counts.events, 0);
	counts.until_ms = NOW_MS + 1;
	take(&counts, "event=accepted reason=code user=bo service=su");
	assert_int_equal(counts.events, 1);
	counts_free(&counts);
}

static void
test_tally(void **state)
{
	struct tally *tally = tally_make(2, 1000);
	uint32_t *numbers;
	char key[16];

	(void)state;
	assert_non_null(tally);
	for (unsigned int i = 0; i < 3000; i++) {
		uint32_t *counts;

		snprintf(key, sizeof key, "k%u", i % 1500);
		counts = tally_counts(tally, key, strlen(key));
		assert_non_null(counts);
		counts[0] += i % 1500 % 10;
		counts[1]++;
	}
	assert_int_equal(tally_size(tally), 1000);
	assert_int_equal(tally_others(tally)[1], 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(tally_row(tally, i)[1], 2);
	/* 100 keys end in 9; of equal ones the first by name. */
	assert_int_equal(tally_largest(tally, 101, &numbers), 101);
	assert_string_equal(tally_key(tally, numbers[0]), "k109");
	assert_string_equal(tally_key(tally, numbers[1]), "k119");
	assert_string_equal(tally_key(tally, numbers[99]), "k999");
	assert_string_equal(tally_key(tally, numbers[100]), "k108");
	free(numbers);
	assert_int_equal(tally_largest(tally, 0, &numbers), 0);
	free(numbers);
	assert_int_equal(tally_largest(tally, SIZE_MAX, &numbers), 1000);
	free(numbers);
	tally_free(&tally);
}

/* In a process of its own: what memory it takes to tell a million users apart. */
static int
count_many(void)
{
	struct counts counts;
	struct counts_order order = { .users = 20 };
	struct rusage usage;
	json_t *document;

	if (counts_make(&counts, NULL) != 0)
		return 1;
	for (int i = 0; i < MANY + 100000; i++) {
		char user[16], text[LOG_EVENT_SIZE];
		struct log_line line = { .event = "denied", .reason = "locked", .user = user,
			.service = "sshd", .client = "203.0.113.9" };
		size_t length;

		snprintf(user, sizeof user, "user%d", i);
		length = log_line_event(&line, NOW_MS, text);
		if (counts_take(&counts, text, length - 1) != 0)
			return 2;
	}
	document = counts_document(&counts, &order);
	if (json_array_size(json_object_get(document, "users")) != 20 ||
	    tally_size(counts.users) != COUNTS_USERS_MAX ||
	    tally_others(counts.users)[COUNTS_USER_DENIED] !=
	    MANY + 100000 - COUNTS_USERS_MAX)
		return 3;
	json_decref(document);
	counts_free(&counts);
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 4;
	return !INSTRUMENTED && usage.ru_maxrss > 65536 ? 5 : 0;
}

static void
test_a_million_users(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(count_many());
	assert_int_equal(scratch_wait(child), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_moments),
		cmocka_unit_test_setup_teardown(test_reading, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_opening, scratch_setup, scratch_teardown),
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_a_million_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
