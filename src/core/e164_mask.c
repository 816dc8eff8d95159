/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/e164.h"

#include <stdio.h>
#include <string.h>

/* The three parts of a masked number. */
struct parts {
	int code, hidden, shown;
	const char *last;
};

static struct parts
split(const struct e164 *number)
{
	const char *digits = number->text + 1;
	size_t count = strnlen(number->text, sizeof number->text) - 1;
	size_t code = e164_calling_code_length(digits), national = count - code, shown;

	if (national >= 9)
		shown = 4;
	else if (national >= 7)
		shown = 3;
	else
		shown = national >= 4 ? 2 : 0;
	return (struct parts){
		.code = (int)code,
		.hidden = (int)(national - shown),
		.shown = (int)shown,
		.last = digits + count - shown,
	};
}

void
e164_mask(const struct e164 *number, struct e164_masked *ret_masked)
{
	struct parts parts;

	if (number->text[0] != '+') {
		snprintf(ret_masked->text, sizeof ret_masked->text, "-");
		return;
	}
	parts = split(number);
	snprintf(ret_masked->text, sizeof ret_masked->text, "+%.*s %.*s %.*s", parts.code,
		number->text + 1, parts.hidden, "***************", parts.shown, parts.last);
}

void
e164_mask_log(const struct e164 *number, struct e164_masked *ret_masked)
{
	struct parts parts;

	if (number->text[0] != '+') {
		snprintf(ret_masked->text, sizeof ret_masked->text, "-");
		return;
	}
	parts = split(number);
	snprintf(ret_masked->text, sizeof ret_masked->text, "+%.*s*%.*s", parts.code,
		number->text + 1, parts.shown, parts.last);
}
