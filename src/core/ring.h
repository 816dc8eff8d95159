/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sliding window as a ring of counters shared by processes without locks. Time is cut into epochs
 * a sixteenth of the window long; a word holds the epoch it counts for (high 32 bits) and a count
 * (low 32 bits). What counts now is the current epoch and the 16 before it.
 *
 * Counting comes first and looking after, both sequentially consistent: of all that stay counted,
 * the last to look saw all the others, so that no more than the limit ever stay. One stopped or
 * killed between the two can only leave a place taken.
 */
#ifndef SMSOTP_CORE_RING_H
#define SMSOTP_CORE_RING_H

#include <stdint.h>

#include "core/table.h"

#define RING_PARTS 16
#define RING_WORDS (RING_PARTS + 1)

struct ring {
	table_word *words;	/* RING_WORDS, all zero when new */
	int64_t window_ms;
};

/* The epoch that boot_ms is in, whatever others have begun. */
uint32_t ring_clock_epoch(const struct ring *ring, int64_t boot_ms);

/*
 * The ring's time never runs backwards: the epoch of boot_ms, or a later one that another process
 * has begun.
 */
uint32_t ring_epoch(const struct ring *ring, int64_t boot_ms);

/* What counts at that epoch. */
uint64_t ring_sum(const struct ring *ring, uint32_t epoch);

void ring_add(const struct ring *ring, uint32_t epoch, uint32_t count);

/* Takes one away again from that epoch, if it still is in the ring and has one. */
void ring_take(const struct ring *ring, uint32_t epoch);

/* How long until fewer than limit count: 0 if that is so now, else 0 < wait <= window_ms. */
int64_t ring_wait(const struct ring *ring, int64_t boot_ms, uint64_t limit);

#endif
