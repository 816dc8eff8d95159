/* SPDX-License-Identifier: BSD-2-Clause */
/* Phone files that are made whole: what is compared, refused and written, and that it is whole. */
#include "phones_edit_bench.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <time.h>

#include "core/phones_made.h"

#define HEAD(origin) \
	"# Made by smsotpctl pull from " origin ": what is changed here is lost at the next pull.\n"
#define FROM "/etc/smsotp/ldap.conf"

struct user {
	const char *name, *numbers[3];
};

/* Users end with a name that is NULL. */
static int
make(const char *path, const struct user *users, bool may_shrink, struct phones_made *ret_made,
	struct fault *fault)
{
	static struct phones_made_user now[400];
	struct phones_made made = {
		.path = path, .origin = FROM, .users = now, .may_shrink = may_shrink,
	};
	int result;

	for (; users[made.count].name != NULL; made.count++) {
		struct phones_made_user *user = &now[made.count];

		*user = (struct phones_made_user){ .name = users[made.count].name };
		for (; user->count < 3 && users[made.count].numbers[user->count] != NULL;
			user->count++)
			snprintf(user->number[user->count].text, E164_SIZE, "%s",
				users[made.count].numbers[user->count]);
	}
	result = phones_made_write(&made, fault);
	*ret_made = made;
	return result;
}

static enum phones_made_change
change_of(const struct phones_made *made, const char *name)
{
	for (size_t i = 0; i < made->count; i++) {
		if (strcmp(made->users[i].name, name) == 0)
			return made->users[i].change;
	}
	fail_msg("%s", name);
	return PHONES_MADE_SAME;
}

