/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ring.h"

#include <stdbool.h>

/*
 * One millisecond more than a sixteenth, rounded up: two texts closer than a window are then never
 * more than 16 epochs apart, also if up to 16 ms pass between reading the clock and counting.
 */
static int64_t
part_ms(const struct ring *ring)
{
	return (ring->window_ms + RING_PARTS - 1) / RING_PARTS + 1;
}

static uint32_t
epoch_of(uint64_t word)
{
	return (uint32_t)(word >> 32);
}

static uint32_t
count_of(uint64_t word)
{
	return (uint32_t)word;
}

static uint64_t
word_of(uint32_t epoch, uint32_t count)
{
	return (uint64_t)epoch << 32 | count;
}

/* How many epochs later is than earlier; negative if it is not. Epochs wrap after years. */
static int32_t
epochs_between(uint32_t later, uint32_t earlier)
{
	return (int32_t)(later - earlier);
}

uint32_t
ring_clock_epoch(const struct ring *ring, int64_t boot_ms)
{
	return boot_ms > 0 ? (uint32_t)(boot_ms / part_ms(ring)) : 0;
}

uint32_t
ring_epoch(const struct ring *ring, int64_t boot_ms)
{
	uint32_t epoch = ring_clock_epoch(ring, boot_ms);

	for (unsigned int i = 0; i < RING_WORDS; i++) {
		uint64_t word = atomic_load(&ring->words[i]);

		if (epochs_between(epoch_of(word), epoch) > 0)
			epoch = epoch_of(word);
	}
	return epoch;
}

static bool
counts(uint64_t word, uint32_t epoch)
{
	return count_of(word) > 0 && epochs_between(epoch, epoch_of(word)) <= RING_PARTS;
}

uint64_t
ring_sum(const struct ring *ring, uint32_t epoch)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < RING_WORDS; i++) {
		uint64_t word = atomic_load(&ring->words[i]);

		if (counts(word, epoch))
			sum += count_of(word);
	}
	return sum;
}

void
ring_add(const struct ring *ring, uint32_t epoch, uint32_t count)
{
	_Atomic uint64_t *place = &ring->words[epoch % RING_WORDS];
	uint64_t old = atomic_load(place), new;

	do {
		/*
		 * Whoever is a whole round late counts with the latest: too long rather than not at
		 * all.
		 */
		if (epochs_between(epoch_of(old), epoch) > 0)
			epoch = epoch_of(old);
		if (epoch_of(old) != epoch)
			new = word_of(epoch, count);
		else if (count_of(old) > UINT32_MAX - count)
			new = word_of(epoch, UINT32_MAX);
		else
			new = old + count;
	} while (!atomic_compare_exchange_weak(place, &old, new));
}

void
ring_take(const struct ring *ring, uint32_t epoch)
{
	_Atomic uint64_t *place = &ring->words[epoch % RING_WORDS];
	uint64_t old = atomic_load(place);

	do {
		if (epoch_of(old) != epoch || count_of(old) == 0)
			return;
	} while (!atomic_compare_exchange_weak(place, &old, old - 1));
}

int64_t
ring_wait(const struct ring *ring, int64_t boot_ms, uint64_t limit)
{
	const uint32_t now = ring_epoch(ring, boot_ms);
	uint64_t left = ring_sum(ring, now);
	int64_t wait = ring->window_ms;

	if (left < limit)
		return 0;
	for (uint32_t age = RING_PARTS; age > 0 && left >= limit; age--) {
		uint64_t word = atomic_load(&ring->words[(now - age) % RING_WORDS]);

		if (epoch_of(word) != now - age || count_of(word) == 0)
			continue;
		left -= count_of(word) < left ? count_of(word) : left;
		/* It stops counting at the beginning of the epoch RING_WORDS later. */
		wait = ((int64_t)now - age + RING_WORDS) * part_ms(ring) - boot_ms;
	}
	if (left >= limit || wait > ring->window_ms)
		wait = ring->window_ms;
	return wait > 0 ? wait : 1;
}
