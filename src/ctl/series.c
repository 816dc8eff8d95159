/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/series.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"
#include "ctl/tally.h"

#define MARK_BYTES 16
#define KEY_SIZE 512

/* --- one event ------------------------------------------------------------ */

/* A label's value: what ours never have, and what would need quoting, becomes "?". */
static void
put_value(char key[static KEY_SIZE], const struct event_value *value)
{
	size_t used = strlen(key);

	if (value->at == NULL) {
		snprintf(key + used, KEY_SIZE - used, "-");
		return;
	}
	for (size_t i = 0; i < value->size && used < KEY_SIZE - 1; i++) {
		const char c = value->at[i];

		key[used++] = c == '"' || c == '\\' || c == ' ' || c == '=' ? '?' : c;
	}
	key[used] = '\0';
}

static bool
add(struct series *series, const char *key, uint32_t number)
{
	uint32_t *counts = tally_counts(series->counts, key, strlen(key));

	if (counts != NULL && counts[0] <= UINT32_MAX - number)
		counts[0] += number;
	return counts != NULL;
}

/* "FAMILY LABEL=VALUE …" of labels and values in turn; a label that is NULL ends them. */
struct labelled {
	const char *label;
	const struct event_value *value;
};

static bool
add_labelled(struct series *series, const char *family, const struct labelled *labels,
	uint32_t number)
{
	char key[KEY_SIZE];

	snprintf(key, sizeof key, "%s", family);
	for (; labels->label != NULL; labels++) {
		size_t used = strlen(key);

		snprintf(key + used, sizeof key - used, " %s=", labels->label);
		put_value(key, labels->value);
	}
	return add(series, key, number);
}

static bool
add_ending(struct series *series, const struct event *event, const char *result)
{
	const struct event_value value = { result, strlen(result) };

	return add_labelled(series, "logins_total", (const struct labelled[]){
		{ "service", &event->value[EVENT_SERVICE] }, { "result", &value }, { NULL, NULL }
	}, 1);
}

static bool
add_refusal(struct series *series, const struct event *event)
{
	return add_labelled(series, "refusals_total", (const struct labelled[]){
		{ "service", &event->value[EVENT_SERVICE] },
		{ "reason", &event->value[EVENT_REASON] }, { NULL, NULL }
	}, 1);
}

static bool
add_of_gateway(struct series *series, const char *family, const struct event *event,
	uint32_t number)
{
	return add_labelled(series, family, (const struct labelled[]){
		{ "gateway", &event->value[EVENT_GATEWAY] }, { NULL, NULL }
	}, number);
}

static bool
add_sending(struct series *series, const struct event *event)
{
	const bool accepted = event_is(event, EVENT_REASON, "accepted");
	const bool text = event_is(event, EVENT_EVENT, "text");
	bool fine;

	/* Nobody was asked for anything. */
	if (event_is(event, EVENT_REASON, "skipped"))
		return true;
	fine = add_labelled(series, text ? "texts_total" : "calls_total",
		(const struct labelled[]){
			{ "gateway", &event->value[EVENT_GATEWAY] },
			{ "result", &event->value[EVENT_REASON] }, { NULL, NULL }
		}, 1);
	if (fine && text && accepted)
		fine = add_of_gateway(series, "text_segments_total", event,
			event_segments(event));
	if (fine && event->value[EVENT_FAILOVER].at != NULL)
		fine = add_of_gateway(series, "failovers_total", event, 1);
	return fine;
}

static bool
add_event(struct series *series, const struct event *event)
{
	bool fine = true;

	if (event_is(event, EVENT_EVENT, "text") || event_is(event, EVENT_EVENT, "call"))
		fine = add_sending(series, event);
	else if (event_is(event, EVENT_EVENT, "accepted"))
		fine = add_ending(series, event, event_is(event, EVENT_REASON, "remembered")
			? "remembered" : "accepted");
	else if (event_is(event, EVENT_EVENT, "exempt"))
		fine = add_ending(series, event, "exempt");
	else if (event_is(event, EVENT_EVENT, "refused"))
		fine = add_refusal(series, event);
	else if (event_is(event, EVENT_EVENT, "denied"))
		fine = add_refusal(series, event) &&
			(event_is(event, EVENT_REASON, "wrong_code") ||
			add_ending(series, event, "denied"));
	else if (event_is(event, EVENT_EVENT, "admin"))
		fine = add_labelled(series, "changes_total", (const struct labelled[]){
			{ "action", &event->value[EVENT_REASON] }, { NULL, NULL }
		}, 1);
	if (fine && event->value[EVENT_LOCKOUT].at != NULL)
		fine = add_labelled(series, "lockouts_total", (const struct labelled[]){
			{ "service", &event->value[EVENT_SERVICE] }, { NULL, NULL }
		}, 1);
	return fine;
}

static int
take(void *data, const char *line, size_t size)
{
	static const char *const keys[] = {
		[EVENT_GOOD] = "event_lines_total result=counted",
		[EVENT_DAMAGED] = "event_lines_total result=damaged",
		[EVENT_NEWER] = "event_lines_total result=newer",
	};
	struct event event;
	const enum event_fit fit = event_read(line, size, &event);

	if (!add(data, keys[fit], 1) || (fit == EVENT_GOOD && !add_event(data, &event)))
		return FAULT_MEMORY;
	return 0;
}

/* --- files ---------------------------------------------------------------- */

/* By the first line, which has the time and who it was: an inode number would be used again. */
static void
mark_of(int fd, char ret_mark[static SERIES_MARK_SIZE])
{
	unsigned char hash[MARK_BYTES];
	char line[EVENT_LINE_MAX];
	const ssize_t got = fd < 0 ? 0 : pread(fd, line, sizeof line, 0);
	const char *end = got > 0 ? memchr(line, '\n', (size_t)got) : NULL;

	ret_mark[0] = '\0';
	if (end == NULL)
		return;
	(void)crypto_generichash(hash, sizeof hash, (const unsigned char *)line,
		(size_t)(end - line), NULL, 0);
	sodium_bin2hex(ret_mark, SERIES_MARK_SIZE, hash, sizeof hash);
}

static const struct series_place *
find(const struct series_place places[static 2], const char *mark)
{
	for (size_t i = 0; i < 2; i++) {
		if (mark[0] != '\0' && strcmp(places[i].mark, mark) == 0)
			return &places[i];
	}
	return NULL;
}

int
series_go_on(struct series *series, const struct event_files *files, struct fault *fault)
{
	const struct series_place *newest = series->place[1].mark[0] != '\0' ? &series->place[1]
		: &series->place[0];
	struct series_place places[2] = { { .at = 0 }, { .at = 0 } };
	int result = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct series_place *before;
		struct stat st;

		mark_of(files->fd[i], places[i].mark);
		before = find(series->place, places[i].mark);
		if (before != NULL)
			places[i].at = before->at;
		/* Somebody cut it: what is left of it has been counted. */
		if (files->fd[i] >= 0 && fstat(files->fd[i], &st) == 0 &&
		    st.st_size < places[i].at)
			places[i].at = st.st_size;
	}
	if (newest->mark[0] != '\0' && find(places, newest->mark) == NULL &&
	    !add(series, "event_gaps_total", 1))
		result = FAULT_MEMORY;
	for (size_t i = 0; i < 2 && result == 0; i++) {
		if (places[i].mark[0] != '\0')
			result = event_each(files->fd[i], &places[i].at, take, series, fault);
	}
	if (result == FAULT_MEMORY)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	if (result == 0)
		memcpy(series->place, places, sizeof places);
	return result;
}

void
series_free(struct series *series)
{
	tally_free(&series->counts);
}
