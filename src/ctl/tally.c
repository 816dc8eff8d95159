/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Before its counts, a row has the key's hash and where the key is. */
enum { ROW_HASH, ROW_KEY, ROW_COUNTS };

#define FIRST_ROWS 64u
#define FIRST_KEYS 1024u

struct tally {
	size_t width, most;
	size_t count, room;		/* rows */
	uint32_t *rows;
	size_t used, keys_room;		/* bytes of keys, each with a NUL */
	char *keys;
	size_t slot_count;		/* a power of two, more than the rows */
	uint32_t *slots;		/* 1 and the number of a row; 0: none */
	uint32_t *others;
	bool beyond;
};

struct tally *
tally_make(size_t width, size_t most)
{
	struct tally *tally = calloc(1, sizeof *tally);

	if (tally == NULL)
		return NULL;
	tally->width = width;
	tally->most = most;
	tally->slot_count = 2 * FIRST_ROWS;
	tally->slots = calloc(tally->slot_count, sizeof *tally->slots);
	tally->others = calloc(width, sizeof *tally->others);
	if (tally->slots == NULL || tally->others == NULL)
		tally_free(&tally);
	return tally;
}

void
tally_free(struct tally **tally)
{
	if (*tally == NULL)
		return;
	free((*tally)->rows);
	free((*tally)->keys);
	free((*tally)->slots);
	free((*tally)->others);
	free(*tally);
	*tally = NULL;
}

/* FNV-1a: keys are names of accounts, gateways and services, which no stranger chooses. */
static uint32_t
hash_of(const char *key, size_t size)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619u;
	return hash;
}

static uint32_t *
row_of(const struct tally *tally, size_t number)
{
	return tally->rows + number * (tally->width + ROW_COUNTS);
}

/* The slot of a key, or the free one where it belongs. */
static uint32_t *
slot_of(const struct tally *tally, uint32_t hash, const char *key, size_t size)
{
	size_t at = hash & (tally->slot_count - 1);

	for (; tally->slots[at] != 0; at = (at + 1) & (tally->slot_count - 1)) {
		const uint32_t *row = row_of(tally, tally->slots[at] - 1);
		const char *other = tally->keys + row[ROW_KEY];

		if (row[ROW_HASH] == hash && strncmp(other, key, size) == 0 && other[size] == '\0')
			break;
	}
	return &tally->slots[at];
}

static bool
more_slots(struct tally *tally)
{
	const size_t count = 2 * tally->slot_count;
	uint32_t *slots = calloc(count, sizeof *slots);

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < tally->count; i++) {
		size_t at = row_of(tally, i)[ROW_HASH] & (count - 1);

		while (slots[at] != 0)
			at = (at + 1) & (count - 1);
		slots[at] = (uint32_t)i + 1;
	}
	free(tally->slots);
	tally->slots = slots;
	tally->slot_count = count;
	return true;
}

static bool
make_room(struct tally *tally, size_t size)
{
	if (tally->count == tally->room) {
		const size_t room = tally->room == 0 ? FIRST_ROWS : 2 * tally->room;
		uint32_t *rows = reallocarray(tally->rows, room,
			(tally->width + ROW_COUNTS) * sizeof *rows);

		if (rows == NULL)
			return false;
		tally->rows = rows;
		tally->room = room;
	}
	if (tally->used + size + 1 > tally->keys_room) {
		const size_t room = 2 * (tally->keys_room + size) + FIRST_KEYS;
		char *keys = room > UINT32_MAX ? NULL : realloc(tally->keys, room);

		if (keys == NULL)
			return false;
		tally->keys = keys;
		tally->keys_room = room;
	}
	/* Three quarters full, a table of open addresses is still quick. */
	return 4 * (tally->count + 1) <= 3 * tally->slot_count || more_slots(tally);
}

uint32_t *
tally_counts(struct tally *tally, const char *key, size_t size)
{
	const uint32_t hash = hash_of(key, size);
	uint32_t *slot = slot_of(tally, hash, key, size), *row;

	if (*slot != 0)
		return row_of(tally, *slot - 1) + ROW_COUNTS;
	if (tally->count == tally->most) {
		tally->beyond = true;
		return tally->others;
	}
	if (!make_room(tally, size))
		return NULL;
	row = row_of(tally, tally->count);
	memset(row, 0, (tally->width + ROW_COUNTS) * sizeof *row);
	row[ROW_HASH] = hash;
	row[ROW_KEY] = (uint32_t)tally->used;
	memcpy(tally->keys + tally->used, key, size);
	tally->keys[tally->used + size] = '\0';
	tally->used += size + 1;
	/* There may be other slots now. */
	*slot_of(tally, hash, key, size) = (uint32_t)++tally->count;
	return row + ROW_COUNTS;
}

size_t
tally_size(const struct tally *tally)
{
	return tally->count;
}

const char *
tally_key(const struct tally *tally, size_t number)
{
	return tally->keys + row_of(tally, number)[ROW_KEY];
}

const uint32_t *
tally_row(const struct tally *tally, size_t number)
{
	return row_of(tally, number) + ROW_COUNTS;
}

const uint32_t *
tally_others(const struct tally *tally)
{
	return tally->beyond ? tally->others : NULL;
}

/* Whether key a is listed behind key b. */
static bool
behind(const struct tally *tally, uint32_t a, uint32_t b)
{
	const uint32_t *of_a = tally_row(tally, a), *of_b = tally_row(tally, b);

	for (size_t i = 0; i < tally->width; i++) {
		if (of_a[i] != of_b[i])
			return of_a[i] < of_b[i];
	}
	return strcmp(tally_key(tally, a), tally_key(tally, b)) > 0;
}

/* Restores a heap whose root, the one listed last, was replaced. */
static void
sink(const struct tally *tally, uint32_t *heap, size_t count, size_t at)
{
	for (;;) {
		size_t last = at;

		for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
			if (behind(tally, heap[child], heap[last]))
				last = child;
		}
		if (last == at)
			return;

		const uint32_t moved = heap[at];

		heap[at] = heap[last];
		heap[last] = moved;
		at = last;
	}
}

size_t
tally_largest(const struct tally *tally, size_t most, uint32_t **ret_numbers)
{
	const size_t count = most < tally->count ? most : tally->count;
	uint32_t *heap = malloc((count + 1) * sizeof *heap);

	*ret_numbers = heap;
	if (heap == NULL)
		return 0;
	for (size_t i = 0; i < count; i++)
		heap[i] = (uint32_t)i;
	for (size_t i = count / 2; i > 0; i--)
		sink(tally, heap, count, i - 1);
	for (size_t i = count; count > 0 && i < tally->count; i++) {
		if (!behind(tally, heap[0], (uint32_t)i))
			continue;
		heap[0] = (uint32_t)i;
		sink(tally, heap, count, 0);
	}
	/* The one listed last goes to the end, again and again. */
	for (size_t left = count; left > 1; left--) {
		const uint32_t last = heap[0];

		heap[0] = heap[left - 1];
		heap[left - 1] = last;
		sink(tally, heap, left - 1, 0);
	}
	return count;
}
