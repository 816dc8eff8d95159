/* SPDX-License-Identifier: BSD-2-Clause */
/* The event file, line by line: docs/FORMATS.md, "Events". core/events.h writes it. */
#ifndef SMSOTP_CTL_EVENT_H
#define SMSOTP_CTL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;

/* Not terminated; at is NULL for what the line does not say. */
struct event_value {
	const char *at;
	size_t size;
};

enum event_key {
	EVENT_EVENT, EVENT_REASON, EVENT_USER, EVENT_SERVICE, EVENT_GATEWAY, EVENT_RULE, EVENT_BY,
	EVENT_SEGMENTS, EVENT_FAILOVER, EVENT_LOCKOUT, EVENT_DETAIL, EVENT_KEYS
};

struct event {
	int64_t real_ms;
	struct event_value value[EVENT_KEYS];	/* into the line */
};

enum event_fit {
	EVENT_GOOD,
	EVENT_DAMAGED,		/* half a line, or none of ours */
	EVENT_NEWER		/* of a version that is not known here */
};

/* Reads one line, without its line feed. *ret_event is filled only if it is good. */
enum event_fit event_read(const char *line, size_t size, struct event *ret_event);

/* Whether a value is this word. */
bool event_is(const struct event *event, enum event_key key, const char *word);

/* A value as a number up to 999, 1 if there is none that can be used. */
unsigned int event_segments(const struct event *event);

#define EVENT_LINE_MAX 2047	/* with the line feed */

/* What there is to be read: events.1 from its byte from[0] on, then events from from[1] on. */
struct event_files {
	int fd[2];		/* -1: there is none */
};

/*
 * Opens both, checked as they are for a login. Neither being there is no fault; nor is the
 * directory's absence. Returns 0, or FAULT_STATE for one that is not ours or cannot be read.
 */
int event_open(const char *state_dir, struct event_files *ret_files, struct fault *fault)
	__attribute__((warn_unused_result));
void event_close(struct event_files *files);

/*
 * Calls take with each whole line of fd from byte *at on, without its line feed, until take returns
 * something else than 0, which is returned; one that is too long is handed over cut. *at is then
 * behind the last line that take was called with: half a line at the end may be whole next time.
 * Returns FAULT_STATE if it cannot be read.
 */
int event_each(int fd, int64_t *at, int (*take)(void *data, const char *line, size_t size),
	void *data, struct fault *fault) __attribute__((warn_unused_result));

#endif
