/* SPDX-License-Identifier: BSD-2-Clause */
/* The event file: what a line says, and that it is kept whole or not at all. */
#include "conf_scratch.h"

#include <signal.h>
#include <sys/resource.h>

#include "core/e164.h"
#include "core/events.h"
#include "core/fault.h"
#include "core/log_line.h"

#define REAL_MS INT64_C(1795934408999)	/* 2026-11-29T06:40:08.999Z */
#define FIRST "v=1 time=2026-11-29T06:40:08Z event=admin reason=unlock"
#define WRITERS 8
#define LINES 150

static const struct log_line plain = { .event = "admin", .reason = "unlock", .ms = -1 };

static struct events
in(const struct scratch *scratch, int64_t most)
{
	return (struct events){ .state_dir = scratch->path, .most = most };
}

/* The whole of a file, "" if it is not there. The caller frees it. */
static char *
contents(const struct scratch *scratch, const char *name)
{
	FILE *file = fopen(scratch_path(scratch, name), "re");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL || getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	if (file != NULL)
		fclose(file);
	assert_non_null(text);
	return text;
}

static void
assert_contents(const struct scratch *scratch, const char *name, const char *wanted)
{
	char *text = contents(scratch, name);

	assert_string_equal(text, wanted);
	free(text);
}

static void
test_what_a_line_says(void **state)
{
	const struct e164_masked phone = { .text = "+44*0123" };
	struct log_line line = {
		.event = "text", .reason = "accepted", .user = "al ice\n=\"", .uid = "1001",
		.target = "root", .service = "su", .client = "h\xc3\xb6st", .tty = "pts/1",
		.phone = &phone, .source = "file", .gateway = "one", .message_id = "SM1",
		.ms = 412, .try = 1, .tries = 3, .fails = 2, .lock_after = 10, .rule = "r",
		.ref = "K7", .by = "bob(1002)", .detail = "HTTP \"201\" a=b\nv=1", .segments = 2,
		.failover = true, .lockout = true,
	};
	char text[LOG_EVENT_SIZE], longest[400];
	size_t length;

	(void)state;
	length = log_line_event(&line, REAL_MS, text);
	assert_string_equal(text, "v=1 time=2026-11-29T06:40:08Z event=text reason=accepted "
		"user=al?ice??? uid=1001 target=root service=su client=h??st phone=+44*0123 "
		"gateway=one rule=r ref=K7 by=bob(1002) segments=2 failover=1 lockout=1 "
		"detail=\"HTTP '201' a=b?v=1\"\n");
	assert_int_equal(length, strlen(text));

	/* Whatever is in it, it is not cut: its end is its end. */
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	line.event = line.reason = line.user = line.target = line.service = line.client =
		line.gateway = line.rule = line.ref = line.by = line.detail = longest;
	line.segments = 4294967295u;
	length = log_line_event(&line, REAL_MS, text);
	assert_int_equal(length, strlen(text));
	assert_true(length < LOG_EVENT_SIZE - 1);
	assert_string_equal(text + length - 3, "x\"\n");

	length = log_line_event(&plain, REAL_MS, text);
	assert_string_equal(text, FIRST "\n");
	assert_int_equal(length, strlen(FIRST "\n"));
}

