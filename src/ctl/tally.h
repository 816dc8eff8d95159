/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts by key, in bounded memory: some 20 bytes, four for each count and the key. */
#ifndef SMSOTP_CTL_TALLY_H
#define SMSOTP_CTL_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally;

/*
 * width counts for each of at most most keys; a key beyond them counts with "others". Returns
 * NULL without memory.
 */
struct tally *tally_make(size_t width, size_t most) __attribute__((warn_unused_result));
/* Safe on NULL. */
void tally_free(struct tally **tally);

/*
 * The counts of a key, zero the first time, or of "others". Valid until the next call. NULL: no
 * memory. Keys have no NUL in them.
 */
uint32_t *tally_counts(struct tally *tally, const char *key, size_t size);

/* How many keys there are, and each of them, in the order in which they came. */
size_t tally_size(const struct tally *tally);
const char *tally_key(const struct tally *tally, size_t number);
const uint32_t *tally_row(const struct tally *tally, size_t number);

/* Those beyond most; NULL if there are none. */
const uint32_t *tally_others(const struct tally *tally);

/*
 * The numbers of the keys with the largest counts, by the first of their counts, then the second
 * and so on, then by key. The caller frees *ret_numbers. Returns how many there are, at most most;
 * *ret_numbers is NULL without memory.
 */
size_t tally_largest(const struct tally *tally, size_t most, uint32_t **ret_numbers);

#endif
