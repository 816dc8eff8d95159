/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/limit.h"

#include <string.h>

/* Ages beyond this are all the same, and differences of differences stay far from overflowing. */
#define AGE_MAX (INT64_C(400) * LIMIT_DAY_MS)

/* later - earlier, never negative. */
static int64_t
span(int64_t later, int64_t earlier)
{
	int64_t span;

	if (later <= earlier)
		return 0;
	if (__builtin_sub_overflow(later, earlier, &span) || span > AGE_MAX)
		return AGE_MAX;
	return span;
}

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

size_t
limit_stamps_of(enum limit_kind kind)
{
	return kind == LIMIT_CALL ? LIMIT_CALLS : LIMIT_TEXTS;
}

void
limit_start(const struct now *now, struct limit_record *ret_record)
{
	memset(ret_record, 0, sizeof *ret_record);
	ret_record->anchor = *now;
}

/* An instant of the anchor's boot as one of now's, never in the future. */
static int64_t
carry(int64_t at_ms, const struct now *anchor, const struct now *now)
{
	if (memcmp(anchor->boot_id, now->boot_id, sizeof anchor->boot_id) != 0)
		at_ms = now->boot_ms - span(anchor->boot_ms, at_ms) -
			span(now->real_ms, anchor->real_ms);
	return at_ms < now->boot_ms ? at_ms : now->boot_ms;
}

bool
limit_rebase(struct limit_record *record, const struct now *now)
{
	const struct now anchor = record->anchor;
	bool changed = memcmp(anchor.boot_id, now->boot_id, sizeof anchor.boot_id) != 0;

	for (size_t i = 0; i < record->count; i++) {
		int64_t at_ms = carry(record->stamps[i].at_ms, &anchor, now);

		changed = changed || at_ms != record->stamps[i].at_ms;
		record->stamps[i].at_ms = at_ms;
	}
	if (record->locked) {
		int64_t at_ms = carry(record->locked_at_ms, &anchor, now);

		changed = changed || at_ms != record->locked_at_ms;
		record->locked_at_ms = at_ms;
	}
	if (record->backup.serial != 0) {
		int64_t at_ms = carry(record->backup.made_at_ms, &anchor, now);

		changed = changed || at_ms != record->backup.made_at_ms;
		record->backup.made_at_ms = at_ms;
	}
	record->anchor = *now;
	return changed;
}

void
limit_look(const struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status)
{
	struct limit_status status = { .failures = record->failures, .round = record->round };
	int64_t age = span(now->boot_ms, record->locked_at_ms);

	/*
	 * NIST SP 800-63B-4 3.2.2: at most disable_after in a row, also where that was lowered
	 * since.
	 */
	if (record->disabled || record->failures >= guesses->disable_after) {
		status.standing = LIMIT_DISABLED;
	} else if (record->locked && age < guesses->lock_for_ms) {
		status.standing = LIMIT_LOCKED;
		status.locked_for_ms = guesses->lock_for_ms - age;
	}
	*ret_status = status;
}

bool
limit_attempt(struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status)
{
	limit_look(record, now, guesses, ret_status);
	if (ret_status->standing != LIMIT_FREE)
		return false;
	record->locked = false;
	record->locked_at_ms = 0;
	record->failures++;
	record->round++;
	if (record->failures >= guesses->disable_after) {
		record->disabled = true;
	} else if (record->round >= guesses->lock_after) {
		record->locked = true;
		record->locked_at_ms = now->boot_ms;
		record->round = 0;
	}
	limit_look(record, now, guesses, ret_status);
	return true;
}

void
limit_success(struct limit_record *record)
{
	record->failures = 0;
	record->round = 0;
	record->disabled = false;
	record->locked = false;
	record->locked_at_ms = 0;
}

/*
 * How long until fewer than limit of the ages (there are count, in no order) are below the window:
 * until the youngest limit-th has left. 0 if that is so already.
 */
static int64_t
wait_below(int64_t *ages, size_t count, size_t limit, int64_t window_ms)
{
	if (count < limit)
		return 0;
	if (limit == 0)
		return window_ms;
	for (size_t i = 1; i < count; i++) {
		int64_t age = ages[i];
		size_t at = i;

		for (; at > 0 && ages[at - 1] > age; at--)
			ages[at] = ages[at - 1];
		ages[at] = age;
	}
	return window_ms - ages[limit - 1];
}

