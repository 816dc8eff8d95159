/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guesses: counted, compared, and on a match paid back; and the end of a code without one. A guess
 * is on the disk before it is compared, and a code is consumed before anybody hears that it was
 * right: killed anywhere in between, an attempt is lost and never gained.
 */
#include <sodium.h>
#include <string.h>

#include "core/shelter.h"
#include "core/store_private.h"

/* Everything one guess holds open. */
struct trial {
	struct store *store;
	const struct store_login *login;
	const struct store_ticket *ticket;
	struct now now;
	struct code_tag phone_tag, service_tag;
	struct store_ledger user;
	struct store_codes codes;
};

/*
 * Locks and reads. user.record is NULL if the user has none: then no code of his was ever texted.
 */
static int
trial_open(struct trial *it, struct fault *fault)
{
	int result;

	store_phone_tag(it->store, &it->ticket->phone, &it->phone_tag);
	store_service_tag(it->store, it->login->service, &it->service_tag);
	result = store_read_user(it->store, it->login->uid, STORE_EXISTING, &it->user, &it->now,
		fault);
	if (result != 0 || it->user.record == NULL)
		return result;
	result = store_open_codes(it->store, it->login->uid, STORE_EXISTING, &it->codes, fault);
	if (result == 0)
		result = store_codes_read(&it->codes, &it->now, fault);
	return result;
}

static void
trial_close(struct trial *it)
{
	store_codes_close(&it->codes);
	store_ledger_close(&it->user);
}

/*
 * Live, of this binding, service and phone; and never entered as far as the user's record knows,
 * which outlives a codes file put back from a copy.
 */
static bool
candidate(const struct trial *it, const struct code_entry *entry)
{
	const struct code_tag *phone = &entry->phones[entry->phone_count - 1];

	return code_record_live(entry, &it->now) &&
		sodium_memcmp(entry->binding, it->login->binding, sizeof entry->binding) == 0 &&
		memcmp(&entry->service, &it->service_tag, sizeof entry->service) == 0 &&
		memcmp(phone, &it->phone_tag, sizeof *phone) == 0 &&
		limit_unredeemed(&it->user.limits, entry->serial);
}

static size_t
candidates(const struct trial *it)
{
	size_t count = 0;

	for (size_t i = 0; i < it->codes.codes.count; i++)
		count += candidate(it, &it->codes.codes.entries[i]);
	return count;
}

/* Why there is nothing to compare with: time, or another conversation. */
static enum store_result
ended(struct trial *it)
{
	const struct code_entry *entry = code_record_find(&it->codes.codes, it->ticket->serial);

	if (it->now.boot_ms >= it->ticket->expires_boot_ms)
		return STORE_EXPIRED;
	return entry != NULL && entry->state == CODE_REVOKED ? STORE_EXPIRED : STORE_CONSUMED;
}

/* Looks at every candidate, whichever fits: the time taken tells nothing. NULL if none does. */
static struct code_entry *
compare(struct trial *it, const struct code *guess)
{
	const struct store_hashing hashing = {
		.login = it->login, .phone = &it->ticket->phone, .now = &it->now,
	};
	struct code_entry *match = NULL;
	struct code_hash hash;

	for (size_t i = 0; i < it->codes.codes.count; i++) {
		struct code_entry *entry = &it->codes.codes.entries[i];

		if (!candidate(it, entry))
			continue;
		store_hash(it->store, &hashing, entry, guess, &hash);
		if (code_hash_equal(&hash, &entry->hash))
			match = entry;
	}
	sodium_memzero(&hash, sizeof hash);
	return match;
}

/*
 * The code is consumed; what it cost comes back. Lazily: a loss of power leaves it spent. The user
 * is let go before the phones are locked, so that nobody waits for two.
 */
static int
pay_back(struct trial *it, const struct code_entry *entry, struct fault *fault)
{
	struct store_texts texts;
	int result, given;

	store_texts_note(&it->user.limits, entry->serial, entry, NULL, &texts);
	limit_success(&it->user.limits);
	limit_redeem(&it->user.limits, entry->serial);
	result = store_ledger_write(&it->user, RECORD_LAZY, fault);
	trial_close(it);
	given = store_give_back(it->store, it->login, &texts, BUDGET_REDEEMED,
		result == 0 ? fault : NULL);
	return result != 0 ? result : given;
}

static int
verify(struct trial *it, const struct code *guess, enum store_result *ret_result,
	struct store_status *ret_status, struct fault *fault)
{
	const struct limit_guesses *guesses = &it->store->settings->guesses;
	struct limit_status status = { .standing = LIMIT_FREE };
	struct code_entry *match;
	int result;

