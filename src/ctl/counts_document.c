/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/counts_document.h"

#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/gateway_name.h"
#include "core/price.h"
#include "core/utc.h"
#include "ctl/counts.h"
#include "ctl/ctl.h"

static const char *const user_names[COUNTS_USER] = {
	[COUNTS_USER_TEXTS] = "texts", [COUNTS_USER_CALLS] = "calls",
	[COUNTS_USER_DENIED] = "denied", [COUNTS_USER_ACCEPTED] = "accepted",
	[COUNTS_USER_EXEMPT] = "exempt", [COUNTS_USER_LOCKOUTS] = "lockouts",
};
static const char *const service_names[COUNTS_SERVICE] = {
	[COUNTS_SERVICE_ACCEPTED] = "accepted", [COUNTS_SERVICE_REMEMBERED] = "remembered",
	[COUNTS_SERVICE_DENIED] = "denied", [COUNTS_SERVICE_EXEMPT] = "exempt",
	[COUNTS_SERVICE_TEXTS] = "texts", [COUNTS_SERVICE_CALLS] = "calls",
	[COUNTS_SERVICE_LOCKOUTS] = "lockouts",
};
static const char *const gateway_names[COUNTS_GATEWAY] = {
	[COUNTS_GATEWAY_TEXTS] = "texts", [COUNTS_GATEWAY_SEGMENTS] = "segments",
	[COUNTS_GATEWAY_CALLS] = "calls", [COUNTS_GATEWAY_FAILED] = "failed",
	[COUNTS_GATEWAY_UNSURE] = "unsure", [COUNTS_GATEWAY_FAILOVERS] = "failovers",
};
static const char *const one_name[] = { "count" };

/* NULL stands for no memory, here and where it is put in. */
static void
put(json_t **object, const char *key, json_t *value)
{
	if (*object == NULL) {
		json_decref(value);
	} else if (json_object_set_new(*object, key, value) != 0) {
		json_decref(*object);
		*object = NULL;
	}
}

static json_t *
instant(int64_t ms)
{
	char text[UTC_LENGTH + 1];

	utc_write(ms, text);
	return json_string(text);
}

/* The words of a key by these names; the last one takes the rest. NULL: the key is left out. */
static json_t *
row(const char *key, const char *const *words, const uint32_t *counts, const char *const *names,
	size_t width)
{
	json_t *object = json_object();

	for (size_t i = 0; key != NULL && words[i] != NULL; i++) {
		const char *end = words[i + 1] != NULL ? strchr(key, ' ') : NULL;
		const size_t length = end != NULL ? (size_t)(end - key) : strlen(key);

		put(&object, words[i], json_stringn(key, length));
		key += length + (end != NULL ? 1 : 0);
	}
	for (size_t i = 0; i < width; i++)
		put(&object, names[i], json_integer(counts[i]));
	return object;
}

/* Those with the largest counts, largest first. */
static json_t *
list(const struct tally *tally, const char *const *words, const char *const *names, size_t width,
	size_t most)
{
	json_t *rows = json_array();
	uint32_t *numbers;
	const size_t count = tally_largest(tally, most, &numbers);

	for (size_t i = 0; i < count; i++)
		ctl_append(&rows, row(tally_key(tally, numbers[i]), words,
			tally_row(tally, numbers[i]), names, width));
	if (numbers == NULL) {
		json_decref(rows);
		rows = NULL;
	}
	free(numbers);
	return rows;
}

static json_t *
list_all(const struct tally *tally, const char *const *words)
{
	return list(tally, words, one_name, 1, SIZE_MAX);
}

/* Of all keys, those beyond the tally's most as well. */
static json_t *
totals(const struct tally *tally, const char *const *names, size_t width)
{
	json_t *object = json_object();
	const uint32_t *others = tally_others(tally);

	for (size_t i = 0; i < width; i++) {
		json_int_t sum = others != NULL ? others[i] : 0;

		for (size_t j = 0; j < tally_size(tally); j++)
			sum += tally_row(tally, j)[i];
		put(&object, names[i], json_integer(sum));
	}
	return object;
}

