/* SPDX-License-Identifier: BSD-2-Clause */
/* The phone file. */
#include "conf_scratch.h"

#include "core/fault.h"
#include "core/phones.h"

#define CHUNK                                                                                      \
	((size_t)256 * 1024) /* what is read at once; the tests of boundaries are made for it */
#define ALICE "+44 7700 900123"

static void
assert_line(const char *path, const char *user, const char *expected)
{
	char line[PHONES_LINE_SIZE] = "before";
	struct fault fault = { .text = "" };
	bool found = false;
	int status = phones_file_find(path, user, &found, line, &fault);

	if (status != 0)
		fail_msg("%s: %s", user, fault.text);
	if (!found)
		fail_msg("%s: not found", user);
	assert_string_equal(line, expected);
}

static void
assert_no_line(const char *path, const char *user)
{
	char line[PHONES_LINE_SIZE] = "before";
	bool found = true;

	assert_int_equal(phones_file_find(path, user, &found, line, NULL), 0);
	if (found)
		fail_msg("%s: found: %s", user, line);
	assert_string_equal(line, "before");
}

static void
assert_file_refused(const char *path, const char *user, const char *why)
{
	char line[PHONES_LINE_SIZE] = "before", expected[FAULT_TEXT_SIZE];
	struct fault fault = { .text = "" };
	bool found = true;

	snprintf(expected, sizeof expected, "%s%s", path, why);
	assert_int_equal(phones_file_find(path, user, &found, line, &fault), FAULT_CONFIG);
	assert_string_equal(fault.text, expected);
	assert_true(found);
	assert_string_equal(line, "before");
	assert_int_equal(phones_file_find(path, user, &found, line, NULL), FAULT_CONFIG);
}

static void
test_file_lines(void **state)
{
	const char *path = scratch_write(*state, "phones", 0600,
		"# alice  +1\n"
		"\n"
		"   \t \n"
		"alicex +2\n"
		"xalice +3\n"
		"ali +4\n"
		"Alice +5\n"
		"  #alice +6\n"
		"bob, alice +7\n"
		"bob\talice\n"
		"alice  +44 7700 900123, +1 202 555 0143  # work, private\n"
		"alice +8\n"
		"\t indented\t+9\t\n"
		"none\n"
		"comment   # +10\n"
		"blank   \n"
		"crlf +11\r\n"
		"crlfnone\r\n"
		"hash# +12\n"
		"tight#+13\n"
		"a +14\n"
		"\xc3\xa9t\xc3\xa9 +15\n"
		"dom\\user +16\n"
		"last +17");

	assert_line(path, "alice", "+44 7700 900123, +1 202 555 0143");
	assert_line(path, "alicex", "+2");
	assert_line(path, "xalice", "+3");
	assert_line(path, "ali", "+4");
	assert_line(path, "Alice", "+5");
	assert_line(path, "bob,", "alice +7");
	assert_line(path, "bob", "alice");
	assert_line(path, "indented", "+9");
	assert_line(path, "none", "");
	assert_line(path, "comment", "");
	assert_line(path, "blank", "");
	assert_line(path, "crlf", "+11");
	assert_line(path, "crlfnone", "");
	assert_line(path, "hash#", "+12");
	assert_line(path, "tight#+13", "");
	assert_line(path, "a", "+14");
	assert_line(path, "\xc3\xa9t\xc3\xa9", "+15");
	assert_line(path, "dom\\user", "+16");
	assert_line(path, "last", "+17");
	assert_no_line(path, "ALICE");
	assert_no_line(path, "al");
	assert_no_line(path, "aliced");
	assert_no_line(path, "hash");
	assert_no_line(path, "tight");
	assert_no_line(path, "+17");
	assert_no_line(path, "root");
}

/* What no line can begin with. */
static void
test_file_impossible_names(void **state)
{
	char name[300];
	const char *path = scratch_write(
		*state, "phones", 0600, "# x +1\n#alice +2\n +3\nalice smith +4\n\n\nbob +5\n");

	assert_no_line(path, "");
	assert_no_line(path, "#");
	assert_no_line(path, "#alice");
	assert_no_line(path, " ");
	assert_no_line(path, "alice smith");
	assert_no_line(path, "alice\tsmith");
	assert_no_line(path, "\nbob");
	assert_no_line(path, "\n");
	assert_no_line(path, "bob\n");
	assert_no_line(path, "bob\r");
	memset(name, 'n', sizeof name);
	name[257] = '\0';
	assert_no_line(path, name);
}

static void
test_file_empty(void **state)
{
	assert_no_line(scratch_write(*state, "phones", 0600, ""), "alice");
	assert_no_line(scratch_write(*state, "phones", 0600, "\n"), "alice");
	assert_no_line(scratch_write(*state, "phones", 0600, "alic"), "alice");
	assert_line(scratch_write(*state, "phones", 0600, "alice"), "alice", "");
	assert_line(scratch_write(*state, "phones", 0600, "\nalice +1"), "alice", "+1");
}

