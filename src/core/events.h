/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file "events" of the state directory: a line for each line of the log, for whoever counts
 * them. The log is the record; this file is a copy that may have gaps, and nothing that is wrong
 * with it changes a login. Format: docs/FORMATS.md.
 */
#ifndef SMSOTP_CORE_EVENTS_H
#define SMSOTP_CORE_EVENTS_H

#include <stdint.h>

#define EVENTS_FILE "events"
#define EVENTS_FORMER "events.1"

struct fault;
struct log_line;

struct events {
	const char *state_dir;	/* absolute; where it is missing nothing is made */
	int64_t most;		/* bytes of the file before it becomes events.1; 0: none is kept */
};

/*
 * Appends a line by one write, in a shelter of its own, at real_ms of CLOCK_REALTIME. Waits for
 * nobody and syncs nothing. A file that would grow beyond most becomes events.1, in the place of
 * the former one; a line is never lost in that, whoever else writes. Where it cannot, no line is
 * added once the file has twice that size. Returns 0, or FAULT_STATE or FAULT_SYSTEM: then there
 * is no such line.
 */
int events_append(const struct events *events, const struct log_line *line, int64_t real_ms,
	struct fault *fault);

#endif