/* "price", "currency" and "spent", or "price_error": why the price is not known. */
static void
put_price(json_t **object, const struct config *config, const char *name, uint32_t segments)
{
	struct price price = { .known = false };
	struct fault fault = { .text = "" };
	char text[PRICE_AMOUNT_SIZE], each[PRICE_AMOUNT_SIZE];
	int64_t sum = 0;

	if (!gateway_name_valid(name) ||
	    price_load(config->directory, name, &price, &fault) != 0 || !price.known) {
		put(object, "price", json_null());
		if (fault.text[0] != '\0')
			put(object, "price_error", ctl_text(fault.text));
		return;
	}
	price_amount(price.millionths, each);
	price_add(&price, segments, &sum);
	price_amount(sum, text);
	put(object, "price", json_string(each));
	put(object, "currency", price.currency[0] != '\0' ? json_string(price.currency)
		: json_null());
	put(object, "spent", json_string(text));
}

static json_t *
gateways(const struct counts *counts, const struct config *config)
{
	static const char *const words[] = { "gateway", NULL };
	json_t *rows = list(counts->gateways, words, gateway_names, COUNTS_GATEWAY, SIZE_MAX);
	json_t *one;
	size_t index;

	json_array_foreach(rows, index, one) {
		/* One that loses its memory is said by "rows" not being whole. */
		json_t *object = json_incref(one);

		put_price(&object, config, ctl_string(one, "gateway"),
			(uint32_t)ctl_number(one, "segments"));
		json_decref(object);
	}
	return rows;
}

/* All of them only if nothing else is asked for. */
static void
put_exemptions(json_t **document, const struct counts *counts, size_t most)
{
	static const char *const words[] = { "rule", "user", "reason", NULL };
	const uint32_t *beyond = tally_others(counts->exemptions);

	put(document, "exemption_count", json_integer((json_int_t)tally_size(counts->exemptions)));
	put(document, "exemptions", list(counts->exemptions, words, one_name, 1, most));
	put(document, "other_exemptions", json_integer(beyond == NULL ? 0 : *beyond));
}

static void
put_users(json_t **document, const struct counts *counts, size_t most)
{
	static const char *const words[] = { "user", NULL };
	const uint32_t *beyond = tally_others(counts->users);

	put(document, "user_count", json_integer((json_int_t)tally_size(counts->users)));
	put(document, "users", list(counts->users, words, user_names, COUNTS_USER, most));
	/* Users whom no memory was left to tell apart. */
	put(document, "others", beyond == NULL ? json_null()
		: row(NULL, words, beyond, user_names, COUNTS_USER));
}

json_t *
counts_document(const struct counts *counts, const struct counts_order *order)
{
	static const char *const service_words[] = { "service", NULL };
	static const char *const reason_words[] = { "reason", NULL };
	static const char *const change_words[] = { "by", "action", NULL };
	json_t *document = json_object();

	put(&document, "events", json_integer((json_int_t)counts->events));
	put(&document, "first", counts->events > 0 ? instant(counts->first_ms) : json_null());
	put(&document, "last", counts->events > 0 ? instant(counts->last_ms) : json_null());
	put(&document, "damaged_lines", json_integer((json_int_t)counts->damaged));
	put(&document, "newer_lines", json_integer((json_int_t)counts->newer));
	put_exemptions(&document, counts, order->exempt_only ? SIZE_MAX : order->users);
	if (order->exempt_only)
		return document;
	put(&document, "totals", totals(counts->services, service_names, COUNTS_SERVICE));
	put(&document, "services", list(counts->services, service_words, service_names,
		COUNTS_SERVICE, SIZE_MAX));
	put(&document, "gateways", gateways(counts, order->config));
	put(&document, "refusals", list_all(counts->refusals, reason_words));
	put(&document, "changes", list_all(counts->changes, change_words));
	put_users(&document, counts, order->users);
	return document;
}
