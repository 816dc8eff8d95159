/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/budget.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/budget_table.h"
#include "core/client.h"
#include "core/directory.h"
#include "core/fault.h"
#include "core/lock.h"
#include "core/ring.h"

/*
 * A client counts in one ring of each row, found by its keyed hash, and is refused only if all of
 * them are full. Clients that meet in a ring add to one another there: that may refuse one too
 * early, never too late; and to have somebody refused on purpose, an attacker has to fill his ring
 * in every row without knowing the key. So no entry ever has to be searched, claimed, or taken from
 * a client that was not seen for long: that is where two processes could lose a count.
 */

/* How often one that met others between counting and looking counts again. */
#define TRIES_MAX 6

struct budget {
	const struct budget_settings *settings;
	budget_table_word *words;
};

/* The rings one text counts in, and the epochs it was counted in. */
struct places {
	struct ring ring[2 + BUDGET_TABLE_ROWS];
	uint32_t epoch[2 + BUDGET_TABLE_ROWS];
	unsigned int count;
};

enum { PLACE_HOST, PLACE_DAY, PLACE_CLIENT };

static void
find(const struct budget *budget, const struct budget_text *text, struct places *ret_places)
{
	static const uint8_t label[] = "smsotp budget client";
	crypto_auth_hmacsha256_state state;
	uint8_t hash[crypto_auth_hmacsha256_BYTES];
	struct client client;

	ret_places->ring[PLACE_HOST] = budget_table_host(budget->words);
	ret_places->ring[PLACE_DAY] = budget_table_day(budget->words);
	ret_places->count = PLACE_CLIENT;
	if (text->client == NULL || text->client[0] == '\0')
		return;

	client_read(text->client, &client);
	crypto_auth_hmacsha256_init(&state, budget->settings->key, BUDGET_KEY_SIZE);
	crypto_auth_hmacsha256_update(&state, label, sizeof label);
	crypto_auth_hmacsha256_update(&state, client.bytes, client.size);
	crypto_auth_hmacsha256_final(&state, hash);
	for (unsigned int row = 0; row < BUDGET_TABLE_ROWS; row++) {
		unsigned int index =
			(hash[2 * row] << 8 | hash[2 * row + 1]) % BUDGET_TABLE_ROW_RINGS;

		ret_places->ring[ret_places->count++] =
			budget_table_client(budget->words, row, index);
	}
	sodium_memzero(&state, sizeof state);
}

/* The places of one side: those of the client, or those of the host. */
struct side {
	enum budget_refusal who;
	unsigned int first, end;
};

static struct side
side_of(const struct places *places, enum budget_refusal who)
{
	if (who == BUDGET_CLIENT)
		return (struct side){ .who = who, .first = PLACE_CLIENT, .end = places->count };
	return (struct side){ .who = who, .first = PLACE_HOST, .end = PLACE_CLIENT };
}

/* Whether a side has more than its limit, with extra texts on top of what is counted. */
static bool
over(const struct budget *budget, const struct places *places, struct side side, int64_t boot_ms,
	uint64_t extra)
{
	const struct limit_budget *limits = budget->settings->limits;
	uint64_t sums[2 + BUDGET_TABLE_ROWS], least;

	if (side.first == side.end)
		return false;
	for (unsigned int i = side.first; i < side.end; i++) {
		const struct ring *ring = &places->ring[i];

		sums[i] = ring_sum(ring, ring_epoch(ring, boot_ms)) + extra;
	}
	if (side.who == BUDGET_HOST)
		return sums[PLACE_HOST] > limits->host.unredeemed ||
			(limits->host.daily > 0 && sums[PLACE_DAY] > limits->host.daily);
	least = sums[PLACE_CLIENT];
	for (unsigned int i = PLACE_CLIENT + 1; i < side.end; i++)
		least = sums[i] < least ? sums[i] : least;
	return least > limits->client.unredeemed;
}

static void
take_back(const struct places *places, struct side side)
{
	for (unsigned int i = side.first; i < side.end; i++)
		ring_take(&places->ring[i], places->epoch[i]);
}

/* MET: others counted at the same time, and together they were too many; nothing is counted. */
enum attempt { HAD, FULL, MET };

static enum attempt
count(const struct budget *budget, struct places *places, struct side side, bool reserve,
	int64_t boot_ms)
{
	if (!reserve && over(budget, places, side, boot_ms, 1))
		return FULL;
	for (unsigned int i = side.first; i < side.end; i++) {
		places->epoch[i] = ring_epoch(&places->ring[i], boot_ms);
		ring_add(&places->ring[i], places->epoch[i], 1);
	}
	if (reserve || !over(budget, places, side, boot_ms, 0))
		return HAD;
	take_back(places, side);
	return MET;
}

/*
 * The client first: nobody whom his own limit stops ever stands in the host's way, not for an
 * instant.
 */
static enum attempt
count_both(const struct budget *budget, const struct budget_text *text, int64_t boot_ms,
	struct places *places, enum budget_refusal *ret_refusal)
{
	const struct side client = side_of(places, BUDGET_CLIENT);
	const struct side host = side_of(places, BUDGET_HOST);
	enum attempt attempt = count(budget, places, client, text->reserve, boot_ms);