static void
test_appends(void **state)
{
	const struct scratch *scratch = *state;
	const struct events events = in(scratch, 1 << 20), none = in(scratch, 0);
	const mode_t mask = umask(0777);
	struct stat st;

	assert_int_equal(events_append(&none, &plain, REAL_MS, NULL), 0);
	assert_int_equal(access(scratch_path(scratch, "events"), F_OK), -1);
	assert_int_equal(events_append(&events, &plain, REAL_MS, NULL), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, NULL), 0);
	umask(mask);
	assert_contents(scratch, "events", FIRST "\n" FIRST "\n");
	assert_int_equal(stat(scratch_path(scratch, "events"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(access(scratch_path(scratch, "events.1"), F_OK), -1);
}

/* Each of these is refused, and what is there stays as it is. */
static void
test_what_is_in_its_place(void **state)
{
	const struct scratch *scratch = *state;
	const struct events events = in(scratch, 1 << 20);
	const char *path = scratch_path(scratch, "events");
	struct events nowhere = events;
	struct fault fault = { .text = "" };

	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_non_null(strstr(fault.text, "/events: Is a directory"));
	assert_int_equal(rmdir(path), 0);

	scratch_write(scratch, "other", 0600, "kept\n");
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(link(scratch_path(scratch, "other"), path), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_int_equal(unlink(path), 0);
	assert_contents(scratch, "other", "kept\n");

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_int_equal(unlink(path), 0);

	scratch_write(scratch, "events", 0644, "kept\n");
	assert_int_equal(events_append(&events, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_contents(scratch, "events", "kept\n");

	nowhere.state_dir = scratch_path(scratch, "missing");
	assert_int_equal(events_append(&nowhere, &plain, REAL_MS, &fault), FAULT_STATE);
	assert_int_equal(access(nowhere.state_dir, F_OK), -1);
}

/* In a child, whose SIGXFSZ kills as it does everywhere. */
static int
at_the_limit(const struct events *events)
{
	const struct rlimit limit = { 100, 100 };
	int whole = 0;

	if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || signal(SIGXFSZ, SIG_DFL) == SIG_ERR)
		return 99;
	for (int i = 0; i < 3; i++)
		whole += events_append(events, &plain, REAL_MS, NULL) == 0;
	return whole;
}

static void
test_half_a_line(void **state)
{
	const struct scratch *scratch = *state;
	const struct events events = in(scratch, 1 << 20);
	pid_t child = fork();
	char wanted[512];

	if (child == 0)
		_exit(at_the_limit(&events));
	assert_int_equal(scratch_wait(child), 1);
	/* The next one begins on a line of its own. */
	assert_int_equal(events_append(&events, &plain, REAL_MS, NULL), 0);
	snprintf(wanted, sizeof wanted, FIRST "\n%.*s\n" FIRST "\n",
		(int)(100 - strlen(FIRST "\n")), FIRST);
	assert_contents(scratch, "events", wanted);
}

static void
test_full(void **state)
{
	const struct scratch *scratch = *state;
	const int64_t size = strlen(FIRST "\n");
	const struct events events = in(scratch, 2 * size);

	for (int i = 0; i < 5; i++)
		assert_int_equal(events_append(&events, &plain, REAL_MS + i * 1000, NULL), 0);
	assert_contents(scratch, "events", "v=1 time=2026-11-29T06:40:12Z event=admin "
		"reason=unlock\n");
	assert_contents(scratch, "events.1", "v=1 time=2026-11-29T06:40:10Z event=admin "
		"reason=unlock\nv=1 time=2026-11-29T06:40:11Z event=admin reason=unlock\n");

	/* Where it cannot be put aside it grows, but not for ever. */
	assert_int_equal(unlink(scratch_path(scratch, "events.1")), 0);
	assert_int_equal(mkdir(scratch_path(scratch, "events.1"), 0700), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(events_append(&events, &plain, REAL_MS, NULL), 0);
	assert_int_equal(events_append(&events, &plain, REAL_MS, NULL), FAULT_STATE);
}

static void
write_lines(const struct events *events, int writer)
{
	for (int i = 0; i < LINES; i++) {
		char name[32];
		struct log_line line = { .event = "text", .reason = "accepted", .user = name };
		struct fault fault;

		snprintf(name, sizeof name, "w%d-%d.", writer, i);
		if (events_append(events, &line, REAL_MS, &fault) != 0) {
			print_error("%s\n", fault.text);
			_exit(1);
		}
	}
}

/* The limit is met once: then what the eight wrote is in the two files, each line once. */
static void
test_eight_writers(void **state)
{
	const struct scratch *scratch = *state;
	const struct events events = in(scratch, 56 * 1024);
	pid_t children[WRITERS];
	char *former, *now;

	for (int i = 0; i < WRITERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			write_lines(&events, i);
			_exit(0);
		}
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(scratch_wait(children[i]), 0);
	former = contents(scratch, "events.1");
	now = contents(scratch, "events");
	assert_true(strlen(former) > 50 * 1024);
	assert_true(strlen(now) > 0);
	for (int i = 0; i < WRITERS * LINES; i++) {
		char line[128];
		int found = 0;

		snprintf(line, sizeof line, "v=1 time=2026-11-29T06:40:08Z event=text "
			"reason=accepted user=w%d-%d.\n", i / LINES, i % LINES);
		found += strstr(former, line) != NULL;
		found += strstr(now, line) != NULL;
		if (found != 1)
			fail_msg("%d of %s", found, line);
	}
	free(former);
	free(now);
}

/* Many times put aside: only the newest are kept, and nothing in them is torn. */
static void
test_put_aside_again_and_again(void **state)
{
	const struct scratch *scratch = *state;
	const struct events events = in(scratch, 2048);
	pid_t children[WRITERS];
	size_t kept = 0;

	for (int i = 0; i < WRITERS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			write_lines(&events, i);
			_exit(0);
		}
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(scratch_wait(children[i]), 0);
	for (int i = 0; i < 2; i++) {
		char *text = contents(scratch, i == 0 ? "events" : "events.1"), *line, *rest = text;

		assert_true(strlen(text) > 0);
		kept += strlen(text);
		while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
			assert_int_equal(strncmp(line, "v=1 time=2026-11-29T06:40:08Z event=text ",
				41), 0);
			assert_int_equal(line[strlen(line) - 1], '.');
		}
		free(text);
	}
	assert_true(kept < WRITERS * LINES * strlen(FIRST) / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_line_says),
		cmocka_unit_test_setup_teardown(test_appends, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_in_its_place, scratch_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(test_half_a_line, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_full, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_eight_writers, scratch_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(test_put_aside_again_and_again, scratch_setup,
			scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
