/* SPDX-License-Identifier: BSD-2-Clause */
/* All numbers of all sources; and a configuration that is not installed yet. */
#include "config_texts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/phones.h"

static char seen[4096];

static void
note(void *data, const struct phones_entry *entry)
{
	const char *slash = strrchr(entry->file, '/');
	const size_t used = strlen(seen);

	(void)data;
	snprintf(seen + used, sizeof seen - used, "%s:%u %s<%s>\n", slash + 1, entry->line,
		entry->user, entry->number);
}

static int
each(struct config *config, struct fault *fault)
{
	int status;

	seen[0] = '\0';
	status = phones_each(config, note, NULL, fault);
	config_free(&config);
	return status;
}

static void
test_every_number(void **state)
{
	struct fault fault = { .text = "" };
	struct config *config;

	scratch_write(*state, "phones", 0600, "# carol 1\n\n  alice  +44 1, 2 # 3\n"
		"bob\t4\r\ndave\n#x 1\nerin# 5,\n");
	config = assert_loads(*state, GATEWAYS COUNTRY "phones = ( { source = \"list\";"
		" users = ( { name = \"frank\"; phone = \"07, 08\"; } ); },"
		" { source = \"file\"; path = \"phones\"; } );");
	assert_int_equal(each(config, &fault), 0);
	assert_string_equal(seen, "smsotp.conf:0 frank<07>\nsmsotp.conf:0 frank< 08>\n"
		"phones:3 alice<+44 1>\nphones:3 alice< 2>\nphones:4 bob<4>\n"
		"phones:5 dave<>\nphones:7 erin#<5>\nphones:7 erin#<>\n");
}

/* What is a name here must be one to a login too. */
static void
test_names_as_a_login_finds_them(void **state)
{
	char line[PHONES_LINE_SIZE];
	const char *path = scratch_write(*state, "phones", 0600, "erin# 5,\n dave\n");
	bool found = false;

	assert_int_equal(phones_file_find(path, "erin#", &found, line, NULL), 0);
	assert_true(found);
	assert_string_equal(line, "5,");
	assert_int_equal(phones_file_find(path, "dave", &found, line, NULL), 0);
	assert_true(found);
	assert_string_equal(line, "");
}

static void
test_files_that_cannot_be_read(void **state)
{
	struct fault fault = { .text = "" };
	struct config *config;

	scratch_write(*state, "open", 0644, "alice 1\n");
	scratch_write(*state, "good", 0600, "bob 2\n");
	config = assert_loads(*state, GATEWAYS COUNTRY "phones = ("
		" { source = \"file\"; path = \"open\"; }, { source = \"file\"; path = \"none\"; },"
		" { source = \"file\"; path = \"good\"; } );");
	assert_int_equal(each(config, &fault), FAULT_CONFIG);
	assert_non_null(strstr(fault.text, "/open: has mode 0644"));
	assert_string_equal(seen, "good:1 bob<2>\n");
}

/* At what a login of its user would be refused, whoever looks at all of them stops. */
static void
test_lines_that_a_login_refuses(void **state)
{
	static const struct { size_t blanks; const char *end, *why; } rows[] = {
		{ PHONES_LINE_SIZE, "2\n", "line too long" },
		{ 300000, "2\n", "line too long" },
		{ 1, "2\0", "a NUL byte" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *path = scratch_write(*state, "phones", 0600, "alice 1\nbob");
		struct fault fault = { .text = "" };
		FILE *file = fopen(path, "ae");

		assert_non_null(file);
		assert_true(fprintf(file, "%*s", (int)rows[i].blanks, "") > 0);
		assert_int_equal(fwrite(rows[i].end, 2, 1, file), 1);
		assert_true(fputs("carol 3\n", file) >= 0);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(each(assert_loads(*state, GATEWAYS COUNTRY
			"phones = ( { source = \"file\"; path = \"phones\"; } );"), &fault),
			FAULT_CONFIG);
		assert_non_null(strstr(fault.text, "/phones:2: "));
		assert_non_null(strstr(fault.text, rows[i].why));
		assert_string_equal(seen, "phones:1 alice<1>\n");
	}
}

static void
test_candidate(void **state)
{
	const char *path = scratch_write(*state, "new", 0666, REQUIRED);
	struct fault fault = { .text = "" };
	struct config *config = NULL;
	int fd;

	assert_int_equal(chmod(path, 0666), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	/* In place it would be refused for its mode. */
	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), FAULT_CONFIG);
	assert_int_equal(config_load_candidate(fd, path, "/etc/smsotp/smsotp.conf", &defaults, NULL,
		&config, &fault), 0);
	assert_string_equal(config->directory, "/etc/smsotp");
	config_free(&config);
	assert_int_equal(config_load_candidate(fd, path, "relative", &defaults, NULL, &config,
		&fault), FAULT_CONFIG);
	assert_null(config);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_number), TEST(test_names_as_a_login_finds_them),
		TEST(test_files_that_cannot_be_read),
		TEST(test_lines_that_a_login_refuses), TEST(test_candidate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
