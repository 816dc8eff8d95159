/* SPDX-License-Identifier: BSD-2-Clause */
/* What people see of a number, invented numbers, and which numbers may be texted. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/e164.h"
#include "core/e164_plan.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void
test_mask(void **state)
{
	static const struct {
		struct e164 number;
		const char *prompt, *log;
	} cases[] = {
		{ { "+447700900123" }, "+44 ****** 0123", "+44*0123" },
		{ { "+12025550143" }, "+1 ****** 0143", "+1*0143" },
		{ { "+33639981234" }, "+33 ***** 1234", "+33*1234" },
		{ { "+4532123456" }, "+45 ***** 456", "+45*456" },
		{ { "+2203012345" }, "+220 **** 345", "+220*345" },
		{ { "+298211234" }, "+298 **** 34", "+298*34" },
		{ { "+50051234" }, "+500 *** 34", "+500*34" },
		{ { "+6907290" }, "+690 ** 90", "+690*90" },
		{ { "+491234567890123" }, "+49 ********* 0123", "+49*0123" },
		/* None, and what no parser lets through: nothing is shown that need not be. */
		{ { "" }, "-", "-" },
		{ { "+44123" }, "+44 *** ", "+44*" },
		{ { "+999123456789012" }, "+ *********** 9012", "+*9012" },
	};
	struct e164_masked masked;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		e164_mask(&cases[i].number, &masked);
		assert_string_equal(masked.text, cases[i].prompt);
		e164_mask_log(&cases[i].number, &masked);
		assert_string_equal(masked.text, cases[i].log);
		assert_null(strchr(masked.text, ' '));
	}
}

/*
 * In every plan: at most four digits after the code, never all, and one star for each of the
 * others.
 */
static void
test_mask_of_every_plan(void **state)
{
	const struct e164_plan *plan;

	(void)state;
	for (size_t i = 0; (plan = e164_plan_at(i)) != NULL; i++) {
		for (unsigned int length = plan->min; length <= plan->max; length++) {
			struct e164 number;
			struct e164_masked masked;
			size_t code = strlen(plan->code), stars, shown;

			snprintf(number.text, sizeof number.text, "+%s%.*s", plan->code,
				(int)length, "234567892345678");
			e164_mask(&number, &masked);
			assert_memory_equal(masked.text, number.text, code + 1);
			assert_int_equal(masked.text[code + 1], ' ');
			stars = strspn(masked.text + code + 2, "*");
			shown = strlen(masked.text + code + 2 + stars) - 1;
			assert_int_equal(stars + shown, length);
			assert_in_range(shown, 2, 4);
			assert_true(shown * 2 <= length);
			assert_string_equal(masked.text + code + 3 + stars,
				number.text + 1 + code + length - shown);
		}
	}
}

static void
fill(uint8_t entropy[static 16], unsigned int seed)
{
	uint64_t x = 88172645463325252U + seed * UINT64_C(0x9e3779b97f4a7c15);

	for (int i = 0; i < 16; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		entropy[i] = (uint8_t)(x >> 32);
	}
}

/* A number of its plan, of a mobile's usual length, that looks like one when masked. */
static void
test_decoy_shape(void **state)
{
	const struct e164_plan *plan;
	uint8_t entropy[16];

	(void)state;
	for (size_t i = 0; (plan = e164_plan_at(i)) != NULL; i++) {
		for (unsigned int seed = 0; seed < 16; seed++) {
			struct e164 decoy, again, read;

			fill(entropy, seed);
			e164_decoy(plan->code, entropy, &decoy);
			e164_decoy(plan->code, entropy, &again);
			assert_string_equal(decoy.text, again.text);
			assert_int_equal(strlen(decoy.text), 1 + strlen(plan->code) + plan->usual);
			assert_int_equal(e164_parse(decoy.text, NULL, &read), 0);
			assert_string_equal(read.text, decoy.text);
		}
	}
}

static void
test_decoy_looks_like_a_mobile(void **state)
{
	static const struct {
		const char *country;
		struct e164 real;
	} cases[] = {
		{ "44", { "+447700900123" } }, { "1", { "+12025550143" } },
		{ "49", { "+4915228817386" } }, { "33", { "+33639981234" } },
		{ "39", { "+393123456789" } }, { "45", { "+4532123456" } },
		{ "7", { "+79123456789" } }, { "86", { "+8613123456789" } },
		{ "55", { "+5511961234567" } }, { "46", { "+46701740605" } },
		{ "61", { "+61491570006" } }, { "500", { "+50051234" } },
	};
	uint8_t entropy[16];

	(void)state;
	fill(entropy, 7);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct e164_masked a, b;
		struct e164 decoy;

		e164_decoy(cases[i].country, entropy, &decoy);
		e164_mask(&decoy, &a);
		e164_mask(&cases[i].real, &b);
		assert_int_equal(strlen(a.text), strlen(b.text));
		for (size_t k = 0; a.text[k] != '\0'; k++) {
			if (isdigit((unsigned char)a.text[k]))
				assert_true(isdigit((unsigned char)b.text[k]));
			else
				assert_int_equal(a.text[k], b.text[k]);
		}
	}
}

/*
 * All endings come up, and every byte of the entropy counts: two names do not share a number by
 * chance.
 */