int64_t
limit_text_wait(const struct limit_record *record, const struct now *now,
	const struct limit_texts *texts)
{
	/* Never more than a record can tell apart. */
	const size_t kept = limit_stamps_of(texts->kind);
	const size_t most = texts->kind == LIMIT_CALL ?
		LIMIT_UNREDEEMED_CALLS_MAX : LIMIT_UNREDEEMED_MAX;
	const size_t unredeemed = texts->unredeemed < most ? texts->unredeemed : most;
	const size_t daily = texts->daily < kept ? texts->daily : kept;
	int64_t open[LIMIT_STAMPS], today[LIMIT_STAMPS], wait;
	size_t open_count = 0, today_count = 0;

	for (size_t i = 0; i < record->count; i++) {
		int64_t age = span(now->boot_ms, record->stamps[i].at_ms);

		if (record->stamps[i].kind != texts->kind)
			continue;
		if (record->stamps[i].unredeemed && age < texts->window_ms)
			open[open_count++] = age;
		if (age < LIMIT_DAY_MS)
			today[today_count++] = age;
	}
	wait = wait_below(open, open_count, unredeemed, texts->window_ms);
	if (texts->daily > 0)
		wait = larger(wait, wait_below(today, today_count, daily, LIMIT_DAY_MS));
	return wait;
}

/*
 * Which stamp of a kind a record full of them gives up: the oldest of those that the window counts
 * no more. There is one, because fewer than it keeps are open at once; and a record that is full of
 * one day's texts is past any daily limit, so this is reached only where there is none.
 */
static size_t
dispensable(const struct limit_record *record, const struct now *now,
	const struct limit_texts *texts)
{
	size_t best = 0;
	bool found = false;

	for (size_t i = 0; i < record->count; i++) {
		const struct limit_stamp *stamp = &record->stamps[i];

		if (stamp->kind != texts->kind)
			continue;
		if (stamp->unredeemed && span(now->boot_ms, stamp->at_ms) < texts->window_ms)
			continue;
		if (!found || stamp->at_ms < record->stamps[best].at_ms)
			best = i;
		found = true;
	}
	return best;
}

void
limit_text_add(struct limit_record *record, const struct now *now, const struct limit_texts *texts,
	uint64_t serial)
{
	const int64_t keep_ms = larger(texts->window_ms, LIMIT_DAY_MS);
	size_t kept = 0, same = 0;

	for (size_t i = 0; i < record->count; i++) {
		const struct limit_stamp *stamp = &record->stamps[i];

		/* What the other kind's window still counts is not this one's to judge. */
		if (stamp->kind == texts->kind && span(now->boot_ms, stamp->at_ms) >= keep_ms)
			continue;
		same += stamp->kind == texts->kind;
		record->stamps[kept++] = *stamp;
	}
	record->count = kept;
	if (same == limit_stamps_of(texts->kind)) {
		size_t gone = dispensable(record, now, texts);

		record->stamps[gone] = record->stamps[--record->count];
	}
	record->stamps[record->count++] = (struct limit_stamp){
		.at_ms = now->boot_ms, .serial = serial, .unredeemed = true, .kind = texts->kind,
	};
}

bool
limit_unredeemed(const struct limit_record *record, uint64_t serial)
{
	for (size_t i = 0; i < record->count; i++) {
		if (record->stamps[i].serial == serial && record->stamps[i].unredeemed)
			return true;
	}
	return false;
}

void
limit_redeem(struct limit_record *record, uint64_t serial)
{
	for (size_t i = 0; i < record->count; i++) {
		if (record->stamps[i].serial == serial)
			record->stamps[i].unredeemed = false;
	}
}

void
limit_cancel(struct limit_record *record, uint64_t serial)
{
	size_t kept = 0;

	for (size_t i = 0; i < record->count; i++) {
		if (record->stamps[i].serial != serial || !record->stamps[i].unredeemed)
			record->stamps[kept++] = record->stamps[i];
	}
	record->count = kept;
}

void
limit_backup_start(struct limit_record *record, const struct now *now,
	const struct limit_backup_new *codes)
{
	record->backup = (struct limit_backup){
		.serial = codes->serial, .made_at_ms = now->boot_ms,
		.lifetime_ms = codes->lifetime_ms, .good = (UINT32_C(1) << codes->count) - 1,
	};
}

void
limit_backup_end(struct limit_record *record)
{
	record->backup = (struct limit_backup){ .serial = 0 };
}

unsigned int
limit_backup_left(const struct limit_record *record, const struct now *now)
{
	const struct limit_backup *backup = &record->backup;

	if (backup->lifetime_ms != 0 &&
	    span(now->boot_ms, backup->made_at_ms) >= backup->lifetime_ms)
		return 0;
	return (unsigned int)__builtin_popcount(backup->good);
}

int64_t
limit_backup_expires_in(const struct limit_record *record, const struct now *now)
{
	const struct limit_backup *backup = &record->backup;

	if (backup->lifetime_ms == 0 || limit_backup_left(record, now) == 0)
		return 0;
	return backup->lifetime_ms - span(now->boot_ms, backup->made_at_ms);
}

bool
limit_backup_use(struct limit_record *record, unsigned int number)
{
	const uint32_t bit = number < LIMIT_BACKUP_CODES ? UINT32_C(1) << number : 0;

	if ((record->backup.good & bit) == 0)
		return false;
	record->backup.good &= ~bit;
	return true;
}
