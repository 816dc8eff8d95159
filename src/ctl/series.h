/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters for Prometheus, which never go backwards: what the event file has had since they began,
 * kept in "events.totals" of the state directory, with how far each event file has been counted.
 * Format: docs/FORMATS.md.
 */
#ifndef SMSOTP_CTL_SERIES_H
#define SMSOTP_CTL_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/event.h"

#define SERIES_FILE "events.totals"
#define SERIES_MARK_SIZE 33

struct directory;
struct fault;
struct tally;

/* Which file, by its first line, and the byte up to which it has been counted. */
struct series_place {
	char mark[SERIES_MARK_SIZE];	/* hexadecimal; "": no file, or no whole line in it */
	int64_t at;
};

struct series {
	struct tally *counts;		/* one: by "FAMILY LABEL=VALUE …", without smsotp_ */
	struct series_place place[2];	/* events.1, events */
};

#define SERIES_NONE { .counts = NULL }

/*
 * Reads events.totals, which may be missing: then nothing has been counted. Returns 0,
 * FAULT_STATE, FAULT_DAMAGED for one that is not as it was written, or FAULT_MEMORY.
 */
int series_load(const struct directory *directory, struct series *ret_series,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Counts what has been added to the files since. Where the newest file that was counted is there
 * no more, lines may have come and gone uncounted: that is counted as well ("event_gaps_total").
 */
int series_go_on(struct series *series, const struct event_files *files, struct fault *fault)
	__attribute__((warn_unused_result));

/* Writes events.totals, under the directory's lock, which the caller holds. */
int series_save(const struct series *series, const struct directory *directory,
	struct fault *fault) __attribute__((warn_unused_result));

void series_free(struct series *series);

#endif
