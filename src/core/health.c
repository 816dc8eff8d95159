/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/health.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/fault.h"
#include "core/table.h"

/*
 * A row, after the 8 words of the table's head:
 *    0   1  key: which gateway; 0 while the row is free, then never changed
 *    1   1  state, below; 0: it works, as far as anybody knows
 *    2   1  when an operator's error was last an alert; 0: not since the gateway worked
 *    3   1  what it offers: bit 32 once that is known, and the bits below
 */
#define HEAD 8

struct health_row {
	table_word key, state, alert, offers;
};

/*
 * In one word, since it is read and changed as one: when the last failure was (44 bits of ms of
 * boot time, 500 years), how many there were in a row (8 bits), and how long the rest is (12 bits
 * of seconds, more than an hour).
 */
struct state {
	int64_t failed_ms;
	unsigned int failures;
	int64_t rest_ms;
};

#define FAILURES_MOST 255
#define FAILED_MOST ((INT64_C(1) << 44) - 1)
#define REST_MOST_S 4095
#define TURNS_MOST 32	/* bits of a set of gateways */
#define OFFERS_KNOWN (UINT64_C(1) << 32)

_Static_assert(HEALTH_ASKED_MOST_MS / 1000 <= REST_MOST_S, "the longest rest has its place");
_Static_assert(sizeof(struct health_row) == 4 * sizeof(table_word), "rows are words of a table");

struct health {
	table_word *words;
};

static const struct table_type type = {
	.name = "gateways",
	.what = "table of gateways",
	.magic = { 'S', 'M', 'S', 'O', 'T', 'P', 'G', 'W' },
	.version = 1,
	.word_count = HEAD + HEALTH_ROWS * 4,
	.expendable = true,
};

int
health_open(const struct directory *directory, const struct now *now, struct health **ret_health,
	struct fault *fault)
{
	const struct table_place place = { .directory = directory, .now = now };
	struct health *health = calloc(1, sizeof *health);
	int result;

	if (health == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	result = table_open(&type, &place, &health->words, fault);
	if (result != 0)
		health_close(&health);
	else
		*ret_health = health;
	return result;
}

void
health_close(struct health **health)
{
	if (*health == NULL)
		return;
	table_close(&type, &(*health)->words);
	free(*health);
	*health = NULL;
}

/* Not secret: names of gateways stand in every log line. Never 0. */
static uint64_t
key_of(const char *directory, const char *name)
{
	crypto_generichash_state state;
	uint8_t hash[crypto_generichash_BYTES_MIN];
	uint64_t key;

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	/* With the NUL, which ends it: no name runs into the directory. */
	crypto_generichash_update(&state, (const uint8_t *)directory, strlen(directory) + 1);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name));
	crypto_generichash_final(&state, hash, sizeof hash);
	key = bytes_get_u64(hash);
	return key == 0 ? 1 : key;
}

struct health_row *
health_find(struct health *health, const char *directory, const char *name)
{
	uint64_t key = key_of(directory, name);

	if (health == NULL)
		return NULL;
	for (unsigned int i = 0; i < HEALTH_ROWS; i++) {
		size_t place = (key + i) % HEALTH_ROWS;
		table_word *words = &health->words[HEAD + place * 4];
		uint64_t has = 0;

		/* It was free and is ours, or has says whose it is. */
		if (atomic_compare_exchange_strong(words, &has, key) || has == key)
			return (struct health_row *)(uintptr_t)words;
	}
	return NULL;
}

/* --- from here on async-signal-safe --- */

static uint64_t
pack(const struct state *state)
{
	return (uint64_t)state->failed_ms << 20 | (uint64_t)state->failures << 12 |
		(uint64_t)((state->rest_ms + 999) / 1000);
}

static struct state
unpack(uint64_t word)
{
	return (struct state){
		.failed_ms = (int64_t)(word >> 20),
		.failures = (unsigned int)(word >> 12 & FAILURES_MOST),
		.rest_ms = (int64_t)(word & REST_MOST_S) * 1000,
	};
}

