/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a phone file: what becomes of the user's line, and that nothing else does. */
#include "phones_edit_bench.h"

struct row {
	enum phones_change change;
	const char *number, *before, *after;
	enum phones_edited edited;
};

static void
test_lines(void **state)
{
	static const struct row rows[] = {
		{ PHONES_SET, ALICE, "", "alice  " ALICE "\n", PHONES_NEW },
		{ PHONES_SET, ALICE, "bob +1\n", "bob +1\nalice  " ALICE "\n", PHONES_NEW },
		{ PHONES_SET, ALICE, "bob +1", "bob +1\nalice  " ALICE "\n", PHONES_NEW },
		{ PHONES_SET, ALICE, "bob +1\r\n", "bob +1\r\nalice  " ALICE "\r\n", PHONES_NEW },
		{ PHONES_SET, ALICE, "#alice +1\n", "#alice +1\nalice  " ALICE "\n", PHONES_NEW },
		{ PHONES_SET, ALICE, "\n\nalicex +1\n\n", "\n\nalicex +1\n\nalice  " ALICE "\n",
			PHONES_NEW },
		{ PHONES_SET, ALICE, "alice +1\n", "alice " ALICE "\n", PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice +1", "alice " ALICE, PHONES_CHANGED },
		{ PHONES_SET, ALICE, " \talice\t +1 , +2\t # work\n", " \talice\t " ALICE
			"\t # work\n", PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice +1# a, b\r\nx +1\n", "alice " ALICE "# a, b\r\nx +1\n",
			PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice\n", "alice  " ALICE "\n", PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice", "alice  " ALICE, PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice\r\n", "alice  " ALICE "\r\n", PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice # none\n", "alice  " ALICE " # none\n",
			PHONES_CHANGED },
		{ PHONES_SET, ALICE, "alice 07700 900123 # x\n", "alice 07700 900123 # x\n",
			PHONES_UNCHANGED },
		{ PHONES_SET, ALICE, "alice " ALICE ", +1\n", "alice " ALICE "\n",
			PHONES_CHANGED },
		{ PHONES_ADD, ALICE, "", "alice  " ALICE "\n", PHONES_NEW },
		{ PHONES_ADD, ALICE, "alice " OTHER " # x\n", "alice " OTHER ", " ALICE " # x\n",
			PHONES_CHANGED },
		{ PHONES_ADD, ALICE, "alice # x\n", "alice  " ALICE " # x\n", PHONES_CHANGED },
		{ PHONES_ADD, ALICE, "alice +1, 07700 900123\n", "alice +1, 07700 900123\n",
			PHONES_UNCHANGED },
		{ PHONES_REMOVE, NULL, "", "", PHONES_UNCHANGED },
		{ PHONES_REMOVE, NULL, "bob +1\n#alice\n", "bob +1\n#alice\n", PHONES_UNCHANGED },
		{ PHONES_REMOVE, NULL, "bob +1\nalice +1 # x\ncarol +2", "bob +1\ncarol +2",
			PHONES_REMOVED },
		{ PHONES_REMOVE, NULL, "bob +1\nalice +1", "bob +1\n", PHONES_REMOVED },
		{ PHONES_REMOVE, NULL, "alice", "", PHONES_REMOVED },
		{ PHONES_REMOVE_NUMBER, ALICE, "bob " ALICE "\n", "bob " ALICE "\n",
			PHONES_UNCHANGED },
		{ PHONES_REMOVE_NUMBER, ALICE, "alice " OTHER "\n", "alice " OTHER "\n",
			PHONES_UNCHANGED },
		{ PHONES_REMOVE_NUMBER, ALICE, "alice 07700 900123 # x\nbob +1\n", "bob +1\n",
			PHONES_REMOVED },
		{ PHONES_REMOVE_NUMBER, ALICE, "alice +1 2, (0)7700 900123 , +3 # x\n",
			"alice +1 2, +3 # x\n", PHONES_CHANGED },
		{ PHONES_REMOVE_NUMBER, ALICE, "alice " ALICE ",, " OTHER "\n",
			"alice " OTHER "\n", PHONES_CHANGED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *path = scratch_write(*state, "phones", 0600, rows[i].before);
		enum phones_edited edited = PHONES_UNCHANGED;
		struct fault fault;

		if (edit(path, "alice", rows[i].change, rows[i].number, &edited, &fault) != 0)
			fail_msg("row %zu: %s", i, fault.text);
		assert_content(path, rows[i].after);
		assert_int_equal(edited, rows[i].edited);
	}
}

static void
assert_refused(const char *path, const char *user, enum phones_change change, int kind,
	const char *why)
{
	char before[8192], after[8192], expected[FAULT_TEXT_SIZE];
	enum phones_edited edited = PHONES_NEW;
	size_t size = content(path, before, sizeof before);
	struct fault fault = { .text = "" };

	assert_int_equal(edit(path, user, change, ALICE, &edited, &fault), kind);
	snprintf(expected, sizeof expected, "%s%s", path, why);
	assert_string_equal(fault.text, expected);
	assert_int_equal(edited, PHONES_NEW);
	assert_int_equal(content(path, after, sizeof after), size);
	assert_memory_equal(before, after, size);
}

static void
test_refusals(void **state)
{
	const struct scratch *scratch = *state;
	char long_line[1200], full[600] = "alice +12025550100";
	const char *path;

	path = scratch_write(scratch, "phones", 0600, "x +1\nalice +1\n\nalice +2\n");
	assert_refused(path, "alice", PHONES_SET, FAULT_CONFIG,
		":4: the user's second line; only one can stay");
	assert_refused(path, "alice", PHONES_REMOVE, FAULT_CONFIG,
		":4: the user's second line; only one can stay");
	assert_refused(path, "ali ce", PHONES_SET, FAULT_CONFIG,
		": no line can have the name \"ali ce\"");
	assert_refused(path, "#alice", PHONES_SET, FAULT_CONFIG,
		": no line can have the name \"#alice\"");
	assert_refused(path, "", PHONES_SET, FAULT_CONFIG, ": no line can have the name \"\"");
	assert_refused(path, "bob\nroot", PHONES_SET, FAULT_CONFIG,
		": no line can have the name \"bob?root\"");
	assert_refused(path, "bob\x1b[A", PHONES_SET, FAULT_CONFIG,
		": no line can have the name \"bob?[A\"");
	for (int i = 1; i < PHONES_MAX; i++)
		snprintf(full + strlen(full), 32, ", +1202555010%d", i);
	strcat(full, "\n");
	path = scratch_write(scratch, "phones", 0600, full);
	assert_refused(path, "alice", PHONES_ADD, FAULT_CONFIG,
		":1: has as many numbers as a user can have");
	memset(long_line, 'c', sizeof long_line);
	memcpy(long_line, "alice +1 # ", 11);
	strcpy(long_line + 1015, "\n");
	path = scratch_write(scratch, "phones", 0600, long_line);
	assert_refused(path, "alice", PHONES_SET, FAULT_CONFIG, ":1: would become too long");
	strcpy(long_line + 1015, "ccccccccc\n");
	path = scratch_write(scratch, "phones", 0600, long_line);
	assert_refused(path, "alice", PHONES_SET, FAULT_CONFIG, ":1: line too long");
	path = scratch_write_bytes(scratch, "phones", 0600, "alice +1\0 +2\n", 13);
	assert_refused(path, "alice", PHONES_SET, FAULT_CONFIG, ":1: a NUL byte");
	path = scratch_write(scratch, "phones", 0640, "alice +1\n");
	assert_refused(path, "alice", PHONES_SET, FAULT_CONFIG,
		": has mode 0640, must not be readable or writable by group or others");
}

static void
test_look_changes_nothing(void **state)
{
	const struct e164 number = { .text = ALICE };
	const char *path = scratch_write(*state, "phones", 0600, "alice +1\nbob +2\n");
	struct phones_edit edit = {
		.path = path, .user = "alice", .change = PHONES_SET, .number = &number,
		.look = true,
	};
	enum phones_edited edited = PHONES_UNCHANGED;
	struct stat before, after;

	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(phones_edit(&edit, &edited, NULL), 0);
	assert_int_equal(edited, PHONES_CHANGED);
	edit.user = "carol";
	assert_int_equal(phones_edit(&edit, &edited, NULL), 0);
	assert_int_equal(edited, PHONES_NEW);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_content(path, "alice +1\nbob +2\n");
}

/* Nothing but the file is in the directory, and it has the mode it had. */
static void
test_mode_stays_and_leftovers_go(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "phones", 0400, "alice +1\n");
	const char *left = scratch_write(scratch, ".phones.new", 0600, "half a l");
	enum phones_edited edited;
	struct stat st;

	assert_int_equal(edit(path, "alice", PHONES_SET, ALICE, &edited, NULL), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(access(left, F_OK), -1);
	assert_content(path, "alice " ALICE "\n");
}

/* Lines around the boundary of what is read at once, and one that is longer than that. */
static void
test_boundaries(void **state)
{
	const size_t chunk = (size_t)256 * 1024, size = 3 * chunk;
	char *before = malloc(size), *after = malloc(size + 64);
	const char *path = scratch_path(*state, "phones");

	assert_true(before != NULL && after != NULL);
	for (size_t at = chunk - 24; at < chunk + 4; at++) {
		const char line[] = "\nalice +1 # x\n", made[] = "\nalice " ALICE " # x\n";
		enum phones_edited edited;
		struct stat st;
		int fd;

		memset(before, 'l', size);
		/* A line of 1.9 chunks follows. */
		memset(before, '\n', 100);
		memcpy(before + at, line, sizeof line - 1);
		(void)scratch_write_bytes(*state, "phones", 0600, before, size);
		assert_int_equal(edit(path, "alice", PHONES_SET, ALICE, &edited, NULL), 0);
		assert_int_equal(edited, PHONES_CHANGED);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_size, size + sizeof made - sizeof line);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_int_equal(read(fd, after, size + 64), st.st_size);
		close(fd);
		assert_memory_equal(after, before, at);
		assert_memory_equal(after + at, made, sizeof made - 1);
		assert_memory_equal(after + at + sizeof made - 1, before + at + sizeof line - 1,
			size - at - (sizeof line - 1));
	}
	free(before);
	free(after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_refusals),
		TEST(test_look_changes_nothing),
		TEST(test_mode_stays_and_leftovers_go),
		TEST(test_boundaries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
