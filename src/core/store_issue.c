/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts and calls: reserved, reserved again, taken back. The order is: lock user, then phone; look
 * at their budgets; count with client and host, which have no lock; write phone, then user; then
 * the code. Whoever dies on the way has paid for a text that is not sent.
 */
#include <string.h>

#include "core/random.h"
#include "core/shelter.h"
#include "core/store_private.h"

/* Everything one reservation holds open. */
struct reservation {
	struct store *store;
	const struct store_login *login;
	enum limit_kind kind;
	const struct e164 *phone;
	struct now now;
	struct code_tag phone_tag;
	struct store_ledger user, number;
	struct store_codes codes;
};

static int
reservation_open(struct reservation *it, struct fault *fault)
{
	int result;

	store_phone_tag(it->store, it->phone, &it->phone_tag);
	result = store_open_user(it->store, it->login->uid, STORE_MAKE, &it->user, fault);
	if (result == 0)
		result = store_open_phone(it->store, &it->phone_tag, STORE_MAKE, &it->number,
			fault);
	if (result == 0)
		result = store_open_codes(it->store, it->login->uid, STORE_MAKE, &it->codes, fault);
	if (result == 0)
		result = it->store->settings->read_clock(&it->now, fault);
	if (result == 0)
		result = store_ledger_read(&it->user, &it->now, fault);
	if (result == 0)
		result = store_ledger_read(&it->number, &it->now, fault);
	if (result == 0)
		result = store_codes_read(&it->codes, &it->now, fault);
	return result;
}

static void
reservation_close(struct reservation *it)
{
	store_codes_close(&it->codes);
	store_ledger_close(&it->number);
	store_ledger_close(&it->user);
}

static struct budget_text
budget_text_of(const struct store_login *login)
{
	return (struct budget_text){ .client = login->client, .reserve = login->reserve };
}

/* Client and host: counted if they let the text through. */
static int
reserve_table(struct reservation *it, struct store_verdict *ret_verdict, struct fault *fault)
{
	const struct budget_text text = budget_text_of(it->login);
	enum budget_refusal refusal = BUDGET_GRANTED;
	int64_t wait_ms = 0;
	int result;

	result = store_budget_open(it->store, &it->now, fault);
	if (result == 0)
		result = budget_reserve(it->store->budget, &text, &it->now, &refusal, &wait_ms,
			fault);
	if (result != 0 || refusal == BUDGET_GRANTED)
		return result;
	ret_verdict->spent = refusal == BUDGET_CLIENT ? STORE_BUDGET_CLIENT : STORE_BUDGET_HOST;
	ret_verdict->wait_ms = wait_ms;
	return 0;
}

/* What user and phone may have: of texts each its own, of calls the same. */
static const struct limit_texts *
limit_of_user(const struct reservation *it)
{
	const struct limit_budget *budget = &it->store->settings->budget;

	return it->kind == LIMIT_CALL ? &budget->voice : &budget->user;
}

static const struct limit_texts *
limit_of_phone(const struct reservation *it)
{
	const struct limit_budget *budget = &it->store->settings->budget;

	return it->kind == LIMIT_CALL ? &budget->voice : &budget->phone;
}

/* Whether the user may have texts at all. */
static void
look(const struct reservation *it, struct store_verdict *ret_verdict)
{
	struct limit_status status;
	struct store_status standing;

	limit_look(&it->user.limits, &it->now, &it->store->settings->guesses, &status);
	store_status_from(&status, &standing);
	*ret_verdict = (struct store_verdict){
		.standing = standing.standing, .locked_for_ms = standing.locked_for_ms,
	};
}

/* For a code that can be entered, by a process that lives: one that was killed told nobody. */
static bool
waits(const struct reservation *it, const struct code_entry *entry)
{
	bool (*lives)(const struct code_process *process) = it->store->settings->lives;

	return code_record_live(entry, &it->now) && entry->waiter.pid != 0 &&
		memcmp(&entry->place, &it->login->place, sizeof entry->place) == 0 &&
		limit_unredeemed(&it->user.limits, entry->serial) &&
		lives != NULL && lives(&entry->waiter);
}

