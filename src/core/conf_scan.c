/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Follows libconfig's scanner.l in what is a string and what is a comment: were the two to
 * disagree, an "@include" could hide. What libconfig refuses by itself is left to it.
 */
#include "core/conf_scan.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

struct scan {
	const char *p, *end;
	unsigned int line;
	unsigned int depth;
};

/* Not <ctype.h>: the host's locale must not decide what a letter is. */
static bool
scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
scan_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
scan_is_hex(char c)
{
	return scan_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
scan_is_name(char c)
{
	return scan_is_letter(c) || scan_is_digit(c) || c == '_' || c == '-' || c == '*';
}

static bool
scan_starts(const struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(scan->end - scan->p) >= length && memcmp(scan->p, word, length) == 0;
}

static const char *
scan_string(struct scan *scan)
{
	unsigned int first_line = scan->line;

	for (scan->p++; scan->p < scan->end; scan->p++) {
		if (*scan->p == '"') {
			scan->p++;
			return NULL;
		}
		if (*scan->p == '\n')
			scan->line++;
		if (scan_starts(scan, "\\x00") || scan_starts(scan, "\\X00"))
			return "a NUL character in a string";
		if (scan_starts(scan, "\\\\") || scan_starts(scan, "\\\""))
			scan->p++;
	}
	scan->line = first_line;
	return "a string without an end";
}

static const char *
scan_block_comment(struct scan *scan)
{
	unsigned int first_line = scan->line;

	for (scan->p += 2; scan->p < scan->end; scan->p++) {
		if (scan_starts(scan, "*/")) {
			scan->p += 2;
			return NULL;
		}
		if (*scan->p == '\n')
			scan->line++;
	}
	scan->line = first_line;
	return "a comment without an end";
}

/* What may follow an integer: nothing, L or LL. */
static bool
scan_is_suffix(const char *p, const char *end)
{
	size_t left = (size_t)(end - p);

	return left == 0 || (left <= 2 && memcmp(p, "LL", left) == 0);
}

static const char *
scan_hex(const char *p, const char *end)
{
	unsigned long long value = 0;
	const char *first = p;

	for (; p < end && scan_is_hex(*p); p++) {
		int digit = scan_is_digit(*p) ? *p - '0' : (*p | 0x20) - 'a' + 10;

		value = value * 16 + (unsigned long long)digit;
		if (value > INT_MAX)
			return "a hexadecimal integer over 0x7FFFFFFF";
	}
	return p > first && scan_is_suffix(p, end) ? NULL : "not a number";
}

static const char *
scan_float(const char *p, const char *end)
{
	size_t digits = 0;

	for (; p < end && scan_is_digit(*p); p++)
		digits++;
	if (p < end && *p == '.') {
		for (p++; p < end && scan_is_digit(*p); p++)
			digits++;
	}
	if (digits == 0)
		return "not a number";
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end)
			return "not a number";
		while (p < end && scan_is_digit(*p))
			p++;
	}
	return p == end ? NULL : "not a number";
}

/*
 * A number and whatever is glued to it must be one number to every version of libconfig: 1.5 reads
 * "0b11" as the integer 0 and a setting named b11, 1.8 as 3; "0600" is 600 to 1.5 and 384 to 1.7.
 */
static const char *
scan_number(struct scan *scan)
{
	const char *p = scan->p, *end = p, *digits;

	while (end < scan->end && (scan_is_name(*end) || *end == '.' || *end == '+'))
		end++;
	scan->p = end;
	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		return scan_hex(p + 2, end);
	if (*p == '+' || *p == '-')
		p++;
	for (digits = p; p < end && scan_is_digit(*p); p++)
		;
	if (p == digits || !scan_is_suffix(p, end))
		return scan_float(digits, end);
	if (p - digits > 9)
		return "an integer of more than nine digits";
	if (*digits == '0' && p - digits > 1)
		return "an integer with a leading zero";
	return NULL;
}

static const char *
scan_bracket(struct scan *scan)
{
	char c = *scan->p++;

	if (c == '(' || c == '[' || c == '{') {
		if (++scan->depth > CONF_SCAN_DEPTH_MAX)
			return "nested too deep";
	} else if (scan->depth > 0) {
		scan->depth--;
	}
	return NULL;
}

static const char *
scan_token(struct scan *scan)
{
	char c = *scan->p;

	if (c == '"')
		return scan_string(scan);
	if (scan_starts(scan, "/*"))
		return scan_block_comment(scan);
	if (c == '#' || scan_starts(scan, "//")) {
		while (scan->p < scan->end && *scan->p != '\n')
			scan->p++;
		return NULL;
	}
	if (c == '@')
		return scan_starts(scan, "@include") ? "@include is not allowed" : "a stray \"@\"";
	if (scan_is_letter(c) || c == '*') {
		while (scan->p < scan->end && scan_is_name(*scan->p))
			scan->p++;
		return NULL;
	}
	if (scan_is_digit(c) || c == '+' || c == '-' || c == '.')
		return scan_number(scan);
	if (strchr("()[]{}", c) != NULL)
		return scan_bracket(scan);
	if (c == '\n')
		scan->line++;
	scan->p++;
	return NULL;
}

const char *
conf_scan_text(const char *text, size_t size, unsigned int *ret_line)
{
	const char *nul = memchr(text, '\0', size);
	struct scan scan = { .p = text, .end = nul != NULL ? nul : text + size, .line = 1 };
	const char *wrong = NULL;

	while (wrong == NULL && scan.p < scan.end)
		wrong = scan_token(&scan);
	if (wrong == NULL && nul != NULL)
		wrong = "a NUL byte";
	if (wrong != NULL)
		*ret_line = scan.line;
	return wrong;
}

/* What does not count: blanks and comments. */
static bool
scan_is_gap(const struct scan *scan)
{
	return strchr(" \t\r\n\f\v#", *scan->p) != NULL || scan_starts(scan, "//") ||
		scan_starts(scan, "/*");
}

unsigned int
conf_scan_trailing_comma(const char *text, size_t size)
{
	struct scan scan = { .p = text, .end = text + size, .line = 1 };
	unsigned int comma = 0;		/* its line, if it was the last that counted */

	while (scan.p < scan.end) {
		const char c = *scan.p;

		if (c == '\0')
			break;
		if (!scan_is_gap(&scan)) {
			if (comma != 0 && (c == ')' || c == ']' || c == '}'))
				return comma;
			comma = c == ',' ? scan.line : 0;
		}
		if (scan_token(&scan) != NULL)
			break;
	}
	return 0;
}