	result = trial_open(it, fault);
	if (result != 0)
		return result;
	limit_look(&it->user.limits, &it->now, guesses, &status);
	store_status_from(&status, ret_status);
	if (status.standing != LIMIT_FREE || candidates(it) == 0) {
		*ret_result = status.standing != LIMIT_FREE ? STORE_REFUSED : ended(it);
		return it->user.record != NULL ? store_ledger_keep(&it->user, fault) : 0;
	}

	if (!limit_attempt(&it->user.limits, &it->now, guesses, &status))
		return fault_set(fault, FAULT_SYSTEM, "%s: attempt refused",
			record_path(it->user.record));
	result = store_codes_forget(&it->codes, &status, fault);
	if (result == 0)
		result = store_ledger_write(&it->user, RECORD_DURABLE, fault);
	if (result != 0)
		return result;
	match = compare(it, guess);
	if (match == NULL) {
		store_status_from(&status, ret_status);
		*ret_result = STORE_WRONG;
		return 0;
	}
	match->state = CODE_CONSUMED;
	if (it->login->remember_ms > 0)
		code_record_remember(&it->codes.codes, &it->login->place, &it->now);
	result = store_codes_write(&it->codes, fault);
	if (result != 0)
		return result;
	*ret_status = (struct store_status){ .standing = STORE_FREE };
	*ret_result = STORE_MATCH;
	/*
	 * Not a reason to deny: all that failed is a place given back. The fault's text tells of
	 * it.
	 */
	(void)pay_back(it, match, fault);
	return 0;
}

int
store_verify(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket,
	const struct code *guess, enum store_result *ret_result, struct store_status *ret_status,
	struct fault *fault)
{
	struct trial it = { .store = store, .login = login, .ticket = ticket };
	enum store_result verdict = STORE_REFUSED;
	struct store_status status = { .standing = STORE_FREE };
	struct shelter shelter;
	int result;

	if (fault != NULL)
		fault->text[0] = '\0';
	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = verify(&it, guess, &verdict, &status, fault);
	trial_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0) {
		*ret_result = verdict;
		*ret_status = status;
	}
	return result;
}

/* Locks and reads, and finds the ticket's code; NULL if it is used, withdrawn or gone. */
static int
open_entry(struct trial *it, struct code_entry **ret_entry, struct fault *fault)
{
	struct code_entry *entry;
	int result;

	result = trial_open(it, fault);
	if (result != 0)
		return result;
	entry = code_record_find(&it->codes.codes, it->ticket->serial);
	*ret_entry = entry != NULL && entry->state == CODE_LIVE ? entry : NULL;
	return 0;
}

static int
revoke_code(struct trial *it, struct fault *fault)
{
	struct code_entry *entry = NULL;
	int result = open_entry(it, &entry, fault);

	if (result != 0 || entry == NULL)
		return result;
	entry->state = CODE_REVOKED;
	return store_codes_write(&it->codes, fault);
}

static int
stop_waiting(struct trial *it, struct fault *fault)
{
	struct code_entry *entry = NULL;
	int result = open_entry(it, &entry, fault);

	if (result != 0 || entry == NULL || entry->waiter.pid == 0)
		return result;
	code_record_stop_waiting(entry);
	return store_codes_write(&it->codes, fault);
}

/* The code first: while it lived, giving back its text would make it one that cost nothing. */
static int
cancel(struct trial *it, struct fault *fault)
{
	struct store_texts texts;
	int result, given;

	result = revoke_code(it, fault);
	if (result != 0 || it->user.record == NULL)
		return result;
	store_texts_note(&it->user.limits, it->ticket->serial,
		code_record_find(&it->codes.codes, it->ticket->serial), &it->phone_tag, &texts);
	if (texts.count == 0)
		return store_ledger_keep(&it->user, fault);
	limit_cancel(&it->user.limits, it->ticket->serial);
	result = store_ledger_write(&it->user, RECORD_LAZY, fault);
	trial_close(it);
	given = store_give_back(it->store, it->login, &texts, BUDGET_CANCELLED,
		result == 0 ? fault : NULL);
	return result != 0 ? result : given;
}

/* Does the work on the ticket's records, in a shelter. */
static int
with_records(struct trial *it, int (*work)(struct trial *it, struct fault *fault),
	struct fault *fault)
{
	struct shelter shelter;
	int result;

	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = work(it, fault);
	trial_close(it);
	return shelter_leave(&shelter, result, fault);
}

int
store_revoke(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault)
{
	struct trial it = { .store = store, .login = login, .ticket = ticket };

	return with_records(&it, revoke_code, fault);
}

int
store_stop_waiting(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault)
{
	struct trial it = { .store = store, .login = login, .ticket = ticket };

	return with_records(&it, stop_waiting, fault);
}

int
store_cancel(struct store *store, const struct store_login *login,
	const struct store_ticket *ticket, struct fault *fault)
{
	struct trial it = { .store = store, .login = login, .ticket = ticket };

	return with_records(&it, cancel, fault);
}