static enum store_met
meet(const struct reservation *it)
{
	const struct store_login *login = it->login;
	const struct code_record *codes = &it->codes.codes;

	if (login->remember_ms <= 0)
		return STORE_MET_NOTHING;
	if (code_record_remembers(codes, &login->place, &it->now, login->remember_ms))
		return STORE_MET_SUCCESS;
	for (size_t i = 0; i < codes->count && !login->alone; i++) {
		if (waits(it, &codes->entries[i]))
			return STORE_MET_WAITING;
	}
	return STORE_MET_NOTHING;
}

/* Who refuses, if anybody; if nobody does, client and host have counted the text. */
static int
ask(struct reservation *it, struct store_verdict *ret_verdict, struct fault *fault)
{
	look(it, ret_verdict);
	if (ret_verdict->standing != STORE_FREE)
		return 0;
	ret_verdict->wait_ms = limit_text_wait(&it->user.limits, &it->now, limit_of_user(it));
	if (ret_verdict->wait_ms > 0) {
		ret_verdict->spent = it->kind == LIMIT_CALL ? STORE_BUDGET_VOICE
			: STORE_BUDGET_USER;
		return 0;
	}
	ret_verdict->wait_ms = limit_text_wait(&it->number.limits, &it->now, limit_of_phone(it));
	if (ret_verdict->wait_ms > 0) {
		ret_verdict->spent = it->kind == LIMIT_CALL ? STORE_BUDGET_VOICE
			: STORE_BUDGET_PHONE;
		return 0;
	}
	return reserve_table(it, ret_verdict, fault);
}

static bool
granted(const struct store_verdict *verdict)
{
	return verdict->standing == STORE_FREE && verdict->met == STORE_MET_NOTHING &&
		verdict->spent == STORE_BUDGET_NONE;
}

/*
 * Nothing is sent after a fault, so nothing shall stay counted. What cannot be taken back, on a
 * disk that has just refused a write, stays.
 */
static void
undo(struct reservation *it, const struct limit_record *user, const struct limit_record *number)
{
	const struct budget_text text = budget_text_of(it->login);
	const struct budget_return back = {
		.reason = BUDGET_CANCELLED, .reserved_boot_ms = it->now.boot_ms,
	};

	int kept;

	kept = budget_give_back(it->store->budget, &text, &back, &it->now, NULL);
	it->number.limits = *number;
	kept |= store_ledger_write(&it->number, RECORD_LAZY, NULL);
	it->user.limits = *user;
	kept |= store_ledger_write(&it->user, RECORD_LAZY, NULL);
	/* The fault that led here is the one to report. */
	(void)kept;
}

/* Counts the text with phone and user, then puts the code in force. */
static int
commit(struct reservation *it, uint64_t serial, struct fault *fault)
{
	const struct limit_record user = it->user.limits, number = it->number.limits;
	int result;

	limit_text_add(&it->number.limits, &it->now, limit_of_phone(it), serial);
	limit_text_add(&it->user.limits, &it->now, limit_of_user(it), serial);
	result = store_ledger_write(&it->number, RECORD_DURABLE, fault);
	if (result == 0)
		result = store_ledger_write(&it->user, RECORD_DURABLE, fault);
	if (result == 0)
		result = store_codes_write(&it->codes, fault);
	if (result != 0)
		undo(it, &user, &number);
	return result;
}

/* A refusal changes nothing, but a clock that had to be set right stays right. */
static int
keep(struct reservation *it, struct fault *fault)
{
	int result = store_ledger_keep(&it->user, fault);

	return result == 0 ? store_ledger_keep(&it->number, fault) : result;
}

/* Salt and hash of an entry whose other parts are as they shall be. */
static int
seal(const struct reservation *it, const struct code *code, struct code_entry *entry,
	struct fault *fault)
{
	const struct store_hashing hashing = {
		.login = it->login, .phone = it->phone, .now = &it->now,
	};

	if (random_bytes(entry->salt, sizeof entry->salt) != 0)
		return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
	store_hash(it->store, &hashing, entry, code, &entry->hash);
	return 0;
}

