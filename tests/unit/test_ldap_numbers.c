/* SPDX-License-Identifier: BSD-2-Clause */
/* What of a directory's values becomes numbers: smsotp-ldap.conf(5), VALUES. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "helper/ldap_numbers.h"

static char numbers[WIRE_NUMBERS_SIZE];

static int
empty(void **state)
{
	(void)state;
	numbers[0] = '\0';
	return 0;
}

static void
add(const char *text)
{
	assert_true(ldap_numbers_add(text, strlen(text), numbers));
}

static void
values_are_joined(void **state)
{
	(void)state;
	add("+44 7700 900101");
	assert_string_equal(numbers, "+44 7700 900101");
	add("(020) 7946-0000");
	assert_string_equal(numbers, "+44 7700 900101,(020) 7946-0000");
}

static void
blanks_around_are_removed(void **state)
{
	(void)state;
	add("   1 2 ");
	add("    ");
	add("");
	assert_string_equal(numbers, "1 2");
}

static void
what_is_no_number_is_left_out(void **state)
{
	static const char *const values[] = { "1,2", ",", "1\n2", "1\r", "\t1", "\x7f", "\x1b[2J1",
		"1\xc2\x85", ("\xc2\x9b" "1"), "1\xe2\x80\xa8", "\xff", "1\xc3", "\xc0\xaf",
		"\xed\xa0\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		assert_false(ldap_numbers_add(values[i], strlen(values[i]), numbers));
	assert_false(ldap_numbers_add("1\0002", 3, numbers));
	assert_false(ldap_numbers_add("1\0", 2, numbers));
	assert_string_equal(numbers, "");
	add("1");
	assert_string_equal(numbers, "1");
}

static void
other_scripts_are_left_to_the_module(void **state)
{
	(void)state;
	add("+44\xc2\xa0" "7700");
	assert_string_equal(numbers, "+44\xc2\xa0" "7700");
}

static void
length_has_an_end(void **state)
{
	char value[LDAP_NUMBERS_VALUE_MAX + 2];

	(void)state;
	memset(value, '1', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	assert_false(ldap_numbers_add(value, strlen(value), numbers));
	assert_string_equal(numbers, "");
	value[LDAP_NUMBERS_VALUE_MAX] = '\0';
	add(value);
	assert_string_equal(numbers, value);
}

static void
eight_of_the_longest_have_room(void **state)
{
	char value[LDAP_NUMBERS_VALUE_MAX];

	(void)state;
	for (int i = 0; i < LDAP_NUMBERS_MAX + 2; i++) {
		memset(value, 'a' + i, sizeof value);
		assert_true(ldap_numbers_add(value, sizeof value, numbers));
	}
	assert_int_equal(strlen(numbers), LDAP_NUMBERS_MAX * (LDAP_NUMBERS_VALUE_MAX + 1) - 1);
	assert_int_equal(numbers[0], 'a');
	assert_int_equal(numbers[strlen(numbers) - 1], 'a' + LDAP_NUMBERS_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_are_joined, empty),
		cmocka_unit_test_setup(blanks_around_are_removed, empty),
		cmocka_unit_test_setup(what_is_no_number_is_left_out, empty),
		cmocka_unit_test_setup(other_scripts_are_left_to_the_module, empty),
		cmocka_unit_test_setup(length_has_an_end, empty),
		cmocka_unit_test_setup(eight_of_the_longest_have_room, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
