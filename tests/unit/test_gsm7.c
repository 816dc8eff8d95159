/* SPDX-License-Identifier: BSD-2-Clause */
/* The alphabet of texts, and how many segments one has: 3GPP TS 23.038 and TS 23.040. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/gsm7.h"
#include "core/message.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The two tables of TS 23.038, section 6.2.1, line by line, without the escape itself. */
static const char *const basic[] = {
	"@", "£", "$", "¥", "è", "é", "ù", "ì", "ò", "Ç", "\n", "Ø", "ø", "\r", "Å",
	"å", "Δ", "_", "Φ", "Γ", "Λ", "Ω", "Π", "Ψ", "Σ", "Θ",
	"Ξ", "Æ", "æ", "ß", "É",
	" ", "!", "\"", "#", "¤", "%", "&", "'", "(", ")", "*", "+", ",", "-", ".", "/",
	"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ":", ";", "<", "=", ">", "?",
	"¡", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O",
	"P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "Ä", "Ö", "Ñ", "Ü", "§",
	"¿", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
	"p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "ä", "ö", "ñ", "ü", "à",
};
static const char *const extension[] = {
	"\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€",
};

static void
test_tables(void **state)
{
	size_t ascii = 0;

	(void)state;
	assert_int_equal(COUNT(basic), 127);
	for (size_t i = 0; i < COUNT(basic) + COUNT(extension); i++) {
		bool one = i < COUNT(basic);
		const char *text = one ? basic[i] : extension[i - COUNT(basic)];
		size_t length = 0;

		assert_int_equal(gsm7_septets(text, &length), one ? 1 : 2);
		assert_int_equal(length, strlen(text));
		assert_true(gsm7_has(text));
		ascii += length == 1;
	}
	/* No other ASCII character is in them. */
	for (int c = 1; c < 0x80; c++) {
		const char text[] = { (char)c, '\0' };
		size_t length = 4711;

		if (gsm7_septets(text, &length) == 0)
			assert_int_equal(length, 4711);
		else
			ascii--;
	}
	assert_int_equal(ascii, 0);
	assert_true(gsm7_has(""));
	assert_true(gsm7_has("Code 491827 (K7). Not you? {}[]~\\|^ @$_\n"));
	assert_false(gsm7_has("`"));
	assert_false(gsm7_has("ç"));
	assert_false(gsm7_has("á"));
	assert_false(gsm7_has("✓"));
	assert_false(gsm7_has("\t"));
	assert_false(gsm7_has("\x7f"));
	assert_false(gsm7_has("\xc3"));
	assert_false(gsm7_has("\xff"));
	assert_false(gsm7_has("code ✓"));
}

/* `count` times `piece`, then `rest`. */
static void
measure(size_t count, const char *piece, const char *rest, struct message_size *ret_size)
{
	char text[4096] = "";
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s", piece);
	snprintf(text + used, sizeof text - used, "%s", rest);
	message_measure(text, ret_size);
}

static void
test_measure(void **state)
{
	static const struct {
		size_t count;
		const char *piece, *rest;
		bool ucs2;
		unsigned int units, segments;
	} rows[] = {
		{ 0, "", "", false, 0, 1 },
		{ 160, "a", "", false, 160, 1 },
		{ 161, "a", "", false, 161, 2 },
		{ 306, "a", "", false, 306, 2 },
		{ 307, "a", "", false, 307, 3 },
		{ 459, "a", "", false, 459, 3 },
		{ 460, "a", "", false, 460, 4 },
		{ 160, "ä", "", false, 160, 1 },
		{ 80, "{", "", false, 160, 1 },
		{ 80, "{", "a", false, 161, 2 },
		{ 158, "a", "€", false, 160, 1 },
		{ 159, "a", "€", false, 161, 2 },
		/* 76 pairs fill 152 of 153 septets: the last stays empty, and so 152 make two. */
		{ 152, "{", "", false, 304, 2 },
		{ 153, "{", "", false, 306, 3 },
		{ 152, "{", "aa", false, 306, 3 },
		{ 152, "{", "a", false, 305, 2 },
		{ 70, "✓", "", true, 70, 1 },
		{ 71, "✓", "", true, 71, 2 },
		{ 134, "✓", "", true, 134, 2 },
		{ 135, "✓", "", true, 135, 3 },
		{ 69, "a", "✓", true, 70, 1 },
		{ 70, "a", "ç", true, 71, 2 },
		{ 35, "\U0001f511", "", true, 70, 1 },
		{ 36, "\U0001f511", "", true, 72, 2 },
		/* 33 pairs fill 66 of 67 units. */
		{ 66, "\U0001f511", "", true, 132, 2 },
		{ 67, "\U0001f511", "", true, 134, 3 },
		{ 3, "\xff", "", true, 3, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct message_size size;

		measure(rows[i].count, rows[i].piece, rows[i].rest, &size);
		if (size.ucs2 != rows[i].ucs2 || size.units != rows[i].units ||
			size.segments != rows[i].segments)
			fail_msg("row %zu: ucs2 %d, %u units, %u segments", i, size.ucs2,
				size.units, size.segments);
	}
}

static void
test_words(void **state)
{
	static const struct { struct message_size size; const char *words; } rows[] = {
		{ { false, 160, 1 }, "" },
		{ { false, 161, 2 }, "2 segments" },
		{ { true, 70, 1 }, "1 segment, UCS-2" },
		{ { true, 135, 3 }, "3 segments, UCS-2" },
		{ { true, 4294967295u, 4294967295u }, "4294967295 segments, UCS-2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char words[MESSAGE_SIZE_WORDS];

		message_size_words(&rows[i].size, words);
		assert_string_equal(words, rows[i].words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
