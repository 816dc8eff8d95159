/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy on a record, as pure functions: (record, event, now, limits) → (record, verdict). No
 * file, no clock, no lock; the store loads and saves the bytes.
 */
#ifndef SMSOTP_CORE_LIMIT_H
#define SMSOTP_CORE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMIT_TEXTS 64		/* of the last day that a record keeps */
#define LIMIT_CALLS 32		/* the same of calls */
#define LIMIT_STAMPS (LIMIT_TEXTS + LIMIT_CALLS)
#define LIMIT_UNREDEEMED_MAX 32	/* texts; less than LIMIT_TEXTS */
#define LIMIT_UNREDEEMED_CALLS_MAX 16	/* less than LIMIT_CALLS */
#define LIMIT_DAY_MS INT64_C(86400000)
#define LIMIT_BACKUP_CODES 20		/* of a user at once */
#define LIMIT_BACKUP_LIFETIME_MAX_MS (365 * LIMIT_DAY_MS)	/* ages can be told up to that */

/*
 * An instant: CLOCK_BOOTTIME within the boot named by boot_id, and real time for what crosses
 * boots.
 */
struct now {
	int64_t boot_ms;
	int64_t real_ms;
	uint8_t boot_id[16];
};

/* How a code goes out. A record counts each by itself. */
enum limit_kind { LIMIT_TEXT, LIMIT_CALL };

/*
 * At most unredeemed texts whose code was not entered per window, and daily texts in 24 hours (0:
 * no daily limit); or calls.
 */
struct limit_texts {
	unsigned int unredeemed;
	unsigned int daily;
	int64_t window_ms;
	enum limit_kind kind;
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
	struct limit_texts voice;	/* calls, by user and by phone; client and host count them
					   as texts */
};

/* One text or call: when, of which code, and whether that code is still to be entered. */
struct limit_stamp {
	int64_t at_ms;
	uint64_t serial;	/* names the code, never 0 */
	bool unredeemed;
	enum limit_kind kind;
};

/*
 * Which of a user's backup codes are still good. This outlives whatever happens to the file that
 * has their hashes: put back from a copy it revives none, and missing it is not as if there were
 * none.
 */
struct limit_backup {
	uint64_t serial;	/* of the codes that were made together; 0: none, and all else 0 */
	int64_t made_at_ms;
	int64_t lifetime_ms;	/* 0: they do not expire */
	uint32_t good;		/* bit N: code N was not used yet */
};

/*
 * What is known of a user or a phone (a phone has no failures and no backup codes). Instants are
 * boot_ms of the boot named in anchor, the instant of the last change: a later boot counts them on
 * from there by real time.
 */
struct limit_record {
	struct now anchor;
	unsigned int failures;	/* consecutive wrong guesses */
	unsigned int round;	/* of those, since the last lock-out */
	bool disabled;		/* until an administrator acts */
	bool locked;		/* since locked_at_ms; for how long is the configuration's affair */
	int64_t locked_at_ms;
	size_t count;
	struct limit_stamp stamps[LIMIT_STAMPS];	/* in no order; of no kind too many */
	struct limit_backup backup;
};

enum limit_standing { LIMIT_FREE, LIMIT_LOCKED, LIMIT_DISABLED };

struct limit_status {
	enum limit_standing standing;
	int64_t locked_for_ms;	/* LIMIT_LOCKED: 0 < locked_for_ms <= lock_for_ms; else 0 */
	unsigned int failures, round;
};

/* How many stamps of that kind a record keeps. */
size_t limit_stamps_of(enum limit_kind kind);

/* The record of somebody who never failed and was never texted. */
void limit_start(const struct now *now, struct limit_record *ret_record);

/*
 * Carries the record to now; comes first after loading. Within a boot ages are differences of
 * boot_ms. Across boots the age at the anchor is kept and real time added, never less than nothing
 * (a clock set back, or lost: 1970). A stamp from the future becomes one of now. True if an age had
 * to be redefined; then the record must be saved even if nothing else happens, or a wait that is
 * defined anew at every look would never end.
 */
bool limit_rebase(struct limit_record *record, const struct now *now)
	__attribute__((warn_unused_result));

void limit_look(const struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status);

/*
 * Counts an attempt as failed before it is compared, locking or disabling if it is one too many.
 * False (nothing changes): locked or disabled already, the attempt must not be compared. ret_status
 * is what holds after.
 */
bool limit_attempt(struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status)
	__attribute__((warn_unused_result));

/* The attempt just counted was right: nothing of it remains, nor of the failures before. */
void limit_success(struct limit_record *record);

/*
 * 0 if another text (or call, as texts->kind says) may go now, else how long not: 0 < wait <= the
 * window (or a day, for the daily limit).
 */
int64_t limit_text_wait(const struct limit_record *record, const struct now *now,
	const struct limit_texts *texts) __attribute__((warn_unused_result));

/* Notes a text or call; limit_text_wait has just said 0. */
void limit_text_add(struct limit_record *record, const struct now *now,
	const struct limit_texts *texts, uint64_t serial);

/* Whether a text or call of that code is still to be redeemed. */
bool limit_unredeemed(const struct limit_record *record, uint64_t serial);

/* The code was entered: its texts and calls count for the day only. */
void limit_redeem(struct limit_record *record, uint64_t serial);

/* Its unredeemed texts never were: they do not count at all. */
void limit_cancel(struct limit_record *record, uint64_t serial);

/* New backup codes in place of all before: 1 to LIMIT_BACKUP_CODES of them. */
struct limit_backup_new {
	uint64_t serial;	/* not 0 */
	unsigned int count;
	int64_t lifetime_ms;	/* to LIMIT_BACKUP_LIFETIME_MAX_MS; 0: for good */
};
void limit_backup_start(struct limit_record *record, const struct now *now,
	const struct limit_backup_new *codes);

/* None any more. */
void limit_backup_end(struct limit_record *record);

/* How many backup codes could be entered now: 0 if there are none, or they have expired. */
unsigned int limit_backup_left(const struct limit_record *record, const struct now *now);

/* How long they can be; 0: for good, or there are none that could. */
int64_t limit_backup_expires_in(const struct limit_record *record, const struct now *now);

/* Uses up a code. False, and nothing changes, if it was used before. */
bool limit_backup_use(struct limit_record *record, unsigned int number)
	__attribute__((warn_unused_result));

#endif
