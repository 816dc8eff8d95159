/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Written from the definition (Unicode, table 3-6), to check the decoder against. */
static size_t
encode(uint32_t point, char ret_text[static 5])
{
	size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length; i-- > 1; point >>= 6)
		ret_text[i] = (char)(0x80 | (point & 0x3f));
	ret_text[0] = (char)(first[length] | point);
	ret_text[length] = '\0';
	return length;
}

static void
test_every_point(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x120000; point++) {
		int valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		uint32_t read = 0xffffffff;
		char text[5];
		size_t length = encode(point, text);

		assert_int_equal(utf8_decode(text, &read), valid ? length : 0);
		assert_int_equal(read, valid ? point : 0xffffffff);
	}
}

/* Unicode, section 3.9: overlong forms, lone continuations, characters cut off at each byte. */
static void
test_ill_formed(void **state)
{
	static const char *const texts[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xc2\xc2", "\xe0\x80\x80",
		"\xe0\x9f\xbf", "\xe2\x80", "\xe2", "\xe2 \x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf0\x9f", "\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80", "\xfe", "\xff", "\xf8\x88\x80\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint32_t point = 0xffffffff;

		assert_int_equal(utf8_decode(texts[i], &point), 0);
		assert_int_equal(point, 0xffffffff);
	}
}

static void
test_classes(void **state)
{
	static const uint32_t spaces[] = { ' ', 0xa0, 0x2007, 0x2009, 0x202f, 0x3000 };
	static const uint32_t dashes[] = { '-', 0x2010, 0x2011, 0x2013, 0x2014, 0x2212 };
	static const uint32_t controls[] = {
		0, '\t', '\n', '\r', 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x2028, 0x2029,
	};
	static const uint32_t reordering[] = { 0x200e, 0x200f, 0x202a, 0x202e, 0x2066, 0x2069 };
	static const uint32_t invisible[] = {
		0xad, 0x34f, 0x200b, 0x200d, 0x200e, 0x202e, 0x2060, 0x2066, 0xfe0f, 0xfeff,
		0xe0041
	};
	static const uint32_t digits[] = {
		'0', '5', '9', 0xb2, 0xb9, 0x660, 0x669, 0x966, 0x2070, 0x2085, 0x2460, 0xff10,
		0xff19, 0x104a0, 0x116e3, 0x1ccf0, 0x1ccf9, 0x1d7ce, 0x1d7ff, 0x1e5f1, 0x1e5fa,
		0x1fbf9
	};
	static const uint32_t visible[] = { ' ', 'a', '/', ':', 0xe9, 0x65f, 0x66a, 0x2022,
		0xff0f, 0xff1a, 0x116e4, 0x1ccef, 0x1ccfa, 0x1d7cd, 0x1d800, 0x1e5f0, 0x1f600 };
	static const uint32_t plain[] = {
		'a', '0', '~', 0xa1, 0xe9, 0x200b, 0x2022, 0x4e2d, 0x1f600,
	};

	(void)state;
	for (uint32_t point = 0; point < 0x110000; point++)
		assert_in_range(utf8_is_space(point) + utf8_is_dash(point) +
			utf8_is_control(point) + utf8_is_reordering(point), 0, 1);
	for (size_t i = 0; i < COUNT(spaces); i++)
		assert_true(utf8_is_space(spaces[i]));
	for (size_t i = 0; i < COUNT(dashes); i++)
		assert_true(utf8_is_dash(dashes[i]));
	for (size_t i = 0; i < COUNT(controls); i++)
		assert_true(utf8_is_control(controls[i]));
	for (size_t i = 0; i < COUNT(reordering); i++)
		assert_true(utf8_is_reordering(reordering[i]));
	for (size_t i = 0; i < COUNT(invisible); i++)
		assert_true(utf8_is_invisible(invisible[i]));
	for (size_t i = 0; i < COUNT(digits); i++)
		assert_true(utf8_is_digit(digits[i]));
	for (size_t i = 0; i < COUNT(visible); i++) {
		assert_false(utf8_is_invisible(visible[i]));
		assert_false(utf8_is_digit(visible[i]));
	}
	for (size_t i = 0; i < COUNT(plain); i++) {
		assert_false(utf8_is_space(plain[i]));
		assert_false(utf8_is_dash(plain[i]));
		assert_false(utf8_is_control(plain[i]));
		assert_false(utf8_is_reordering(plain[i]));
	}
}

/* The examples of RFC 2781 (section 2.1 and 4.1) and the ends of the ranges, by hand. */
static void
test_utf16(void **state)
{
	static const struct {
		uint32_t point;
		unsigned int count;
		uint16_t units[2];
	} rows[] = {
		{ 'A', 1, { 0x0041, 0 } }, { 0x20ac, 1, { 0x20ac, 0 } },
		{ 0xffff, 1, { 0xffff, 0 } }, { 0x10000, 2, { 0xd800, 0xdc00 } },
		{ 0x12345, 2, { 0xd808, 0xdf45 } }, { 0x10ffff, 2, { 0xdbff, 0xdfff } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t units[2] = { 0, 0 };

		assert_int_equal(utf8_utf16(rows[i].point, units), rows[i].count);
		assert_memory_equal(units, rows[i].units, sizeof units);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_point),
		cmocka_unit_test(test_ill_formed),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
