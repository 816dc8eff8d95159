/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the store share. For src/core/store*.c only. */
#ifndef SMSOTP_CORE_STORE_PRIVATE_H
#define SMSOTP_CORE_STORE_PRIVATE_H

#include "core/budget.h"
#include "core/code_record.h"
#include "core/directory.h"
#include "core/fault.h"
#include "core/limit.h"
#include "core/record.h"
#include "core/store.h"

struct shelter;

#define STORE_NAMES_KEY_SIZE 32

struct store {
	const struct store_settings *settings;
	struct directory state, users, phones, run, codes;
	struct directory backup;		/* opened when it is first needed */
	struct code_key key;			/* of this boot: codes, bindings, clients */
	struct code_key names_key;		/* for good: names of phones, decoys */
	struct budget_settings budget_settings;
	struct budget *budget;			/* opened when it is first needed */
	struct health *health;			/* the same */
};

/* Where a record is, with room for its name; place.name points into it. */
#define STORE_NAME_SIZE (2 * CODE_TAG_SIZE + 1)
struct store_place {
	struct record_place place;
	char name[STORE_NAME_SIZE];
};

/* Accounts are known by uid: no two spellings of a name have counters of their own. */
void store_place_of_uid(const struct directory *directory, enum record_kind kind, uid_t uid,
	struct store_place *ret_place);
void store_place_of_phone(const struct store *store, const struct code_tag *phone,
	struct store_place *ret_place);

/* Removes a record, if there is one, under its lock. *had becomes true if it was removed. */
int store_discard(const struct record_place *place, enum record_write how, bool *had,
	struct fault *fault) __attribute__((warn_unused_result));

/* A user's or a phone's record, locked while it is open. */
struct store_ledger {
	struct record *record;
	enum record_kind kind;
	bool redefined;				/* must be saved: limit_rebase */
	struct limit_record limits;
};

enum store_making { STORE_EXISTING, STORE_MAKE };

/*
 * Locks it; record is NULL if there is none and none is to be made. Read it with the clock read
 * inside the lock.
 */
int store_open_user(const struct store *store, uid_t uid, enum store_making making,
	struct store_ledger *ret_ledger, struct fault *fault) __attribute__((warn_unused_result));
int store_open_phone(const struct store *store, const struct code_tag *phone,
	enum store_making making,
	struct store_ledger *ret_ledger, struct fault *fault) __attribute__((warn_unused_result));
int store_ledger_read(struct store_ledger *ledger, const struct now *now, struct fault *fault)
	__attribute__((warn_unused_result));
int store_ledger_write(struct store_ledger *ledger, enum record_write how, struct fault *fault)
	__attribute__((warn_unused_result));
/* A user's as it is now: opened and, if he has one, read at *ret_now. Closed by the caller. */
int store_read_user(const struct store *store, uid_t uid, enum store_making making,
	struct store_ledger *ret_ledger, struct now *ret_now, struct fault *fault)
	__attribute__((warn_unused_result));
/* Saves what limit_rebase redefined, for a call that changes nothing else. */
int store_ledger_keep(struct store_ledger *ledger, struct fault *fault)
	__attribute__((warn_unused_result));
void store_ledger_close(struct store_ledger *ledger);

/* codes/UID, under the lock on users/UID. record is NULL as above; codes is then empty. */
struct store_codes {
	struct record *record;
	struct code_record codes;
};
int store_open_codes(const struct store *store, uid_t uid, enum store_making making,
	struct store_codes *ret_codes, struct fault *fault) __attribute__((warn_unused_result));
int store_codes_read(struct store_codes *codes, const struct now *now, struct fault *fault)
	__attribute__((warn_unused_result));
int store_codes_write(struct store_codes *codes, struct fault *fault)
	__attribute__((warn_unused_result));
void store_codes_close(struct store_codes *codes);

/*
 * A guess that locks the user ends what is remembered, for good: before it is counted, since
 * whoever is killed in between must not find it again once the lock-out is over.
 */
int store_codes_forget(struct store_codes *codes, const struct limit_status *status,
	struct fault *fault) __attribute__((warn_unused_result));

/* Removes backup/UID, under the lock on users/UID. *had becomes true if there was one. */
int store_backup_discard(struct store *store, uid_t uid, enum record_write how, bool *had,
	struct fault *fault) __attribute__((warn_unused_result));

/* Keyed hashes that name a phone for good and a service for this boot. */
void store_phone_tag(const struct store *store, const struct e164 *phone, struct code_tag *ret_tag);
void store_service_tag(const struct store *store, const char *service, struct code_tag *ret_tag);

/* The hash of code for an entry, under the number it is bound to. */
struct store_hashing {
	const struct store_login *login;
	const struct e164 *phone;
	const struct now *now;
};
void store_hash(const struct store *store, const struct store_hashing *hashing,
	const struct code_entry *entry, const struct code *code, struct code_hash *ret_hash);

void store_status_from(const struct limit_status *status, struct store_status *ret_status);

int store_budget_open(struct store *store, const struct now *now, struct fault *fault)
	__attribute__((warn_unused_result));

/* What a code's texts cost, noted before the user's record lets go of it. */
struct store_texts {
	uint64_t serial;
	size_t count;
	int64_t at_ms[LIMIT_STAMPS];
	size_t phone_count;
	struct code_tag phones[CODE_RECORD_PHONES];
};
/* entry is NULL where the code is gone; then phone is the only one known. */
void store_texts_note(const struct limit_record *user, uint64_t serial,
	const struct code_entry *entry,
	const struct code_tag *phone, struct store_texts *ret_texts);

/*
 * Gives the texts back to phones, client and host; the user's record is the caller's. Does what it
 * can; the first fault is reported.
 */
int store_give_back(struct store *store, const struct store_login *login,
	const struct store_texts *texts, enum budget_reason reason, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