static void
test_decoy_entropy(void **state)
{
	static unsigned char seen[10000];
	unsigned int distinct = 0;
	uint8_t entropy[16];
	struct e164 decoy, other;

	(void)state;
	memset(seen, 0, sizeof seen);
	for (unsigned int seed = 0; seed < 100000; seed++) {
		unsigned int ending = 0;

		fill(entropy, seed);
		e164_decoy("44", entropy, &decoy);
		for (size_t i = 9; i < 13; i++)
			ending = ending * 10 + (unsigned int)(decoy.text[i] - '0');
		distinct += seen[ending] == 0;
		seen[ending] = 1;
	}
	/* Of 10,000 endings 100,000 fair draws miss 0.45 in the mean. */
	assert_true(distinct > 9980);
	fill(entropy, 1);
	e164_decoy("44", entropy, &decoy);
	for (int i = 0; i < 16; i++) {
		entropy[i] ^= 0x55;
		e164_decoy("44", entropy, &other);
		assert_string_not_equal(other.text, decoy.text);
		entropy[i] ^= 0x55;
	}
}

static void
test_decoy_of_no_country(void **state)
{
	static const char *const wrong[] = { NULL, "", "999", "+44" };
	const uint8_t entropy[16] = { 1, 2, 3 };
	struct e164 decoy, read;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		e164_decoy(wrong[i], entropy, &decoy);
		assert_int_equal(e164_parse(decoy.text, NULL, &read), 0);
	}
}

static void
test_prefixes(void **state)
{
	static const char *const right[] = {
		"+", "!+", "+44", "!+4470", "+1", "!+1876", "+447700900123", "+7", "+881",
		"+123456789012345",
	};
	static const char *const wrong[] = {
		"", "!", "44", "!44", "+44 ", " +44", "+4x", "+44*", "!!+44", "+!44", "++44", "+0",
		"+4", "+99", "+999", "+044", "+1234567890123456", "+44-7", "\uff0b44",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(right); i++)
		assert_true(e164_prefix_valid(right[i]));
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_false(e164_prefix_valid(wrong[i]));
}

static void
test_allowed(void **state)
{
	static const struct {
		const char *prefixes[5];
		struct e164 number;
		bool allowed;
	} cases[] = {
		{ { NULL }, { "+447700900123" }, false },
		{ { "+44" }, { "+447700900123" }, true },
		{ { "+44" }, { "+12025550143" }, false },
		{ { "+" }, { "+12025550143" }, true },
		{ { "!+" }, { "+12025550143" }, false },
		{ { "+", "!+1" }, { "+12025550143" }, false },
		{ { "!+1", "+" }, { "+12025550143" }, false },
		{ { "+", "!+1" }, { "+447700900123" }, true },
		{ { "!+", "+44" }, { "+447700900123" }, true },
		{ { "+44", "!+4470", "+1", "!+1876" }, { "+447700900123" }, true },
		{ { "+44", "!+4470", "+1", "!+1876" }, { "+447011234567" }, false },
		{ { "+44", "!+4470", "+1", "!+1876" }, { "+18765550143" }, false },
		{ { "+44", "!+4470", "+1", "!+1876" }, { "+18685550143" }, true },
		{ { "+44", "!+4470", "+1", "!+1876" }, { "+33639981234" }, false },
		{ { "!+44", "+4477", "!+44770090" }, { "+447700900123" }, false },
		{ { "!+44", "+4477", "!+44770090" }, { "+447800900123" }, false },
		{ { "!+44", "+4477", "!+44770090" }, { "+447711900123" }, true },
		{ { "+4477", "!+44" }, { "+447700900123" }, true },
		{ { "+447700900123" }, { "+447700900123" }, true },
		{ { "+4477009001234" }, { "+447700900123" }, false },
		/* The same prefix both ways, in either order: refused. */
		{ { "+44", "!+44" }, { "+447700900123" }, false },
		{ { "!+44", "+44" }, { "+447700900123" }, false },
		{ { "+44", "!+44", "+44" }, { "+447700900123" }, false },
		/* A slip in any of them refuses everything. */
		{ { "+44", "!4470" }, { "+447011234567" }, false },
		{ { "+44", "" }, { "+447700900123" }, false },
		{ { "+" }, { "" }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t count = 0;

		while (cases[i].prefixes[count] != NULL)
			count++;
		if (e164_allowed(&cases[i].number, cases[i].prefixes, count) != cases[i].allowed)
			fail_msg("case %zu", i);
	}
}

static void
test_deciding(void **state)
{
	static const char *const prefixes[] = {
		"+44", "!+4470", "+1", "+1", "!+1876", "+44", "!+1876",
	};
	static const struct e164 mobile = { "+447700900123" }, personal = { "+447011234567" };
	static const struct e164 america = { "+12025550143" }, jamaica = { "+18765550143" };
	static const struct e164 france = { "+33639981234" };

	(void)state;
	assert_int_equal(e164_deciding(&mobile, prefixes, COUNT(prefixes)), 0);
	assert_int_equal(e164_deciding(&personal, prefixes, COUNT(prefixes)), 1);
	assert_int_equal(e164_deciding(&america, prefixes, COUNT(prefixes)), 2);
	assert_true(prefixes[e164_deciding(&jamaica, prefixes, COUNT(prefixes))][0] == '!');
	assert_int_equal(e164_deciding(&france, prefixes, COUNT(prefixes)), -1);
	assert_int_equal(e164_deciding(&mobile, (const char *const[]){ "+44", "44" }, 2), -1);
}

static void
test_wipe(void **state)
{
	static const struct e164 zero;
	struct e164 number = { "+447700900123" };

	(void)state;
	e164_wipe(&number);
	assert_memory_equal(&number, &zero, sizeof number);
	e164_wipe(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_mask_of_every_plan),
		cmocka_unit_test(test_decoy_shape),
		cmocka_unit_test(test_decoy_looks_like_a_mobile),
		cmocka_unit_test(test_decoy_entropy),
		cmocka_unit_test(test_decoy_of_no_country),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_deciding),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