	*ret_refusal = BUDGET_CLIENT;
	if (attempt != HAD)
		return attempt;
	*ret_refusal = BUDGET_HOST;
	attempt = count(budget, places, host, text->reserve, boot_ms);
	if (attempt != HAD) {
		take_back(places, client);
		return attempt;
	}
	if (!budget_table_retired(budget->words)) {
		*ret_refusal = BUDGET_GRANTED;
		return HAD;
	}
	take_back(places, host);
	take_back(places, client);
	return MET;
}

static int64_t
wait_for(const struct budget *budget, const struct places *places, enum budget_refusal refusal,
	int64_t boot_ms)
{
	const struct limit_budget *limits = budget->settings->limits;
	int64_t wait = 0;

	for (unsigned int i = PLACE_CLIENT; refusal == BUDGET_CLIENT && i < places->count; i++) {
		int64_t one = ring_wait(&places->ring[i], boot_ms, limits->client.unredeemed);

		if (i == PLACE_CLIENT || one < wait)
			wait = one;
	}
	if (refusal == BUDGET_HOST)
		wait = ring_wait(&places->ring[PLACE_HOST], boot_ms, limits->host.unredeemed);
	if (refusal == BUDGET_HOST && limits->host.daily > 0) {
		int64_t day = ring_wait(&places->ring[PLACE_DAY], boot_ms, limits->host.daily);

		wait = day > wait ? day : wait;
	}
	/* Whoever counted at the same time as we has stepped back since: not now, but at once. */
	return wait > 0 ? wait : 1;
}

static int
reopen(struct budget *budget, const struct now *now, struct fault *fault)
{
	budget_table_word *words = NULL;
	int result = budget_table_open(budget->settings, now, &words, fault);

	if (result != 0)
		return result;
	budget_table_close(&budget->words);
	budget->words = words;
	return 0;
}

int
budget_open(const struct budget_settings *settings, const struct now *now,
	struct budget **ret_budget, struct fault *fault)
{
	struct budget *budget = calloc(1, sizeof *budget);
	int result;

	if (budget == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	budget->settings = settings;
	result = budget_table_open(settings, now, &budget->words, fault);
	if (result != 0)
		budget_close(&budget);
	else
		*ret_budget = budget;
	return result;
}

void
budget_close(struct budget **budget)
{
	if (*budget == NULL)
		return;
	budget_table_close(&(*budget)->words);
	free(*budget);
	*budget = NULL;
}

int
budget_reserve(struct budget *budget, const struct budget_text *text, const struct now *now,
	enum budget_refusal *ret_refusal, int64_t *ret_wait_ms, struct fault *fault)
{
	enum budget_refusal refusal = BUDGET_GRANTED;
	enum attempt attempt = MET;
	struct places places;

	for (int tries = 0; tries < TRIES_MAX && attempt == MET; tries++) {
		if (tries > 0)
			lock_pause();
		if (budget_table_retired(budget->words)) {
			int result = reopen(budget, now, fault);

			if (result != 0)
				return result;
		}
		find(budget, text, &places);
		attempt = count_both(budget, text, now->boot_ms, &places, &refusal);
	}
	if (attempt == MET && text->reserve)
		return fault_set(fault, FAULT_BUSY, "%s/budgets: replaced again and again",
			budget->settings->directory->path);
	*ret_refusal = refusal;
	if (refusal != BUDGET_GRANTED)
		*ret_wait_ms = wait_for(budget, &places, refusal, now->boot_ms);
	return 0;
}

static struct budget_share
share_of(const struct ring *ring, int64_t boot_ms, unsigned int limit)
{
	if (limit == 0)
		return (struct budget_share){ .used = ring_sum(ring, ring_epoch(ring, boot_ms)) };
	return (struct budget_share){
		.used = ring_sum(ring, ring_epoch(ring, boot_ms)), .limit = limit,
		.wait_ms = ring_wait(ring, boot_ms, limit),
	};
}

int
budget_look(struct budget *budget, const char *client, const struct now *now,
	struct budget_shares *ret_shares, struct fault *fault)
{
	const struct limit_budget *limits = budget->settings->limits;
	const struct budget_text text = { .client = client };
	struct budget_shares shares = { .client.limit = 0 };
	struct places places;

	if (budget_table_retired(budget->words)) {
		int result = reopen(budget, now, fault);

		if (result != 0)
			return result;
	}
	find(budget, &text, &places);
	shares.host = share_of(&places.ring[PLACE_HOST], now->boot_ms, limits->host.unredeemed);
	shares.day = share_of(&places.ring[PLACE_DAY], now->boot_ms, limits->host.daily);
	/* Others may count in a ring as well: the least is nearest to the truth. */
	for (unsigned int i = PLACE_CLIENT; i < places.count; i++) {
		struct budget_share one = share_of(&places.ring[i], now->boot_ms,
			limits->client.unredeemed);

		if (i == PLACE_CLIENT || one.used < shares.client.used)
			shares.client = one;
	}
	*ret_shares = shares;
	return 0;
}

int
budget_give_back(struct budget *budget, const struct budget_text *text,
	const struct budget_return *back, const struct now *now, struct fault *fault)
{
	struct places places;

	if (budget_table_retired(budget->words)) {
		int result = reopen(budget, now, fault);

		if (result != 0)
			return result;
	}
	find(budget, text, &places);
	for (unsigned int i = 0; i < places.count; i++) {
		const struct ring *ring = &places.ring[i];

		if (i != PLACE_DAY || back->reason == BUDGET_CANCELLED)
			ring_take(ring, ring_clock_epoch(ring, back->reserved_boot_ms));
	}
	return 0;
}
