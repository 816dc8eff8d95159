/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of the store: opened under their names, read, written. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/bytes.h"
#include "core/limit_record.h"
#include "core/store_private.h"

/* Anchored in no boot at all: the first limit_rebase gives it one. */
static const struct now never;

static int
open_ledger(const struct record_place *place, enum store_making making,
	struct store_ledger *ret_ledger, struct fault *fault)
{
	struct store_ledger ledger = { .kind = place->kind };
	uint8_t initial[RECORD_BODY_SIZE];
	int result;

	limit_start(&never, &ledger.limits);
	limit_record_put(&ledger.limits, initial);
	result = record_open(place, making == STORE_MAKE ? initial : NULL, &ledger.record, fault);
	if (result == 0)
		*ret_ledger = ledger;
	return result;
}

void
store_place_of_uid(const struct directory *directory, enum record_kind kind, uid_t uid,
	struct store_place *ret_place)
{
	*ret_place = (struct store_place){ .place = { .directory = directory, .kind = kind } };
	snprintf(ret_place->name, sizeof ret_place->name, "%" PRIu32, (uint32_t)uid);
	ret_place->place.name = ret_place->name;
	bytes_put_u32(ret_place->place.owner, uid);
}

void
store_place_of_phone(const struct store *store, const struct code_tag *phone,
	struct store_place *ret_place)
{
	*ret_place = (struct store_place){
		.place = { .directory = &store->phones, .kind = RECORD_PHONE },
	};
	sodium_bin2hex(ret_place->name, sizeof ret_place->name, phone->bytes,
		sizeof phone->bytes);
	ret_place->place.name = ret_place->name;
	memcpy(ret_place->place.owner, phone->bytes, sizeof phone->bytes);
}

int
store_open_user(const struct store *store, uid_t uid, enum store_making making,
	struct store_ledger *ret_ledger, struct fault *fault)
{
	struct store_place at;

	store_place_of_uid(&store->users, RECORD_USER, uid, &at);
	return open_ledger(&at.place, making, ret_ledger, fault);
}

int
store_open_phone(const struct store *store, const struct code_tag *phone, enum store_making making,
	struct store_ledger *ret_ledger, struct fault *fault)
{
	struct store_place at;

	store_place_of_phone(store, phone, &at);
	return open_ledger(&at.place, making, ret_ledger, fault);
}

int
store_ledger_read(struct store_ledger *ledger, const struct now *now, struct fault *fault)
{
	int result = limit_record_get(record_body(ledger->record), ledger->kind, &ledger->limits);

	if (result != 0)
		return fault_set(fault, FAULT_DAMAGED, "%s: impossible content",
			record_path(ledger->record));
	ledger->redefined = limit_rebase(&ledger->limits, now);
	return 0;
}

int
store_read_user(const struct store *store, uid_t uid, enum store_making making,
	struct store_ledger *ret_ledger, struct now *ret_now, struct fault *fault)
{
	int result = store_open_user(store, uid, making, ret_ledger, fault);

	/* The lock may have been waited for: the clock is read behind it. */
	if (result == 0)
		result = store->settings->read_clock(ret_now, fault);
	if (result == 0 && ret_ledger->record != NULL)
		result = store_ledger_read(ret_ledger, ret_now, fault);
	return result;
}

int
store_ledger_write(struct store_ledger *ledger, enum record_write how, struct fault *fault)
{
	uint8_t body[RECORD_BODY_SIZE];
	int result;

	limit_record_put(&ledger->limits, body);
	result = record_write(ledger->record, body, how, fault);
	if (result == 0)
		ledger->redefined = false;
	return result;
}

int
store_ledger_keep(struct store_ledger *ledger, struct fault *fault)
{
	/* Lazily: should it be lost, the longer wait of before counts again. */
	return ledger->redefined ? store_ledger_write(ledger, RECORD_LAZY, fault) : 0;
}

void
store_ledger_close(struct store_ledger *ledger)
{
	record_close(&ledger->record);
}

int
store_open_codes(const struct store *store, uid_t uid, enum store_making making,
	struct store_codes *ret_codes, struct fault *fault)
{
	struct store_codes codes = { .record = NULL };
	uint8_t initial[RECORD_BODY_SIZE];
	struct store_place at;
	int result;