static void
test_file_checked(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = scratch_write(scratch, "phones", 0640, "alice " ALICE "\n");
	const char *other = scratch_path(scratch, "other");

	assert_file_refused(path, "alice",
		": has mode 0640, must not be readable or writable by group or others");
	assert_int_equal(chmod(path, 0604), 0);
	assert_file_refused(path, "alice",
		": has mode 0604, must not be readable or writable by group or others");
	assert_file_refused(
		path, "", ": has mode 0604, must not be readable or writable by group or others");
	assert_int_equal(chmod(path, 0600), 0);
	assert_line(path, "alice", ALICE);
	assert_file_refused(other, "alice", ": cannot be opened: No such file or directory");
	assert_int_equal(symlink("phones", other), 0);
	assert_file_refused(other, "alice", ": is a symbolic link");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkfifo(other, 0600), 0);
	alarm(10);
	assert_file_refused(other, "alice", ": not a regular file");
	alarm(0);
	assert_int_equal(chmod(scratch->path, 0770), 0);
	assert_file_refused(path, "alice",
		": its directory has mode 0770, must not be writable by group or others");
	assert_int_equal(chmod(scratch->path, 0700), 0);
}

/* Three lines; the second begins as given and is filled with digits to length bytes without its
 * newline. */
static const char *
write_long_line(const struct scratch *scratch, const char *start, size_t length)
{
	size_t size = 6 + length + 1 + 8;
	char *text = malloc(size + 1);
	const char *path;

	assert_non_null(text);
	memset(text, '1', size);
	memcpy(text, "bob 1\n", 6);
	memcpy(text + 6, start, strlen(start));
	memcpy(text + 6 + length, "\ncarol 3\n", 9);
	path = scratch_write_bytes(scratch, "phones", 0600, text, size);
	free(text);
	return path;
}

static void
test_file_long_lines(void **state)
{
	static const size_t lengths[] = { 1024, 1025, 5000, CHUNK - 8, CHUNK - 7, CHUNK - 6,
		CHUNK - 5, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 7, 2 * CHUNK - 6, 2 * CHUNK,
		2 * CHUNK + 1, 3 * CHUNK + 7 };
	char expected[PHONES_LINE_SIZE];
	const char *path = write_long_line(*state, "alice ", 1023);

	memset(expected, '1', sizeof expected);
	expected[1023 - 6] = '\0';
	assert_line(path, "alice", expected);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		path = write_long_line(*state, "alice ", lengths[i]);
		assert_file_refused(path, "alice", ":2: line too long");
		/* It is the others' no less than before. */
		assert_line(path, "bob", "1");
		assert_line(path, "carol", "3");
		assert_no_line(path, "dave");
		assert_no_line(path, "1");
		assert_no_line(path, "alice1");
	}
	path = write_long_line(*state, "\t alice # ", CHUNK * 2);
	assert_file_refused(path, "alice", ":2: line too long");
}

static void
test_file_nul(void **state)
{
	static const char text[] = "bob 1\0\0\n\nalice " ALICE "\0000\ncarol 3\n";
	const char *path = scratch_write_bytes(*state, "phones", 0600, text, sizeof text - 1);

	assert_file_refused(path, "alice", ":3: a NUL byte");
	assert_file_refused(path, "bob", ":1: a NUL byte");
	assert_line(path, "carol", "3");
}

/* Lines of 63 bytes for others up to exactly size bytes, and then text. Lines made to be mistaken
 * are among them. */
static const char *
write_after_filler(const struct scratch *scratch, size_t size, const char *text)
{
	static const char filler[] =
		"alicex +44 7700 900999 # alice +44 7700 900998 filling up.....\n";
	size_t length = strlen(text);
	char *bytes = malloc(size + length);
	const char *path;

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = filler[i % 63];
	if (size > 0)
		bytes[size - 1] = '\n';
	memcpy(bytes + size, text, length);
	path = scratch_write_bytes(scratch, "phones", 0600, bytes, size + length);
	free(bytes);
	return path;
}

/* The boundary between two reads at every place in and around the user's line. */
static void
test_file_boundaries(void **state)
{
	static const char line[] = "  alice\t" ALICE "  # c\n";
	char text[128];

	snprintf(text, sizeof text, "%salice +44 7700 900997\nzoe +1\n", line);
	for (size_t chunks = 1; chunks <= 2; chunks++) {
		for (size_t before = 0; before <= sizeof line + 2; before++) {
			const char *path =
				write_after_filler(*state, chunks * CHUNK + 2 - before, text);

			assert_line(path, "alice", ALICE);
			assert_line(path, "zoe", "+1");
			assert_no_line(path, "alic");
			assert_no_line(path, "zo");
		}
	}
	/* The same with nothing behind the line, not even its newline; and with nothing but the
	 * name. */
	for (size_t before = 0; before <= sizeof line + 2; before++) {
		const char *path = write_after_filler(*state, CHUNK + 2 - before, "alice " ALICE);

		assert_line(path, "alice", ALICE);
		assert_line(write_after_filler(*state, CHUNK + 2 - before, "alice"), "alice", "");
		assert_no_line(write_after_filler(*state, CHUNK + 2 - before, "alicf"), "alice");
	}
}

/* Line numbers in messages, also far into the file. */
static void
test_file_line_numbers(void **state)
{
	size_t lines = 3 * CHUNK / 63, length = 6 + 2000;
	char *text = malloc(length + 1), why[64];
	const char *path;

	assert_non_null(text);
	memset(text, '5', length);
	memcpy(text, "alice ", 6);
	text[length] = '\0';
	path = write_after_filler(*state, lines * 63, text);
	free(text);
	snprintf(why, sizeof why, ":%zu: line too long", lines + 1);
	assert_file_refused(path, "alice", why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_lines), TEST(test_file_impossible_names), TEST(test_file_empty),
		TEST(test_file_checked), TEST(test_file_long_lines), TEST(test_file_nul),
		TEST(test_file_boundaries), TEST(test_file_line_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
