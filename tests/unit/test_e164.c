/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading telephone numbers as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/e164.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct example {
	const char *country, *written, *number;
};

/*
 * Numbers that were published to be examples, as people of the country write them. The first are
 * set aside for drama and fiction: by Ofcom (07700 900000-999), the NANPA (555-0100 to 0199), ACMA
 * (0491 570 xxx), ComReg (020 91x xxxx), Arcep (06 39 98 xx xx), PTS (070-174 06 05 to 99) and the
 * Bundesnetzagentur (0152 28817386, 0171 39200xx). The others are the mobile examples of
 * libphonenumber's metadata 8.12.57.
 */
static const struct example examples[] = {
	{ "44", "07700 900123", "+447700900123" },
	{ "1", "(202) 555-0143", "+12025550143" },
	{ "1", "1-202-555-0143", "+12025550143" },
	{ "61", "0491 570 006", "+61491570006" },
	{ "353", "020 910 1234", "+353209101234" },
	{ "33", "06 39 98 12 34", "+33639981234" },
	{ "46", "070-174 06 05", "+46701740605" },
	{ "49", "0152 28817386", "+4915228817386" },
	{ "49", "0171/3920012", "+491713920012" },
	{ "39", "312 345 6789", "+393123456789" },
	{ "39", "06 12345678", "+390612345678" },
	{ "378", "66 66 12 12", "+37866661212" },
	{ "378", "0549 886377", "+3780549886377" },
	{ "34", "612 34 56 78", "+34612345678" },
	{ "351", "912 345 678", "+351912345678" },
	{ "30", "691 234 5678", "+306912345678" },
	{ "45", "32 12 34 56", "+4532123456" },
	{ "47", "406 12 345", "+4740612345" },
	{ "48", "512 345 678", "+48512345678" },
	{ "420", "601 123 456", "+420601123456" },
	{ "421", "0912 123 456", "+421912123456" },
	{ "36", "06 20 123 4567", "+36201234567" },
	{ "36", "(06 20) 123 4567", "+36201234567" },
	{ "40", "0712 034 567", "+40712034567" },
	{ "31", "06 12345678", "+31612345678" },
	{ "32", "0470 12 34 56", "+32470123456" },
	{ "41", "078 123 45 67", "+41781234567" },
	{ "43", "0664 123456", "+43664123456" },
	{ "358", "041 2345678", "+358412345678" },
	{ "352", "628 123 456", "+352628123456" },
	{ "370", "(0-612) 34567", "+37061234567" },
	{ "370", "(8-612) 34567", "+37061234567" },
	{ "371", "21 234 567", "+37121234567" },
	{ "372", "5123 4567", "+37251234567" },
	{ "380", "050 123 4567", "+380501234567" },
	{ "375", "8 029 491-19-11", "+375294911911" },
	{ "375", "8 29 491-19-11", "+375294911911" },
	{ "7", "8 912 345-67-89", "+79123456789" },
	{ "7", "8 (771) 000 9998", "+77710009998" },
	{ "7", "8 (812) 123-45-67", "+78121234567" },
	{ "993", "8 66 123456", "+99366123456" },
	{ "998", "91 234 56 78", "+998912345678" },
	{ "992", "917 12 3456", "+992917123456" },
	{ "90", "0501 234 56 78", "+905012345678" },
	{ "972", "050-234-5678", "+972502345678" },
	{ "91", "081234 56789", "+918123456789" },
	{ "91", "81234 56789", "+918123456789" },
	{ "86", "131 2345 6789", "+8613123456789" },
	{ "81", "090-1234-5678", "+819012345678" },
	{ "82", "010-2000-0000", "+821020000000" },
	{ "62", "0812-345-678", "+62812345678" },
	{ "65", "8123 4567", "+6581234567" },
	{ "852", "5123 4567", "+85251234567" },
	{ "64", "021 123 4567", "+64211234567" },
	{ "27", "071 123 4567", "+27711234567" },
	{ "234", "0802 123 4567", "+2348021234567" },
	{ "225", "01 23 45 6789", "+2250123456789" },
	{ "242", "06 123 4567", "+242061234567" },
	{ "241", "06 03 12 34", "+24106031234" },
	{ "229", "01 90 01 12 34", "+2290190011234" },
	{ "20", "0100 123 4567", "+201001234567" },
	{ "52", "222 123 4567", "+522221234567" },
	{ "55", "(11) 96123-4567", "+5511961234567" },
	{ "54", "0 9 11 2345 6789", "+5491123456789" },
	{ "56", "(2) 2123 4567", "+56221234567" },
	{ "57", "321 1234567", "+573211234567" },
	{ "692", "1 235-1234", "+6922351234" },
	{ "500", "51234", "+50051234" },
};