static struct state
after_failure(struct state before, const struct health_note *note)
{
	struct state after = { .failed_ms = note->ended_ms, .failures = before.failures };
	int64_t asked_ms = (int64_t)note->retry_after_s * 1000;

	/*
	 * Of many logins that were all waiting for it, each would double the rest: only what was
	 * begun after the last failure counts as another.
	 */
	if (note->begun_ms >= before.failed_ms || before.failures == 0)
		after.failures++;
	if (after.failures > FAILURES_MOST)
		after.failures = FAILURES_MOST;
	after.rest_ms = HEALTH_REST_MS;
	for (unsigned int i = 1; i < after.failures && after.rest_ms < HEALTH_REST_MOST_MS; i++)
		after.rest_ms *= 2;
	if (after.rest_ms > HEALTH_REST_MOST_MS)
		after.rest_ms = HEALTH_REST_MOST_MS;
	if (asked_ms > HEALTH_ASKED_MOST_MS)
		asked_ms = HEALTH_ASKED_MOST_MS;
	if (after.rest_ms < asked_ms)
		after.rest_ms = asked_ms;
	/* What it asked for before still holds. */
	if (before.failed_ms <= after.failed_ms &&
	    before.failed_ms + before.rest_ms > after.failed_ms + after.rest_ms)
		after.rest_ms = before.failed_ms + before.rest_ms - after.failed_ms;
	if (after.failed_ms < 0 || after.failed_ms > FAILED_MOST)
		after.failed_ms = 0;
	return after;
}

static void
note_failure(struct health_row *row, const struct health_note *note)
{
	uint64_t before = atomic_load(&row->state), after;

	do {
		const struct state state = after_failure(unpack(before), note);

		after = pack(&state);
	} while (!atomic_compare_exchange_weak(&row->state, &before, after));
}

void
health_note(struct health_row *row, const struct health_note *note)
{
	if (row == NULL)
		return;
	if (note->offers_known)
		atomic_store(&row->offers, OFFERS_KNOWN | note->offers);
	switch (note->sign) {
	case HEALTH_NONE:
		break;
	case HEALTH_WORKED:
		atomic_store(&row->alert, 0);
		atomic_store(&row->state, 0);
		break;
	case HEALTH_ANSWERED:
		atomic_store(&row->state, 0);
		break;
	case HEALTH_FAILED:
		note_failure(row, note);
		break;
	}
}

int64_t
health_rest_ms(struct health_row *row, int64_t now_ms)
{
	struct state state;
	int64_t age_ms;

	if (row == NULL)
		return 0;
	state = unpack(atomic_load(&row->state));
	age_ms = now_ms - state.failed_ms;
	/*
	 * Noted after now_ms was read: it counts as of now. Further in the future is damage, and
	 * must not make it rest for years.
	 */
	if (age_ms < -HEALTH_ASKED_MOST_MS)
		return 0;
	if (age_ms < 0)
		age_ms = 0;
	if (state.rest_ms > HEALTH_ASKED_MOST_MS)
		state.rest_ms = HEALTH_ASKED_MOST_MS;
	return age_ms < state.rest_ms ? state.rest_ms - age_ms : 0;
}

bool
health_offers(struct health_row *row, uint32_t *ret_offers)
{
	uint64_t word = row == NULL ? 0 : atomic_load(&row->offers);

	if ((word & OFFERS_KNOWN) == 0)
		return false;
	*ret_offers = (uint32_t)word;
	return true;
}

bool
health_alert(struct health_row *row, int64_t now_ms)
{
	uint64_t last, now = now_ms > 0 ? (uint64_t)now_ms : 1;

	if (row == NULL)
		return true;
	last = atomic_load(&row->alert);
	/* A stamp from the future counts for as long as one of the past, and no longer. */
	if (last != 0 && (last < now ? now - last : last - now) < (uint64_t)HEALTH_ALERT_MS)
		return false;
	return atomic_compare_exchange_strong(&row->alert, &last, now);
}

struct turn {
	bool avoided;
	int64_t rest_ms;
	unsigned int number;
};

/* Less comes first. */
static bool
before(const struct turn *a, const struct turn *b)
{
	if (a->rest_ms != b->rest_ms)
		return a->rest_ms < b->rest_ms;
	if (a->avoided != b->avoided)
		return b->avoided;
	return a->number < b->number;
}

void
health_turns(struct health_row *const rows[], unsigned int count, uint32_t avoid, int64_t now_ms,
	unsigned int ret_numbers[])
{
	struct turn turns[TURNS_MOST];

	for (unsigned int number = 0; number < count && number < TURNS_MOST; number++) {
		const struct turn turn = {
			.avoided = (avoid >> number & 1) != 0,
			/* Once: another process may change it between two looks. */
			.rest_ms = health_rest_ms(rows[number], now_ms),
			.number = number,
		};
		unsigned int place = number;

		for (; place > 0 && before(&turn, &turns[place - 1]); place--)
			turns[place] = turns[place - 1];
		turns[place] = turn;
	}
	for (unsigned int i = 0; i < count && i < TURNS_MOST; i++)
		ret_numbers[i] = turns[i].number;
}
