/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/utf8.h"

size_t
utf8_decode(const char *text, uint32_t *ret_point)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t point;
	size_t length;

	if (bytes[0] < 0x80) {
		*ret_point = bytes[0];
		return 1;
	}
	if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
		length = 2;
	else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
		length = 3;
	else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
		length = 4;
	else
		return 0;
	point = bytes[0] & (0xffU >> (length + 1));
	/* A NUL is no continuation byte, so that this never reads past the end. */
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (bytes[i] & 0x3fU);
	}
	if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return length;
}

bool
utf8_is_space(uint32_t point)
{
	return point == ' ' || point == 0xa0 || (point >= 0x2000 && point <= 0x200a) ||
		point == 0x202f || point == 0x205f || point == 0x3000;
}

bool
utf8_is_dash(uint32_t point)
{
	return point == '-' || (point >= 0x2010 && point <= 0x2015) || point == 0x2212;
}

bool
utf8_is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 ||
		point == 0x2029;
}

bool
utf8_is_printable(const char *text)
{
	while (*text != '\0') {
		uint32_t point = 0;
		size_t length = utf8_decode(text, &point);

		if (length == 0 || utf8_is_control(point))
			return false;
		text += length;
	}
	return true;
}

bool
utf8_is_reordering(uint32_t point)
{
	return point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
		(point >= 0x2066 && point <= 0x2069);
}

struct points {
	uint32_t first, last;
};

static bool
is_among(uint32_t point, const struct points *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	}
	return false;
}

bool
utf8_is_invisible(uint32_t point)
{
	static const struct points ranges[] = {
		{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff }
	};

	return is_among(point, ranges, sizeof ranges / sizeof ranges[0]);
}

bool
utf8_is_digit(uint32_t point)
{
	/* The zeros of Unicode 16's Nd: nine others follow each. */
	static const uint32_t zeros[] = {
		0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66,
		0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040,
		0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
		0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
		0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
		0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950,
		0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50,
		0x16d70, 0x1ccf0, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0,
		0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0
	};
	static const struct points dressed[] = {
		{ 0xb2, 0xb3 }, { 0xb9, 0xb9 }, { 0x2070, 0x2070 }, { 0x2074, 0x2079 },
		{ 0x2080, 0x2089 }, { 0x2460, 0x2468 }, { 0x2474, 0x247c }, { 0x2488, 0x2490 },
		{ 0x24ea, 0x24ea }, { 0x24f5, 0x24fd }, { 0x24ff, 0x24ff }, { 0x2776, 0x277e },
		{ 0x2780, 0x2788 }, { 0x278a, 0x2792 }, { 0x1f100, 0x1f10c }
	};

	for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
		if (point >= zeros[i] && point - zeros[i] <= 9)
			return true;
	}
	return is_among(point, dressed, sizeof dressed / sizeof dressed[0]);
}

unsigned int
utf8_utf16(uint32_t point, uint16_t ret_units[static 2])
{
	if (point < 0x10000) {
		ret_units[0] = (uint16_t)point;
		return 1;
	}
	point -= 0x10000;
	ret_units[0] = (uint16_t)(0xd800 | point >> 10);
	ret_units[1] = (uint16_t)(0xdc00 | (point & 0x3ff));
	return 2;
}
