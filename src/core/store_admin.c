/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/store_admin.h"

#include "core/shelter.h"
#include "core/store_private.h"

static void
view_sent(const struct store_ledger *ledger, const struct now *now,
	const struct limit_texts *texts, struct store_sent *ret_sent)
{
	struct store_sent sent = {
		.wait_ms = limit_text_wait(&ledger->limits, now, texts),
	};

	for (size_t i = 0; i < ledger->limits.count; i++) {
		const struct limit_stamp *stamp = &ledger->limits.stamps[i];
		int64_t age = now->boot_ms - stamp->at_ms;

		if (stamp->kind != texts->kind)
			continue;
		sent.today += age < LIMIT_DAY_MS;
		sent.open += stamp->unredeemed && age < texts->window_ms;
	}
	*ret_sent = sent;
}

static void
view_ledger(const struct store *store, const struct store_ledger *ledger, const struct now *now,
	const struct limit_texts *texts, struct store_view *view)
{
	struct limit_status status;

	limit_look(&ledger->limits, now, &store->settings->guesses, &status);
	store_status_from(&status, &view->status);
	view->backup_codes = limit_backup_left(&ledger->limits, now);
	view->backup_expires_in_ms = limit_backup_expires_in(&ledger->limits, now);
	view_sent(ledger, now, texts, &view->texts);
	view_sent(ledger, now, &store->settings->budget.voice, &view->calls);
}

static int
view_codes(const struct store *store, uid_t uid, const struct now *now, struct store_view *view,
	struct fault *fault)
{
	struct store_codes codes = { .record = NULL };
	int result = store_open_codes(store, uid, STORE_EXISTING, &codes, fault);

	if (result == 0)
		result = store_codes_read(&codes, now, fault);
	for (size_t i = 0; result == 0 && i < codes.codes.count; i++)
		view->live_codes += code_record_live(&codes.codes.entries[i], now);
	store_codes_close(&codes);
	return result;
}

/* Reads a ledger that is open; one that does not exist is left as it is. */
static int
read_now(const struct store *store, struct store_ledger *ledger, struct now *ret_now,
	struct fault *fault)
{
	int result = store->settings->read_clock(ret_now, fault);

	return result != 0 || ledger->record == NULL ? result
		: store_ledger_read(ledger, ret_now, fault);
}

/* Of a user, or of a phone where that is not NULL. */
static int
view_subject(struct store *store, uid_t uid, const struct e164 *phone, struct store_view *ret_view,
	struct fault *fault)
{
	const struct limit_budget *budget = &store->settings->budget;
	struct store_view view = { .live_codes = 0 };
	struct store_ledger ledger = { .record = NULL };
	struct code_tag tag;
	struct shelter shelter;
	struct now now;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	if (phone != NULL) {
		store_phone_tag(store, phone, &tag);
		result = store_open_phone(store, &tag, STORE_EXISTING, &ledger, fault);
	} else {
		result = store_open_user(store, uid, STORE_EXISTING, &ledger, fault);
	}
	if (result == 0)
		result = read_now(store, &ledger, &now, fault);
	if (result == 0 && ledger.record != NULL) {
		view_ledger(store, &ledger, &now, phone != NULL ? &budget->phone : &budget->user,
			&view);
		if (phone == NULL)
			result = view_codes(store, uid, &now, &view, fault);
	}
	store_ledger_close(&ledger);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_view = view;
	return result;
}

int
store_view_user(struct store *store, uid_t uid, struct store_view *ret_view, struct fault *fault)
{
	return view_subject(store, uid, NULL, ret_view, fault);
}

int
store_view_phone(struct store *store, const struct e164 *phone, struct store_view *ret_view,
	struct fault *fault)
{
	return view_subject(store, 0, phone, ret_view, fault);
}

