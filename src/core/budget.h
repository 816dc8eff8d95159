/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many texts a client and the host have cost: one table in the run directory, mapped by every
 * process and changed by compare-and-swap. No lock, because all users share it, and the caller of
 * su or sudo may stop or kill a process at any instant; whatever he stops, others neither wait nor
 * get a text more.
 */
#ifndef SMSOTP_CORE_BUDGET_H
#define SMSOTP_CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/limit.h"

#define BUDGET_KEY_SIZE 32

struct budget;
struct directory;
struct fault;

struct budget_settings {
	const struct directory *directory;
	const uint8_t *key;			/* BUDGET_KEY_SIZE bytes: hides clients */
	const struct limit_budget *limits;	/* client and host are used */
};

/*
 * Opens the table, making it if there is none. One of another boot is replaced by an empty one. One
 * with other windows than limits has is replaced by one in which every text still counted counts as
 * of now: a changed configuration never frees a place. settings and what it points to must outlive
 * the budget.
 */
int budget_open(const struct budget_settings *settings, const struct now *now,
	struct budget **ret_budget, struct fault *fault) __attribute__((warn_unused_result));

/* Safe on NULL. */
void budget_close(struct budget **budget);

struct budget_text {
	const char *client;	/* PAM_RHOST; NULL or "": only the host counts it */
	bool reserve;		/* counted, but never refused */
};

enum budget_refusal { BUDGET_GRANTED, BUDGET_CLIENT, BUDGET_HOST };

/*
 * Counts one text with client and host, or with neither. In no stretch of time as long as a window
 * are more granted than its limit says, over all processes; a text counts for up to 17/16 of the
 * window. A refusal tells the wait: 0 < *ret_wait_ms <= the window (or a day).
 */
int budget_reserve(struct budget *budget, const struct budget_text *text, const struct now *now,
	enum budget_refusal *ret_refusal, int64_t *ret_wait_ms, struct fault *fault)
	__attribute__((warn_unused_result));

/* What counts now, of how many; limit 0: there is none. Another may go in wait_ms (0: now). */
struct budget_share {
	uint64_t used;
	unsigned int limit;
	int64_t wait_ms;
};

/* The day is the host's. Without a client its share is all zero. */
struct budget_shares { struct budget_share client, host, day; };

int budget_look(struct budget *budget, const char *client, const struct now *now,
	struct budget_shares *ret_shares, struct fault *fault) __attribute__((warn_unused_result));

/* Redeemed: it still counts for the host's day. Cancelled: there never was a text. */
enum budget_reason { BUDGET_REDEEMED, BUDGET_CANCELLED };

/* One that was reserved at that boot time; where its place cannot be told any more, it keeps it. */
struct budget_return {
	enum budget_reason reason;
	int64_t reserved_boot_ms;
};

int budget_give_back(struct budget *budget, const struct budget_text *text,
	const struct budget_return *back, const struct now *now, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
