/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/fault.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const enum fault_kind kinds[] = {
	FAULT_CONFIG, FAULT_STATE, FAULT_DAMAGED, FAULT_BUSY, FAULT_MEMORY, FAULT_SYSTEM,
	FAULT_PROTOCOL,
};

static void
test_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct fault fault;

		assert_true(kinds[i] < 0);
		memset(&fault, 'x', sizeof fault);
		assert_int_equal(fault_set(&fault, kinds[i], "%s:%d: %s", "smsotp.conf", 7, "no"),
			kinds[i]);
		assert_int_equal(fault.kind, kinds[i]);
		assert_string_equal(fault.text, "smsotp.conf:7: no");
		assert_int_equal(fault_set(NULL, kinds[i], "%d", 1), kinds[i]);
		assert_int_equal(fault_set_errno(NULL, kinds[i], ENOENT, "%d", 1), kinds[i]);
	}
}

static void
test_errno(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(fault_set_errno(&fault, FAULT_STATE, ENOSPC, "%s", "users/1001"),
		FAULT_STATE);
	assert_int_equal(fault.kind, FAULT_STATE);
	assert_string_equal(fault.text, "users/1001: No space left on device");
	fault_set_errno(&fault, FAULT_SYSTEM, EACCES, "getrandom");
	assert_string_equal(fault.text, "getrandom: Permission denied");
	/* A number without words of its own still leaves a trace. */
	fault_set_errno(&fault, FAULT_SYSTEM, 12345, "x");
	assert_memory_equal(fault.text, "x: ", 3);
	assert_true(strlen(fault.text) > 8);
}

/*
 * Names of files and users stand in it: none may begin a log line of its own or colour a terminal.
 */
static void
test_control_characters(void **state)
{
	struct fault fault;
	char text[34], wanted[34];

	(void)state;
	for (int c = 1; c < 0x20; c++) {
		text[c - 1] = (char)c;
		wanted[c - 1] = '?';
	}
	strcpy(text + 31, "\x7f.");
	strcpy(wanted + 31, "?.");
	fault_set(&fault, FAULT_CONFIG, "%s", text);
	assert_string_equal(fault.text, wanted);
	fault_set_errno(&fault, FAULT_CONFIG, ENOENT, "a\nb%s", "\x1b[2J");
	assert_string_equal(fault.text, "a?b?[2J: No such file or directory");
	fault_set(&fault, FAULT_CONFIG, "%s", "M\u00fcller");
	assert_string_equal(fault.text, "M\u00fcller");
}

static void
test_cut(void **state)
{
	struct { struct fault fault; char guard[16]; } f;
	char text[2 * FAULT_TEXT_SIZE];

	(void)state;
	for (size_t length = FAULT_TEXT_SIZE - 40; length < sizeof text; length += 13) {
		memset(text, 'v', length);
		text[length] = '\0';
		memset(&f, 'g', sizeof f);
		assert_int_equal(fault_set(&f.fault, FAULT_CONFIG, "%s", text), FAULT_CONFIG);
		assert_int_equal(strlen(f.fault.text),
			length < FAULT_TEXT_SIZE ? length : FAULT_TEXT_SIZE - 1);
		assert_memory_equal(f.fault.text, text, strlen(f.fault.text));
		fault_set_errno(&f.fault, FAULT_CONFIG, ENOSPC, "%s", text);
		assert_true(strlen(f.fault.text) < FAULT_TEXT_SIZE);
		assert_memory_equal(f.guard, "gggggggggggggggg", sizeof f.guard);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
