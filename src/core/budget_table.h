/* SPDX-License-Identifier: BSD-2-Clause */
/* The table behind a budget, and the rings in it. */
#ifndef SMSOTP_CORE_BUDGET_TABLE_H
#define SMSOTP_CORE_BUDGET_TABLE_H

#include <stdbool.h>

#include "core/budget.h"
#include "core/ring.h"
#include "core/table.h"

#define BUDGET_TABLE_ROWS 3
#define BUDGET_TABLE_ROW_RINGS 1024
#define BUDGET_TABLE_RINGS (2 + BUDGET_TABLE_ROWS * BUDGET_TABLE_ROW_RINGS)
#define BUDGET_TABLE_HEADER 8
#define BUDGET_TABLE_WORDS (BUDGET_TABLE_HEADER + BUDGET_TABLE_RINGS * RING_WORDS)
#define BUDGET_TABLE_SIZE (BUDGET_TABLE_WORDS * sizeof(uint64_t))

typedef table_word budget_table_word;

/* Maps the table of this boot with these windows, made or replaced if need be. */
int budget_table_open(const struct budget_settings *settings, const struct now *now,
	budget_table_word **ret_words, struct fault *fault) __attribute__((warn_unused_result));

/* Safe on NULL. */
void budget_table_close(budget_table_word **words);

/*
 * Another process is replacing the table: what was counted before this could still say false is in
 * the new one; what was counted later may not be, and has to be counted again there.
 */
bool budget_table_retired(budget_table_word *words);

struct ring budget_table_host(budget_table_word *words);
struct ring budget_table_day(budget_table_word *words);
/* row < BUDGET_TABLE_ROWS, index < BUDGET_TABLE_ROW_RINGS */
struct ring budget_table_client(budget_table_word *words, unsigned int row, unsigned int index);

#endif