int
store_charge_host(struct store *store, struct store_verdict *ret_verdict, struct fault *fault)
{
	const struct budget_text text = { .client = NULL };
	struct store_verdict verdict = { .standing = STORE_FREE };
	enum budget_refusal refusal = BUDGET_GRANTED;
	struct shelter shelter;
	struct now now;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = store->settings->read_clock(&now, fault);
	if (result == 0)
		result = store_budget_open(store, &now, fault);
	if (result == 0)
		result = budget_reserve(store->budget, &text, &now, &refusal, &verdict.wait_ms,
			fault);
	result = shelter_leave(&shelter, result, fault);
	if (result != 0)
		return result;
	if (refusal != BUDGET_GRANTED)
		verdict.spent = STORE_BUDGET_HOST;
	*ret_verdict = verdict;
	return 0;
}

int
store_view_table(struct store *store, const char *client, struct budget_shares *ret_shares,
	struct fault *fault)
{
	struct budget_shares shares;
	struct shelter shelter;
	struct now now;
	int result = store->settings->read_clock(&now, fault);

	if (result == 0)
		result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = store_budget_open(store, &now, fault);
	if (result == 0)
		result = budget_look(store->budget, client, &now, &shares, fault);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_shares = shares;
	return result;
}

int
store_unlock(struct store *store, uid_t uid, struct store_status *ret_before, struct fault *fault)
{
	struct limit_status before = { .standing = LIMIT_FREE };
	struct store_ledger user = { .record = NULL };
	struct shelter shelter;
	struct now now;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = store_open_user(store, uid, STORE_EXISTING, &user, fault);
	if (result == 0)
		result = read_now(store, &user, &now, fault);
	if (result == 0 && user.record != NULL) {
		limit_look(&user.limits, &now, &store->settings->guesses, &before);
		limit_success(&user.limits);
		result = store_ledger_write(&user, RECORD_DURABLE, fault);
	}
	store_ledger_close(&user);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		store_status_from(&before, ret_before);
	return result;
}

int
store_prepare_user(struct store *store, uid_t uid, bool *ret_made, struct fault *fault)
{
	struct store_ledger user = { .record = NULL };
	struct shelter shelter;
	bool there = false;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = store_open_user(store, uid, STORE_EXISTING, &user, fault);
	there = user.record != NULL;
	if (result == 0 && !there)
		result = store_open_user(store, uid, STORE_MAKE, &user, fault);
	store_ledger_close(&user);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_made = !there;
	return result;
}

int
store_discard(const struct record_place *place, enum record_write how, bool *had,
	struct fault *fault)
{
	struct record *record = NULL;
	int result = record_claim(place, &record, fault);

	if (result == 0 && record != NULL) {
		result = record_remove(record, how, fault);
		*had = *had || result == 0;
	}
	record_close(&record);
	return result;
}

int
store_forget_user(struct store *store, uid_t uid, bool *ret_had, struct fault *fault)
{
	struct store_place user, codes;
	struct record *record = NULL;
	struct shelter shelter;
	bool had = false;
	int result = shelter_enter(&shelter, fault);

	*ret_had = false;
	if (result != 0)
		return result;
	store_place_of_uid(&store->users, RECORD_USER, uid, &user);
	store_place_of_uid(&store->codes, RECORD_CODES, uid, &codes);
	/* The lock on the user's record guards his codes. */
	result = record_claim(&user.place, &record, fault);
	if (result == 0)
		result = store_discard(&codes.place, RECORD_DURABLE, &had, fault);
	if (result == 0)
		result = store_backup_discard(store, uid, RECORD_DURABLE, &had, fault);
	if (result == 0 && record != NULL) {
		result = record_remove(record, RECORD_DURABLE, fault);
		had = had || result == 0;
	}
	record_close(&record);
	result = shelter_leave(&shelter, result, fault);
	*ret_had = had;
	return result;
}

int
store_forget_phone(struct store *store, const struct e164 *phone, bool *ret_had,
	struct fault *fault)
{
	struct store_place number;
	struct code_tag tag;
	struct shelter shelter;
	bool had = false;
	int result = shelter_enter(&shelter, fault);

	*ret_had = false;
	if (result != 0)
		return result;
	store_phone_tag(store, phone, &tag);
	store_place_of_phone(store, &tag, &number);
	result = store_discard(&number.place, RECORD_DURABLE, &had, fault);
	result = shelter_leave(&shelter, result, fault);
	*ret_had = had;
	return result;
}
