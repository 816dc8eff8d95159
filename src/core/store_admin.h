/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state as an administrator sees and changes it: under the same locks as a login, so that
 * either of two that meet happens first and none is lost.
 */
#ifndef SMSOTP_CORE_STORE_ADMIN_H
#define SMSOTP_CORE_STORE_ADMIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/budget.h"
#include "core/limit.h"
#include "core/store.h"

struct e164;
struct fault;
struct store;

/* Texts, or calls, of a user or a phone. */
struct store_sent {
	unsigned int today;	/* in the last 24 hours */
	unsigned int open;	/* in the budget's window: whose code was not entered */
	int64_t wait_ms;	/* until the next may go; 0: now */
};

struct store_view {
	struct store_status status;	/* of a phone: always free */
	struct store_sent texts, calls;
	unsigned int live_codes;	/* of a user */
	unsigned int backup_codes;	/* of a user: that could be entered now */
	int64_t backup_expires_in_ms;	/* 0: never, or there are none */
};

int store_view_user(struct store *store, uid_t uid, struct store_view *ret_view,
	struct fault *fault) __attribute__((warn_unused_result));
int store_view_phone(struct store *store, const struct e164 *phone,
	struct store_view *ret_view, struct fault *fault) __attribute__((warn_unused_result));

/* What a client (NULL: none) and the host have used. */
int store_view_table(struct store *store, const char *client, struct budget_shares *ret_shares,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Counts a text that is no login's with the host alone, whose budget is the bound on the bill.
 * ret_verdict->spent is NONE, or HOST: refused, and free in wait_ms.
 */
int store_charge_host(struct store *store, struct store_verdict *ret_verdict, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Ends a lock-out or a disabling and clears the failures, durably; budgets stay as they are.
 * *ret_before is how it was; a user without a record stays without.
 */
int store_unlock(struct store *store, uid_t uid, struct store_status *ret_before,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Removes what is kept of a user, live codes and backup codes first, or of a phone: failures,
 * lock-out, and the texts that budgets count. *ret_had: something was removed, after a fault too.
 */
int store_forget_user(struct store *store, uid_t uid, bool *ret_had, struct fault *fault)
	__attribute__((warn_unused_result));
int store_forget_phone(struct store *store, const struct e164 *phone, bool *ret_had,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Makes a user's record, as his first login would, so that he needs no room on the disk for it
 * then. *ret_made: there was none.
 */
int store_prepare_user(struct store *store, uid_t uid, bool *ret_made, struct fault *fault)
	__attribute__((warn_unused_result));

/* Every user with a record, in no order. Stops at the first that is not 0, and returns that. */
typedef int store_each(void *data, uid_t uid);
int store_each_user(struct store *store, store_each *each, void *data, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Removes every record of a user or phone that says nothing any more: never failed since the last
 * right code, no backup code left, nothing sent in the last day or in a window. vanished (may be
 * NULL) tells of uids without an account, whose records go whatever they say; it is called with no
 * lock held. Records that are locked are left, and so are damaged ones: the first of these is the
 * FAULT_DAMAGED that this returns after all the others. *ret_removed counts users and phones, after
 * a fault too.
 */
struct store_pruning { unsigned long users, phones; };
int store_prune(struct store *store, bool (*vanished)(void *data, uid_t uid), void *data,
	struct store_pruning *ret_removed, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
