/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/utc.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)
#define LAST_MS (INT64_C(253402300800) * 1000 - 1)	/* of 9999 */
/* A calendar that begins on 1 March has its leap day at the end: 400 years are one cycle. */
#define CYCLE_DAYS 146097
#define DAYS_TO_1970 719468	/* from 0000-03-01 */

/* count digits at text; -1 if they are something else. */
static int
read_digits(const char *text, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

static bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool
utc_read_day(const char *text, int64_t *ret_ms)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, in_cycle;
	int64_t days;

	/* From left to right, so that nothing behind the end is read. */
	if ((year = read_digits(text, 4)) < 1970 || text[4] != '-' ||
	    (month = read_digits(text + 5, 2)) < 1 || month > 12 || text[7] != '-' ||
	    (day = read_digits(text + 8, 2)) < 1 ||
	    day > lengths[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0))
		return false;
	if (month <= 2)
		year--;
	in_cycle = year % 400;
	month = (month + 9) % 12;	/* from March */
	days = (int64_t)(year / 400) * CYCLE_DAYS + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
		(153 * month + 2) / 5 + day - 1;
	*ret_ms = (days - DAYS_TO_1970) * DAY_MS;
	return true;
}

bool
utc_read(const char *text, int64_t *ret_ms)
{
	int hour, minute, second;
	int64_t day_ms;

	if (!utc_read_day(text, &day_ms) || text[10] != 'T' ||
	    (hour = read_digits(text + 11, 2)) < 0 || hour > 23 || text[13] != ':' ||
	    (minute = read_digits(text + 14, 2)) < 0 || minute > 59 || text[16] != ':' ||
	    (second = read_digits(text + 17, 2)) < 0 || second > 59 || text[19] != 'Z')
		return false;
	*ret_ms = day_ms + (hour * 3600 + minute * 60 + second) * INT64_C(1000);
	return true;
}

void
utc_write(int64_t ms, char ret_text[static UTC_LENGTH + 1])
{
	int64_t days;
	int second, year, in_cycle, day, month;
	char text[64];

	if (ms < 0)
		ms = 0;
	if (ms > LAST_MS)
		ms = LAST_MS;
	days = ms / DAY_MS + DAYS_TO_1970;
	second = (int)(ms % DAY_MS / 1000);
	day = (int)(days % CYCLE_DAYS);
	in_cycle = (day - day / 1460 + day / 36524 - day / (CYCLE_DAYS - 1)) / 365;
	day -= in_cycle * 365 + in_cycle / 4 - in_cycle / 100;
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	year = (int)(days / CYCLE_DAYS) * 400 + in_cycle + (month >= 10 ? 1 : 0);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, (month + 2) % 12 + 1,
		day + 1, second / 3600, second / 60 % 60, second % 60);
	memcpy(ret_text, text, UTC_LENGTH);
	ret_text[UTC_LENGTH] = '\0';
}
