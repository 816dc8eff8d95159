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
utf8_is_reordering(uint32_t point)
{
	return point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
		(point >= 0x2066 && point <= 0x2069);
}
