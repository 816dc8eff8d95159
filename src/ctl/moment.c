/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/moment.h"

#include <string.h>

#include "core/limit.h"
#include "core/utc.h"

#define MINUTE_MS INT64_C(60000)
#define DIGITS "0123456789"

bool
moment_span(const char *text, int64_t *ret_ms)
{
	static const struct { char letter; int64_t ms; } units[] = {
		{ 'm', MINUTE_MS }, { 'h', 60 * MINUTE_MS }, { 'd', LIMIT_DAY_MS },
		{ 'w', 7 * LIMIT_DAY_MS },
	};
	const size_t digits = strspn(text, DIGITS);
	int64_t number = 0;

	if (digits < 1 || digits > 4 || strlen(text) != digits + 1)
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (text[digits] != units[i].letter)
			continue;
		*ret_ms = number * units[i].ms;
		return true;
	}
	return false;
}

bool
moment_read(const char *text, int64_t now_ms, int64_t *ret_ms)
{
	int64_t ago_ms;

	if (strcmp(text, "today") == 0) {
		*ret_ms = now_ms - now_ms % LIMIT_DAY_MS;
		return true;
	}
	if (strlen(text) == UTC_DAY_LENGTH)
		return utc_read_day(text, ret_ms);
	if (strlen(text) == UTC_LENGTH)
		return utc_read(text, ret_ms);
	if (!moment_span(text, &ago_ms))
		return false;
	*ret_ms = now_ms - ago_ms;
	return true;
}
