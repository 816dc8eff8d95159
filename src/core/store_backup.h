/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's backup codes: made, entered, taken away. backup/UID has their hashes and is never
 * changed once it is made; which of them are still good, and that there are any at all, stands in
 * users/UID, where guesses are counted too. So one write uses a code up, and a file that is missing
 * or was put back from a copy is damage and neither none nor a second life.
 */
#ifndef SMSOTP_CORE_STORE_BACKUP_H
#define SMSOTP_CORE_STORE_BACKUP_H

#include "core/backup.h"
#include "core/store.h"

/* A user's backup codes as they are now. */
struct store_backup {
	unsigned int left;		/* that can be entered; 0: none, and there is no recipe */
	int64_t expires_in_ms;		/* 0: never */
	struct backup_recipe recipe;	/* for backup_hash, with which a guess begins */
};

/* FAULT_DAMAGED if users/UID says that there are some and backup/UID does not have them. */
int store_backup_find(struct store *store, uid_t uid, struct store_backup *ret_backup,
	struct fault *fault) __attribute__((warn_unused_result));

/* A guess at a backup code, hashed by the recipe of serial. */
struct store_backup_guess {
	uint64_t serial;
	struct code_hash hash;
};

/*
 * As store_verify: refused if locked, or if those codes are no longer the user's (STORE_EXPIRED);
 * else counted durably, in the same write locking or disabling; then compared; a right one used up
 * durably, and the failures cleared, before this returns STORE_MATCH. STORE_CONSUMED is a code that
 * was right once, and counts as a wrong one. *ret_left: how many are left after it. A login that
 * remembers does so last: only that may fail without a denial, and then fault->text says so.
 */
int store_backup_verify(struct store *store, const struct store_login *login,
	const struct store_backup_guess *guess, enum store_result *ret_result,
	struct store_status *ret_status, unsigned int *ret_left, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Puts these in place of all that the user had, of which *ret_replaced were left. lifetime_ms: 0
 * (for good) to LIMIT_BACKUP_LIFETIME_MAX_MS. After a fault he may have none.
 */
int store_backup_make(struct store *store, uid_t uid, const struct backup_set *set,
	int64_t lifetime_ms, unsigned int *ret_replaced, struct fault *fault)
	__attribute__((warn_unused_result));

/* Takes them all away; *ret_left were left. Those of a record that is damaged inside too. */
int store_backup_revoke(struct store *store, uid_t uid, unsigned int *ret_left,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
