/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/budget_table.h"

#include "core/directory.h"
#include "core/fault.h"

/*
 * Layout, after the words that every table has:
 *    5   1  window of the clients' rings in ms
 *    6   1  window of the host's ring in ms
 *    7   1  zero
 *    8  17  the host's ring: texts whose code was not entered
 *   25  17  the host's ring of a day: all texts
 *   42  17  3 rows of 1024 rings of clients
 */
#define WORD_CLIENT_WINDOW TABLE_OWN
#define WORD_HOST_WINDOW (TABLE_OWN + 1)
#define RING_HOST 0
#define RING_DAY 1
#define RING_CLIENTS 2

/* What check and fill need. */
struct order {
	const struct budget_settings *settings;
	const struct now *now;
};

static struct ring
ring_at(budget_table_word *words, unsigned int index, int64_t window_ms)
{
	return (struct ring){
		.words = &words[BUDGET_TABLE_HEADER + index * RING_WORDS],
		.window_ms = window_ms,
	};
}

struct ring
budget_table_host(budget_table_word *words)
{
	return ring_at(words, RING_HOST, (int64_t)atomic_load(&words[WORD_HOST_WINDOW]));
}

struct ring
budget_table_day(budget_table_word *words)
{
	return ring_at(words, RING_DAY, LIMIT_DAY_MS);
}

struct ring
budget_table_client(budget_table_word *words, unsigned int row, unsigned int index)
{
	return ring_at(words, RING_CLIENTS + row * BUDGET_TABLE_ROW_RINGS + index,
		(int64_t)atomic_load(&words[WORD_CLIENT_WINDOW]));
}

bool
budget_table_retired(budget_table_word *words)
{
	return atomic_load(&words[TABLE_RETIRED]) != 0;
}

static int
check(const void *context, table_word *words, enum table_fitness *fitness, struct fault *fault)
{
	const struct order *order = context;
	const struct limit_budget *limits = order->settings->limits;
	int64_t client_window_ms = (int64_t)atomic_load(&words[WORD_CLIENT_WINDOW]);
	int64_t host_window_ms = (int64_t)atomic_load(&words[WORD_HOST_WINDOW]);

	if (client_window_ms <= 0 || client_window_ms > LIMIT_DAY_MS ||
	    host_window_ms <= 0 || host_window_ms > LIMIT_DAY_MS)
		return fault_set(fault, FAULT_DAMAGED, "%s/budgets: impossible windows",
			order->settings->directory->path);
	if (client_window_ms != limits->client.window_ms ||
	    host_window_ms != limits->host.window_ms)
		*fitness = TABLE_OUTDATED;
	return 0;
}

/* Everything that still counts in one ring, counted in another. */
static void
carry_ring(const struct ring *from, const struct ring *to, const struct now *now)
{
	uint64_t sum;

	if (from->window_ms == to->window_ms) {
		for (unsigned int i = 0; i < RING_WORDS; i++)
			atomic_store(&to->words[i], atomic_load(&from->words[i]));
		return;
	}
	sum = ring_sum(from, ring_epoch(from, now->boot_ms));
	if (sum > UINT32_MAX)
		sum = UINT32_MAX;
	if (sum > 0)
		ring_add(to, ring_clock_epoch(to, now->boot_ms), (uint32_t)sum);
}

static void
carry(budget_table_word *from, budget_table_word *to, const struct now *now)
{
	struct ring old = budget_table_host(from), new = budget_table_host(to);

	carry_ring(&old, &new, now);
	old = budget_table_day(from);
	new = budget_table_day(to);
	carry_ring(&old, &new, now);
	for (unsigned int row = 0; row < BUDGET_TABLE_ROWS; row++) {
		for (unsigned int i = 0; i < BUDGET_TABLE_ROW_RINGS; i++) {
			old = budget_table_client(from, row, i);
			new = budget_table_client(to, row, i);
			carry_ring(&old, &new, now);
		}
	}
}

static void
fill(const void *context, table_word *words, table_word *old)
{
	const struct order *order = context;
	const struct limit_budget *limits = order->settings->limits;

	atomic_store(&words[WORD_CLIENT_WINDOW], (uint64_t)limits->client.window_ms);
	atomic_store(&words[WORD_HOST_WINDOW], (uint64_t)limits->host.window_ms);
	if (old != NULL)
		carry(old, words, order->now);
}

static const struct table_type type = {
	.name = "budgets",
	.what = "table of budgets",
	.magic = { 'S', 'M', 'S', 'O', 'T', 'P', 'B', 'T' },
	.version = 1,
	.word_count = BUDGET_TABLE_WORDS,
	.check = check,
	.fill = fill,
};

int
budget_table_open(const struct budget_settings *settings, const struct now *now,
	budget_table_word **ret_words, struct fault *fault)
{
	const struct order order = { .settings = settings, .now = now };
	const struct table_place place = {
		.directory = settings->directory, .now = now, .context = &order,
	};

	return table_open(&type, &place, ret_words, fault);
}

void
budget_table_close(budget_table_word **words)
{
	table_close(&type, words);
}
