/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of numbering plans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/e164.h"
#include "core/e164_plan.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void
check_plan(const struct e164_plan *plan, const struct e164_plan *before)
{
	size_t code = strlen(plan->code);

	assert_in_range(code, 1, 3);
	assert_int_equal(strspn(plan->code, "0123456789"), code);
	assert_int_not_equal(plan->code[0], '0');
	/* Sorted, and no code is the beginning of another: each finds its own row. */
	if (before != NULL)
		assert_true(strcmp(before->code, plan->code) < 0);
	assert_ptr_equal(e164_plan_find(plan->code), plan);
	assert_true(e164_is_calling_code(plan->code));

	assert_in_range(plan->min, 4, plan->max);
	assert_in_range(plan->max, plan->min, 15 - code);
	assert_in_range(plan->usual, plan->min, plan->max);
	if (plan->mobile_max != 0) {
		assert_in_range(plan->mobile_min, plan->min, plan->usual);
		assert_in_range(plan->mobile_max, plan->usual, plan->max);
	} else {
		assert_int_equal(plan->mobile_min, 0);
	}
	assert_true(plan->trunk[0] != NULL || plan->trunk[1] == NULL);
	for (int i = 0; i < 2 && plan->trunk[i] != NULL; i++) {
		assert_in_range(strlen(plan->trunk[i]), 1, 2);
		/*
		 * Else numbers with and without the prefix could not be told apart by their length.
		 */
		if (strchr(plan->never, plan->trunk[i][0]) == NULL)
			assert_int_equal(plan->min, plan->max);
	}
}

static void
test_plans(void **state)
{
	static const char *const some[] = {
		"1", "7", "39", "44", "49", "800", "808", "870", "878", "881", "882", "883", "888",
		"979", "262", "599", "672", "690", "850", "383", "211", "670",
	};
	static const char *const none[] = {
		"", "0", "4", "99", "210", "259", "379", "384", "388", "447", "699", "801", "979x",
		"990", "991", "999", "+44", " 44",
	};
	const struct e164_plan *plan, *before = NULL;
	size_t count;

	(void)state;
	for (count = 0; (plan = e164_plan_at(count)) != NULL; count++) {
		check_plan(plan, before);
		before = plan;
	}
	/* libphonenumber's metadata knows as many. */
	assert_int_equal(count, 215);
	for (size_t i = 0; i < COUNT(some); i++)
		assert_true(e164_is_calling_code(some[i]));
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(e164_is_calling_code(none[i]));
	assert_int_equal(e164_calling_code_length("447700900123"), 2);
	assert_int_equal(e164_calling_code_length("12025550143"), 1);
	assert_int_equal(e164_calling_code_length("3780549886377"), 3);
	assert_int_equal(e164_calling_code_length("99912345"), 0);
	assert_int_equal(e164_calling_code_length(""), 0);
}

/* Each plan's own lengths: the shortest and longest are read, one digit fewer or more is not. */
static void
test_lengths(void **state)
{
	const struct e164_plan *plan;

	(void)state;
	for (size_t i = 0; (plan = e164_plan_at(i)) != NULL; i++) {
		for (unsigned int length = plan->min - 1U; length <= plan->max + 1U; length++) {
			struct e164 number;
			char text[32] = "+";
			int error, wanted = 0;

			strcat(text, plan->code);
			strncat(text, "22222222222222", length);
			error = e164_parse(text, NULL, &number);
			if (length < plan->min)
				wanted = E164_TOO_SHORT;
			else if (length > plan->max)
				wanted = E164_TOO_LONG;
			assert_int_equal(error, wanted);
			if (wanted == 0)
				assert_string_equal(number.text, text);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
