/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy on a record, as pure functions: (record, event, now, limits) → (record, verdict). No file, no
 * clock, no lock; the store loads and saves the bytes.
 */
#ifndef SMSOTP_CORE_LIMIT_H
#define SMSOTP_CORE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_STAMPS 64		/* texts of the last day that a record keeps */
#define LIMIT_UNREDEEMED_MAX 32
#define LIMIT_DAY_MS INT64_C(86400000)

/* An instant: CLOCK_BOOTTIME within the boot named by boot_id, and real time for what crosses boots. */
struct now {
	int64_t boot_ms;
	int64_t real_ms;
	uint8_t boot_id[16];
};

/* At most unredeemed texts whose code was not entered per window, and daily texts in 24 hours (0: no daily limit). */
struct limit_texts {
	unsigned int unredeemed;
	unsigned int daily;
	int64_t window_ms;
};

struct limit_guesses {
	unsigned int per_conversation;
	unsigned int lock_after;
	unsigned int disable_after;
	int64_t lock_for_ms;
};

struct limit_budget {
	int64_t cooldown_ms;
	struct limit_texts user, phone, client, host;
};

#endif
