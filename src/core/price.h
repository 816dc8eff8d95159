/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gateway asks for one text: "0.045 EUR", the setting "price" of a gateway file. Amounts are
 * whole millionths, so that a sum of a million texts is exact.
 */
#ifndef SMSOTP_CORE_PRICE_H
#define SMSOTP_CORE_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#define PRICE_CURRENCY_SIZE 4
#define PRICE_AMOUNT_SIZE 24

struct conf_at;
struct fault;

struct price {
	bool known;
	int64_t millionths;		/* 0 to 9999999999 */
	char currency[PRICE_CURRENCY_SIZE];	/* three capital letters, or "" */
};

/*
 * An amount of up to four digits, then perhaps a point and up to six more, then perhaps a blank and
 * three capital letters (ISO 4217). Returns false, with *ret_price untouched, for anything else.
 */
bool price_parse(const char *text, struct price *ret_price) __attribute__((warn_unused_result));

/* Reads "price" of a gateway file's root; not known where there is none. 0 or FAULT_CONFIG. */
int price_read(const struct conf_at *at, struct price *ret_price)
	__attribute__((warn_unused_result));

/*
 * The same of DIRECTORY/gateways/NAME.conf, and nothing else of it; name must be valid. Returns 0,
 * FAULT_CONFIG, also if there is no such file, or FAULT_MEMORY.
 */
int price_load(const char *directory, const char *name, struct price *ret_price,
	struct fault *fault) __attribute__((warn_unused_result));

/* count texts more in *sum, which stays at INT64_MAX once it is there. */
void price_add(const struct price *price, uint64_t count, int64_t *sum);

/* With two places behind the point, and more only if they are not 0. millionths is not negative. */
void price_amount(int64_t millionths, char ret_text[static PRICE_AMOUNT_SIZE]);

#endif