static int
draw_serial(uint64_t *ret_serial, struct fault *fault)
{
	uint64_t serial = 0;

	/* Random, because users that share a phone share its record. */
	if (random_bytes(&serial, sizeof serial) != 0)
		return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
	*ret_serial = serial != 0 ? serial : 1;
	return 0;
}

/* The entry's code to this phone: counted and in force, or refused and nothing changed. */
static int
reserve(struct reservation *it, struct code_entry *entry, const struct code *code,
	struct store_verdict *ret_verdict, struct fault *fault)
{
	int result;

	code_record_bind_phone(entry, &it->phone_tag);
	result = seal(it, code, entry, fault);
	if (result == 0)
		result = ask(it, ret_verdict, fault);
	if (result != 0)
		return result;
	if (!granted(ret_verdict))
		return keep(it, fault);
	return commit(it, entry->serial, fault);
}

static int
issue(struct reservation *it, const struct code *code, int64_t lifetime_ms,
	struct store_ticket *ret_ticket, struct store_verdict *ret_verdict, struct fault *fault)
{
	struct code_entry *entry;
	uint64_t serial = 0;
	int result;

	result = reservation_open(it, fault);
	if (result != 0)
		return result;
	look(it, ret_verdict);
	if (ret_verdict->standing == STORE_FREE)
		ret_verdict->met = meet(it);
	if (!granted(ret_verdict))
		return keep(it, fault);
	/* Whatever can fail without a disk comes before anything is counted. */
	result = draw_serial(&serial, fault);
	if (result != 0)
		return result;
	entry = code_record_add(&it->codes.codes, &it->now);
	entry->serial = serial;
	entry->expires_boot_ms = it->now.boot_ms + lifetime_ms;
	entry->state = CODE_LIVE;
	memcpy(entry->binding, it->login->binding, sizeof entry->binding);
	store_service_tag(it->store, it->login->service, &entry->service);
	if (it->login->remember_ms > 0 && it->login->process.pid != 0) {
		entry->waiter = it->login->process;
		entry->place = it->login->place;
	}
	result = reserve(it, entry, code, ret_verdict, fault);
	if (result != 0 || !granted(ret_verdict))
		return result;
	/* Member by member: a whole ticket would leave its number on the stack. */
	ret_ticket->serial = serial;
	ret_ticket->expires_boot_ms = entry->expires_boot_ms;
	ret_ticket->phone = *it->phone;
	return 0;
}

int
store_issue(struct store *store, const struct store_login *login, const struct e164 *phone,
	const struct code *code, int64_t lifetime_ms, struct store_ticket *ret_ticket,
	struct store_verdict *ret_verdict, struct fault *fault)
{
	struct reservation it = { .store = store, .login = login, .phone = phone };
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct shelter shelter;
	int result;

	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = issue(&it, code, lifetime_ms, &ticket, &verdict, fault);
	reservation_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0) {
		*ret_verdict = verdict;
		if (granted(&verdict))
			*ret_ticket = ticket;
	}
	e164_wipe(&ticket.phone);
	return result;
}

static int
again(struct reservation *it, const struct code *code, const struct store_ticket *ticket,
	bool *ret_live, struct store_verdict *ret_verdict, struct fault *fault)
{
	struct code_entry *entry;
	int result;

	result = reservation_open(it, fault);
	if (result != 0)
		return result;
	entry = code_record_find(&it->codes.codes, ticket->serial);
	*ret_live = entry != NULL && code_record_live(entry, &it->now) &&
		limit_unredeemed(&it->user.limits, ticket->serial);
	if (!*ret_live)
		return keep(it, fault);
	return reserve(it, entry, code, ret_verdict, fault);
}

int
store_again(struct store *store, const struct store_login *login, const struct store_more *more,
	struct store_ticket *ticket, bool *ret_live, struct store_verdict *ret_verdict,
	struct fault *fault)
{
	struct reservation it = {
		.store = store, .login = login, .kind = more->kind, .phone = more->phone,
	};
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct shelter shelter;
	bool live = false;
	int result;

	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = again(&it, more->code, ticket, &live, &verdict, fault);
	reservation_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result != 0)
		return result;
	*ret_live = live;
	*ret_verdict = verdict;
	if (live && granted(&verdict))
		ticket->phone = *more->phone;
	return 0;
}