	store_place_of_uid(&store->codes, RECORD_CODES, uid, &at);
	code_record_start(&never, &codes.codes);
	code_record_put(&codes.codes, initial);
	result = record_open(&at.place, making == STORE_MAKE ? initial : NULL, &codes.record,
		fault);
	if (result == 0)
		*ret_codes = codes;
	return result;
}

int
store_codes_read(struct store_codes *codes, const struct now *now, struct fault *fault)
{
	if (codes->record != NULL &&
	    code_record_get(record_body(codes->record), &codes->codes) != 0)
		return fault_set(fault, FAULT_DAMAGED, "%s: impossible content",
			record_path(codes->record));
	code_record_rebase(&codes->codes, now);
	return 0;
}

int
store_codes_write(struct store_codes *codes, struct fault *fault)
{
	uint8_t body[RECORD_BODY_SIZE];
	int result;

	code_record_put(&codes->codes, body);
	result = record_write(codes->record, body, RECORD_DURABLE, fault);
	sodium_memzero(body, sizeof body);
	return result;
}

void
store_codes_close(struct store_codes *codes)
{
	record_close(&codes->record);
	code_record_wipe(&codes->codes);
}

int
store_codes_forget(struct store_codes *codes, const struct limit_status *status,
	struct fault *fault)
{
	if (status->standing == LIMIT_FREE || codes->codes.success_count == 0)
		return 0;
	code_record_forget(&codes->codes);
	return store_codes_write(codes, fault);
}

void
store_texts_note(const struct limit_record *user, uint64_t serial, const struct code_entry *entry,
	const struct code_tag *phone, struct store_texts *ret_texts)
{
	struct store_texts texts = { .serial = serial };

	for (size_t i = 0; i < user->count; i++) {
		if (user->stamps[i].serial == serial && user->stamps[i].unredeemed)
			texts.at_ms[texts.count++] = user->stamps[i].at_ms;
	}
	if (entry != NULL) {
		texts.phone_count = entry->phone_count;
		memcpy(texts.phones, entry->phones, entry->phone_count * sizeof entry->phones[0]);
	} else {
		texts.phone_count = 1;
		texts.phones[0] = *phone;
	}
	*ret_texts = texts;
}

static int
give_phone_back(const struct store *store, const struct code_tag *phone,
	const struct store_texts *texts, enum budget_reason reason, struct fault *fault)
{
	struct store_ledger ledger = { .record = NULL };
	struct now now;
	int result;

	result = store_open_phone(store, phone, STORE_EXISTING, &ledger, fault);
	if (result != 0 || ledger.record == NULL)
		return result;
	result = store->settings->read_clock(&now, fault);
	if (result == 0)
		result = store_ledger_read(&ledger, &now, fault);
	if (result == 0) {
		if (reason == BUDGET_REDEEMED)
			limit_redeem(&ledger.limits, texts->serial);
		else
			limit_cancel(&ledger.limits, texts->serial);
		result = store_ledger_write(&ledger, RECORD_LAZY, fault);
	}
	store_ledger_close(&ledger);
	return result;
}

static int
give_table_back(struct store *store, const struct store_login *login,
	const struct store_texts *texts, enum budget_reason reason, struct fault *fault)
{
	const struct budget_text text = { .client = login->client, .reserve = login->reserve };
	struct now now;
	int result;

	result = store->settings->read_clock(&now, fault);
	if (result == 0)
		result = store_budget_open(store, &now, fault);
	for (size_t i = 0; i < texts->count && result == 0; i++) {
		const struct budget_return back = {
			.reason = reason, .reserved_boot_ms = texts->at_ms[i],
		};

		result = budget_give_back(store->budget, &text, &back, &now, fault);
	}
	return result;
}

int
store_give_back(struct store *store, const struct store_login *login,
	const struct store_texts *texts, enum budget_reason reason, struct fault *fault)
{
	int first = 0;

	for (size_t i = 0; i <= texts->phone_count; i++) {
		struct fault *say = first == 0 ? fault : NULL;
		int result = i < texts->phone_count ?
			give_phone_back(store, &texts->phones[i], texts, reason, say) :
			give_table_back(store, login, texts, reason, say);

		if (first == 0)
			first = result;
	}
	return first;
}