static void
test_made_where_there_is_none(void **state)
{
	static const struct user users[] = {
		{ "carol", { NULL } }, { "alice", { ALICE, OTHER } }, { "bob", { OTHER } },
		{ NULL, { NULL } },
	};
	const char *path = scratch_path(*state, "phones");
	struct phones_made made;
	struct fault fault;
	struct stat st, again;
	char line[PHONES_LINE_SIZE];
	bool found = false;
	mode_t mask = umask(0777);

	assert_false(phones_made_is(path));
	assert_int_equal(phones_made_look(path, &fault), 0);
	assert_int_equal(make(path, users, false, &made, &fault), 0);
	umask(mask);
	assert_true(made.written && made.fresh && !made.shrinks);
	assert_int_equal(made.before, 0);
	assert_int_equal(change_of(&made, "alice"), PHONES_MADE_ADDED);
	assert_int_equal(change_of(&made, "carol"), PHONES_MADE_SAME);
	phones_made_free(&made);
	assert_content(path, HEAD(FROM) "alice  " ALICE ", " OTHER "\nbob  " OTHER "\n"
		"carol  # no number that can be used\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_true(phones_made_is(path));
	/* Whom the source has something wrong for is known here, too: he is not without a phone. */
	assert_int_equal(phones_file_find(path, "carol", &found, line, &fault), 0);
	assert_true(found);
	assert_string_equal(line, "");

	/* Once more: nothing to do, and nothing is done. */
	assert_int_equal(make(path, users, false, &made, &fault), 0);
	assert_false(made.written || made.fresh || made.shrinks);
	assert_int_equal(made.before, 2);
	assert_int_equal(change_of(&made, "alice"), PHONES_MADE_SAME);
	assert_int_equal(stat(path, &again), 0);
	assert_int_equal(st.st_ino, again.st_ino);
	phones_made_free(&made);
}

static void
test_changes(void **state)
{
	static const struct user users[] = {
		{ "same", { ALICE, OTHER } }, { "order", { OTHER, ALICE } }, { "less", { ALICE } },
		{ "more", { ALICE, OTHER } }, { "new", { ALICE } }, { "spoilt", { NULL } },
		{ "mended", { ALICE } }, { "edited", { ALICE } }, { NULL, { NULL } },
	};
	const char *path = scratch_write(*state, "phones", 0400, HEAD(FROM)
		"gone  " OTHER "\nsame  " ALICE ", " OTHER "\norder  " ALICE ", " OTHER "\n"
		"less  " ALICE ", " OTHER "\nmore  " ALICE "\nspoilt  " ALICE "\n"
		"mended  # no number that can be used\nedited  07700 900123\nhollow\n");
	static const struct { const char *name; enum phones_made_change change; } rows[] = {
		{ "same", PHONES_MADE_SAME }, { "order", PHONES_MADE_CHANGED },
		{ "less", PHONES_MADE_CHANGED }, { "more", PHONES_MADE_CHANGED },
		{ "new", PHONES_MADE_ADDED }, { "spoilt", PHONES_MADE_REMOVED },
		{ "mended", PHONES_MADE_ADDED }, { "edited", PHONES_MADE_CHANGED },
	};
	struct phones_made made;
	struct fault fault;
	struct stat st;

	assert_int_equal(make(path, users, true, &made, &fault), 0);
	assert_true(made.written && !made.fresh);
	assert_int_equal(made.before, 7);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (change_of(&made, rows[i].name) != rows[i].change)
			fail_msg("%s", rows[i].name);
	}
	assert_int_equal(made.removed_count, 1);
	assert_string_equal(made.removed[0], "gone");
	phones_made_free(&made);
	assert_content(path, HEAD(FROM) "edited  " ALICE "\nless  " ALICE "\nmended  " ALICE "\n"
		"more  " ALICE ", " OTHER "\nnew  " ALICE "\norder  " OTHER ", " ALICE "\n"
		"same  " ALICE ", " OTHER "\nspoilt  # no number that can be used\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0400);
}

/* What changes nobody's numbers is put right as well. */
static void
test_edits_are_undone(void **state)
{
	static const struct user users[] = {
		{ "alice", { ALICE } }, { "bob", { OTHER } }, { NULL, { NULL } },
	};
	static const char right[] = HEAD(FROM) "alice  " ALICE "\nbob  " OTHER "\n";
	static const char *const edited[] = {
		HEAD("/another/ldap.conf") "alice  " ALICE "\nbob  " OTHER "\n",
		HEAD(FROM) "alice  " ALICE "\nbob  " OTHER "\nalice  " OTHER "\n",
		HEAD(FROM) "alice  " ALICE "\nbob  " OTHER "\ncarol\n",
	};
	struct phones_made made;
	struct fault fault;

	for (size_t i = 0; i < sizeof edited / sizeof *edited; i++) {
		const char *path = scratch_write(*state, "phones", 0600, edited[i]);

		assert_int_equal(make(path, users, false, &made, &fault), 0);
		if (!made.written)
			fail_msg("row %zu", i);
		assert_int_equal(made.before, 2);
		assert_int_equal(change_of(&made, "alice"), PHONES_MADE_SAME);
		assert_content(path, right);
		phones_made_free(&made);
	}
}

static void
assert_shrinks(const struct scratch *scratch, size_t before, size_t after, bool shrinks)
{
	static char names[200][16], text[16384];
	static struct user users[200];
	const char *path;
	struct phones_made made;
	struct fault fault;

	snprintf(text, sizeof text, "%s", HEAD(FROM));
	for (size_t i = 0; i < before; i++) {
		snprintf(names[i], sizeof names[i], "user%03zu", i);
		snprintf(text + strlen(text), 64, "%s  %s\n", names[i], ALICE);
		users[i] = (struct user){ names[i], { ALICE } };
	}
	users[after] = (struct user){ NULL, { NULL } };
	path = scratch_write(scratch, "phones", 0600, text);
	assert_int_equal(make(path, users, false, &made, &fault), 0);
	if (made.shrinks != shrinks || made.written == shrinks)
		fail_msg("from %zu to %zu", before, after);
	assert_int_equal(made.before, before);
	assert_int_equal(made.removed_count, before - after);
	phones_made_free(&made);
	if (!shrinks)
		return;
	assert_content(path, text);
	assert_int_equal(make(path, users, true, &made, &fault), 0);
	assert_true(made.written && !made.shrinks);
	phones_made_free(&made);
}

static void
test_a_tenth(void **state)
{
	assert_shrinks(*state, 100, 90, false);
	assert_shrinks(*state, 100, 89, true);
	assert_shrinks(*state, 19, 18, false);
	assert_shrinks(*state, 9, 8, true);
	assert_shrinks(*state, 1, 0, true);
}

/* As many come as go: those who go would be shut out all the same. */
static void
test_others_in_their_place(void **state)
{
	static const struct user users[] = {
		{ "carol", { ALICE } }, { "bob", { OTHER } }, { NULL, { NULL } },
	};
	const char *path = scratch_write(*state, "phones", 0600,
		HEAD(FROM) "alice  " ALICE "\nbob  " OTHER "\n");
	struct phones_made made;
	struct fault fault;

	assert_int_equal(make(path, users, false, &made, &fault), 0);
	assert_true(made.shrinks && !made.written);
	phones_made_free(&made);
}

static void
assert_refused(const char *path, int kind, const char *why)
{
	static const struct user users[] = { { "alice", { ALICE } }, { NULL, { NULL } } };
	char expected[FAULT_TEXT_SIZE];
	struct phones_made made;
	struct fault fault = { .text = "" };

	snprintf(expected, sizeof expected, "%s: %s", path, why);
	assert_int_equal(make(path, users, true, &made, &fault), kind);
	assert_string_equal(fault.text, expected);
	assert_false(made.written);
	phones_made_free(&made);
	assert_int_equal(phones_made_look(path, &fault), kind);
	assert_string_equal(fault.text, expected);
}

static void
test_refusals(void **state)
{
	static const char by_hand[] = "not made by pull, and is not replaced";
	const char *path = scratch_write(*state, "phones", 0600, "alice +1\n");
	char why[80];
	int fd;

	snprintf(why, sizeof why, "was %s", by_hand);
	assert_refused(path, FAULT_SYSTEM, why);
	assert_content(path, "alice +1\n");
	assert_refused(scratch_write(*state, "phones", 0600, "\n"), FAULT_SYSTEM, why);
	/* Nothing but a beginning. */
	assert_refused(scratch_write(*state, "phones", 0600, "# Made by smsotpctl"), FAULT_SYSTEM,
		why);
	path = scratch_write(*state, "phones", 0640, HEAD(FROM));
	assert_refused(path, FAULT_CONFIG,
		"has mode 0640, must not be readable or writable by group or others");
	path = scratch_write(*state, "phones", 0600, HEAD(FROM));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_refused(path, FAULT_BUSY, "another process changes it");
	close(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nowhere/at-all", path), 0);
	assert_refused(path, FAULT_CONFIG, "is a symbolic link");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod(((struct scratch *)*state)->path, 0770), 0);
	assert_refused(path, FAULT_CONFIG,
		"its directory has mode 0770, must not be writable by group or others");
	assert_int_equal(chmod(((struct scratch *)*state)->path, 0700), 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_refused("phones", FAULT_CONFIG, "must be an absolute path");
	assert_refused("/nowhere/at-all", FAULT_CONFIG,
		"its directory cannot be opened: No such file or directory");
}

/* An empty one is what "install -m 600 /dev/null" makes for it. */
static void
test_an_empty_file(void **state)
{
	static const struct user users[] = { { "alice", { ALICE } }, { NULL, { NULL } } };
	const char *path = scratch_write(*state, "phones", 0600, "");
	struct phones_made made;
	struct fault fault;

	assert_int_equal(make(path, users, false, &made, &fault), 0);
	assert_true(made.written && made.fresh);
	phones_made_free(&made);
	assert_content(path, HEAD(FROM) "alice  " ALICE "\n");
}

static void
test_an_origin_of_two_lines(void **state)
{
	const char *path = scratch_path(*state, "phones");
	struct phones_made made = { .path = path, .origin = "/etc\nmallory  +1/ldap.conf" };
	struct fault fault;

	assert_int_equal(phones_made_write(&made, &fault), 0);
	assert_content(path, HEAD("/etc?mallory  +1/ldap.conf"));
	phones_made_free(&made);
}

/* Made, or replaced: whole at any instant. */
static void
test_killed_at_any_instant(void **state)
{
	static const struct user odd[] = { { "alice", { ALICE } }, { NULL, { NULL } } };
	static const struct user even[] = { { "alice", { OTHER } }, { NULL, { NULL } } };
	const char *path = scratch_path(*state, "phones");
	struct phones_made made;

	for (long us = 0; us < 3000; us += 10) {
		pid_t child = fork();
		char text[512];

		if (child == 0) {
			for (unsigned int i = 0;; i++) {
				if (i % 3 == 2)
					(void)unlink(path);
				(void)!make(path, i % 2 ? odd : even, true, &made, NULL);
			}
		}
		(void)nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(scratch_wait(child), 1000 + SIGKILL);
		if (access(path, F_OK) != 0)
			continue;
		content(path, text, sizeof text);
		if (strcmp(text, HEAD(FROM) "alice  " ALICE "\n") != 0)
			assert_string_equal(text, HEAD(FROM) "alice  " OTHER "\n");
	}
	assert_int_equal(make(path, odd, true, &made, NULL), 0);
	assert_int_equal(make(path, even, true, &made, NULL), 0);
	assert_int_equal(access(scratch_path(*state, ".phones.new"), F_OK), -1);
}

/* Many that make the same file where there is none: one of them is the first. */
static void
test_many_at_once(void **state)
{
	static const struct user users[] = { { "alice", { ALICE } }, { NULL, { NULL } } };
	const char *path = scratch_path(*state, "phones");
	int pipes[2], wrote = 0;
	pid_t child[8];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	for (int i = 0; i < 8; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			struct phones_made made;
			char go;
			int result;

			close(pipes[1]);
			(void)!read(pipes[0], &go, 1);
			while ((result = make(path, users, false, &made, NULL)) == FAULT_BUSY)
				;
			_exit(result != 0 ? 2 : made.written);
		}
	}
	close(pipes[0]);
	close(pipes[1]);
	for (int i = 0; i < 8; i++) {
		int status = scratch_wait(child[i]);

		assert_true(status == 0 || status == 1);
		wrote += status;
	}
	assert_int_equal(wrote, 1);
	assert_content(path, HEAD(FROM) "alice  " ALICE "\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_made_where_there_is_none),
		TEST(test_changes),
		TEST(test_edits_are_undone),
		TEST(test_a_tenth),
		TEST(test_others_in_their_place),
		TEST(test_refusals),
		TEST(test_an_empty_file),
		TEST(test_an_origin_of_two_lines),
		TEST(test_killed_at_any_instant),
		TEST(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