static void
expect(const struct example *example)
{
	struct e164 number = { .text = "" };
	int error = e164_parse(example->written, example->country, &number);

	if (error != 0)
		fail_msg("\"%s\": %s", example->written, e164_strerror(error));
	assert_string_equal(number.text, example->number);
}

static void
test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(examples); i++) {
		const struct example *e = &examples[i];
		char abroad[64];

		expect(e);
		/*
		 * What was read is read again as itself, whichever country completes national
		 * numbers.
		 */
		expect(&(struct example){ NULL, e->number, e->number });
		expect(&(struct example){ "44", e->number, e->number });
		strcpy(abroad, "00");
		strcat(abroad, e->number + 1);
		expect(&(struct example){ NULL, abroad, e->number });
	}
}

static void
test_writings(void **state)
{
	static const struct example writings[] = {
		{ NULL, "+44 (0)7700 900123", "+447700900123" },
		{ NULL, "+44 ( 0 ) 7700 900123", "+447700900123" },
		{ NULL, "0044 (0) 7700.900.123", "+447700900123" },
		{ NULL, "+44 07700 900123", "+447700900123" },
		{ NULL, "(+44) 7700/900-123", "+447700900123" },
		{ NULL, " \t+44\t7700 900123 \r\n", "+447700900123" },
		{ "44", "(0) 7700 900123", "+447700900123" },
		{ "44", "(07700) 900123", "+447700900123" },
		{ "44", "7700 900123", "+447700900123" },
		{ "1", "011 44 7700 900123", "+447700900123" },
		{ NULL, "+1 1 202 555 0143", "+12025550143" },
		{ NULL, "+7 8 912 345-67-89", "+79123456789" },
		{ "7", "912 345-67-89", "+79123456789" },
		{ NULL, "+36 06 20 123 4567", "+36201234567" },
		{ NULL, "+49 (0)152 28817386", "+4915228817386" },
		{ "49", "152 28817386", "+4915228817386" },
		{ NULL, "+34 (0)612 345 678", "+34612345678" },
		/* Rome from abroad: the 0 is a part of the number. */
		{ NULL, "+39 06 1234 5678", "+390612345678" },
		{ NULL, "+39 (0)6 1234 5678", "+390612345678" },
		{ NULL, "+800 1234 5678", "+80012345678" },
		{ NULL, "+881 612 345 678", "+881612345678" },
		/*
		 * No-break spaces (wide and narrow), thin space; hyphen, no-break hyphen, en dash,
		 * minus sign.
		 */
		{ NULL, "+44\u00a07700\u202f900\u2009123", "+447700900123" },
		{ NULL, "+44\u20107700\u2011900\u2013123", "+447700900123" },
		{ NULL, "+44\u22127700 900123", "+447700900123" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(writings); i++)
		expect(&writings[i]);
}

struct refusal {
	const char *country, *written;
	int error;
};

static const struct refusal refusals[] = {
	{ "44", "", E164_EMPTY },
	{ "44", " \t\n", E164_EMPTY },
	{ "44", "+", E164_EMPTY },
	{ "44", "07700 90012E", E164_CHARACTER },
	{ "44", "07700 900123 ext. 4", E164_CHARACTER },
	{ "44", "07700 900123x4", E164_CHARACTER },
	{ "44", "07700 900123#4", E164_CHARACTER },
	{ "44", "07700900123;ext=4", E164_CHARACTER },
	{ "44", "07700 900123, 07700 900124", E164_CHARACTER },
	{ "44", "<07700900123>", E164_CHARACTER },
	{ "44", "tel:+447700900123", E164_CHARACTER },
	{ "44", "++447700900123", E164_CHARACTER },
	{ "44", "+44+7700900123", E164_CHARACTER },
	{ "44", "44+7700900123", E164_CHARACTER },
	{ "44", "-07700900123", E164_CHARACTER },
	{ "44", "07700\n900123", E164_CHARACTER },
	{ "44", "07700\x01" "900123", E164_CHARACTER },
	{ "44", "(07700 900123", E164_CHARACTER },
	{ "44", "07700) 900123", E164_CHARACTER },
	{ "44", "((07700)) 900123", E164_CHARACTER },
	{ "44", "((07700) 900123", E164_CHARACTER },
	{ "44", "()07700 900123", E164_CHARACTER },
	{ "44", "(+)447700900123", E164_CHARACTER },
	{ "44", "07700 (0) 900123", E164_CHARACTER },
	{ "44", "+44 7700 (0) 900123", E164_CHARACTER },
	{ "44", "+44 (0)(0)7700 900123", E164_CHARACTER },
	{ "44", "(0)0 44 (0)7700 900123", E164_CHARACTER },
	/*
	 * Bytes that are no UTF-8, an overlong space, digits of another script, a mark that turns
	 * text round.
	 */
	{ "44", "07700\xa0" "900123", E164_CHARACTER },
	{ "44", "07700\xc0\xa0" "900123", E164_CHARACTER },
	{ "44", "07700 90012\u0663", E164_CHARACTER },
	{ "44", "\u202e07700 900123", E164_CHARACTER },
	{ "44", "07700 900123\xc2", E164_CHARACTER },
	{ NULL, "07700 900123", E164_NO_COUNTRY },
	{ NULL, "447700900123", E164_NO_COUNTRY },
	{ "44", "01144 20 7946 0123", E164_TOO_LONG },
	{ "44", "+999 7700 900123", E164_UNKNOWN_COUNTRY },
	{ "44", "+0044 7700 900123", E164_UNKNOWN_COUNTRY },
	{ "44", "00", E164_UNKNOWN_COUNTRY },
	{ "44", "+4", E164_UNKNOWN_COUNTRY },
	{ "999", "07700 900123", E164_UNKNOWN_COUNTRY },
	{ "", "07700 900123", E164_UNKNOWN_COUNTRY },
	{ "447", "07700 900123", E164_UNKNOWN_COUNTRY },
	{ NULL, "+44", E164_TOO_SHORT },
	{ NULL, "+44 7700 9001", E164_TOO_SHORT },
	{ "44", "7700 9001", E164_TOO_SHORT },
	{ "33", "06 39 98 12 3", E164_TOO_SHORT },
	{ NULL, "+229 90 01 12 34", E164_TOO_SHORT },
	{ NULL, "+44 7700 900123 4", E164_TOO_LONG },
	{ "44", "07700 900123 4", E164_TOO_LONG },
	{ "44", "447700900123", E164_TOO_LONG },
	{ NULL, "+44 (0) 07700 900123", E164_TOO_LONG },
	{ NULL, "+34 0612 34 56 78", E164_TOO_LONG },
	{ NULL, "+52 1 222 123 4567", E164_TOO_LONG },
	{ NULL, "+1 202 555 0143 0143 0143 0143 0143 0143 0143 0143", E164_TOO_LONG },
	{ "54", "011 15-2345-6789", E164_TOO_LONG },
	/*
	 * Germany's numbers have 5 to 13 digits: their length does not say whether the 0 is one too
	 * many.
	 */
	{ NULL, "+49 0152 28817386", E164_TRUNK },
	{ NULL, "+43 0664 123456", E164_TRUNK },
	{ NULL, "+352 0628 123 456", E164_TRUNK },
	/* A subscriber number without its area code; a calling code without its plus. */
	{ "49", "3920012", E164_TRUNK },
	{ "49", "4915228817386", E164_TRUNK },
	{ NULL, "+1 102 555 0143", E164_TRUNK },
};

static void
test_refusals(void **state)
{
	static const struct e164 before = { .text = "untouched" };
	unsigned int seen = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct e164 number = before;
		int error = e164_parse(r->written, r->country, &number);

		if (error != r->error)
			fail_msg("\"%s\": %s", r->written, e164_strerror(error));
		assert_memory_equal(&number, &before, sizeof number);
		seen |= 1U << -error;
	}
	/* Every reason came up, and has words of its own. */
	assert_int_equal(seen, 0xfe);
	for (int a = 0; a >= E164_TRUNK - 1; a--) {
		assert_true(strlen(e164_strerror(a)) > 5);
		for (int b = 0; b > a; b--)
			assert_string_not_equal(e164_strerror(a), e164_strerror(b));
	}
}

/* A million characters of each kind are read in one pass. */
static void
test_long_texts(void **state)
{
	static const struct {
		const char *piece;
		int error;
	} cases[] = {
		{ "7", E164_TOO_LONG }, { " ", E164_EMPTY }, { "\n", E164_EMPTY },
		{ "+", E164_CHARACTER }, { "(", E164_CHARACTER }, { "1\n", E164_CHARACTER },
		{ "\u00a0", E164_EMPTY },
	};
	char *text = malloc(1000001);
	struct e164 number;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t length = strlen(cases[i].piece), used = 0;

		for (; used + length <= 1000000; used += length)
			memcpy(text + used, cases[i].piece, length);
		text[used] = '\0';
		assert_int_equal(e164_parse(text, "44", &number), cases[i].error);
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples), cmocka_unit_test(test_writings),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
