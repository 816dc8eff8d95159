/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/price.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"

#define WHOLE_DIGITS 4
#define PLACES 6
#define ONE 1000000		/* 10^PLACES */

/* Reads 1 to most digits; returns how many, 0 if there are none or more. */
static size_t
digits(const char *text, size_t most, int64_t *ret_value)
{
	int64_t value = 0;
	size_t count = 0;

	for (; text[count] >= '0' && text[count] <= '9'; count++) {
		if (count == most)
			return 0;
		value = value * 10 + (text[count] - '0');
	}
	*ret_value = value;
	return count;
}

static bool
currency(const char *text)
{
	return strlen(text) == PRICE_CURRENCY_SIZE - 1 &&
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == PRICE_CURRENCY_SIZE - 1;
}

bool
price_parse(const char *text, struct price *ret_price)
{
	struct price price = { .known = true };
	int64_t part;
	size_t count = digits(text, WHOLE_DIGITS, &part);

	if (count == 0)
		return false;
	text += count;
	price.millionths = part * ONE;
	if (*text == '.') {
		count = digits(++text, PLACES, &part);
		if (count == 0)
			return false;
		text += count;
		for (; count < PLACES; count++)
			part *= 10;
		price.millionths += part;
	}
	if (*text == ' ') {
		if (!currency(++text))
			return false;
		memcpy(price.currency, text, PRICE_CURRENCY_SIZE);
	} else if (*text != '\0') {
		return false;
	}
	*ret_price = price;
	return true;
}

int
price_read(const struct conf_at *at, struct price *ret_price)
{
	struct price price = { .known = false };
	const char *text = NULL;
	int result = conf_string(at, "price", false, (struct conf_length){ 1, 32 }, &text);

	if (result == 0 && text != NULL && !price_parse(text, &price))
		return conf_refuse(at, conf_setting(at, "price"),
			"must be what one text costs, like \"0.045 EUR\" or \"0.045\"");
	if (result == 0)
		*ret_price = price;
	return result;
}

int
price_load(const char *directory, const char *name, struct price *ret_price, struct fault *fault)
{
	struct conf_file *file = NULL;
	char *path;
	int result;

	if (asprintf(&path, "%s/gateways/%s.conf", directory, name) < 0)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	result = conf_file_load(path, CONF_SECRET, &file, fault);
	free(path);
	if (result == 0) {
		const struct conf_at at = {
			.file = file, .group = conf_file_root(file), .name = "", .fault = fault,
		};

		result = price_read(&at, ret_price);
	}
	conf_file_free(&file);
	return result;
}

void
price_add(const struct price *price, uint64_t count, int64_t *sum)
{
	int64_t more;

	if (count > INT64_MAX || __builtin_mul_overflow(price->millionths, (int64_t)count, &more) ||
	    __builtin_add_overflow(*sum, more, sum))
		*sum = INT64_MAX;
}

void
price_amount(int64_t millionths, char ret_text[static PRICE_AMOUNT_SIZE])
{
	size_t end;

	snprintf(ret_text, PRICE_AMOUNT_SIZE, "%" PRId64 ".%06" PRId64, millionths / ONE,
		millionths % ONE);
	end = strlen(ret_text);
	for (size_t spare = PLACES - 2; spare > 0 && ret_text[end - 1] == '0'; spare--)
		ret_text[--end] = '\0';
}
