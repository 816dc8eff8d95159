/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/counts.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ctl/event.h"

int
counts_make(struct counts *ret_counts, struct fault *fault)
{
	struct counts counts = { .since_ms = 0, .until_ms = INT64_MAX };

	counts.users = tally_make(COUNTS_USER, COUNTS_USERS_MAX);
	counts.services = tally_make(COUNTS_SERVICE, COUNTS_NAMES_MAX);
	counts.gateways = tally_make(COUNTS_GATEWAY, COUNTS_NAMES_MAX);
	counts.refusals = tally_make(1, COUNTS_NAMES_MAX);
	counts.exemptions = tally_make(1, 4 * COUNTS_NAMES_MAX);
	counts.changes = tally_make(1, COUNTS_NAMES_MAX);
	if (counts.users == NULL || counts.services == NULL || counts.gateways == NULL ||
	    counts.refusals == NULL || counts.exemptions == NULL || counts.changes == NULL) {
		counts_free(&counts);
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	}
	*ret_counts = counts;
	return 0;
}

void
counts_free(struct counts *counts)
{
	tally_free(&counts->users);
	tally_free(&counts->services);
	tally_free(&counts->gateways);
	tally_free(&counts->refusals);
	tally_free(&counts->exemptions);
	tally_free(&counts->changes);
}

/* Where one event is counted; NULL: nowhere. */
struct places {
	uint32_t *user, *service, *gateway;
	bool failed;			/* no memory */
};

static uint32_t *
place(struct places *places, struct tally *tally, const struct event_value *value)
{
	uint32_t *counts;

	if (value->at == NULL)
		return NULL;
	counts = tally_counts(tally, value->at, value->size);
	places->failed = places->failed || counts == NULL;
	return counts;
}

static struct places
find_places(const struct counts *counts, const struct event *event)
{
	static const struct event_value none = { "-", 1 };
	struct places places = { .failed = false };
	const struct event_value *service = &event->value[EVENT_SERVICE];

	places.user = place(&places, counts->users, &event->value[EVENT_USER]);
	places.service = place(&places, counts->services, service->at != NULL ? service : &none);
	return places;
}

static void
add(uint32_t *counts, unsigned int which, unsigned int number)
{
	if (counts != NULL && counts[which] <= UINT32_MAX - number)
		counts[which] += number;
}

static void
count_ending(struct places *places, const struct event *event)
{
	if (event_is(event, EVENT_EVENT, "exempt")) {
		add(places->user, COUNTS_USER_EXEMPT, 1);
		add(places->service, COUNTS_SERVICE_EXEMPT, 1);
	} else if (event_is(event, EVENT_EVENT, "accepted")) {
		add(places->user, COUNTS_USER_ACCEPTED, 1);
		add(places->service, COUNTS_SERVICE_ACCEPTED, 1);
		if (event_is(event, EVENT_REASON, "remembered"))
			add(places->service, COUNTS_SERVICE_REMEMBERED, 1);
	} else if (!event_is(event, EVENT_REASON, "wrong_code")) {
		add(places->user, COUNTS_USER_DENIED, 1);
		add(places->service, COUNTS_SERVICE_DENIED, 1);
	}
	if (event->value[EVENT_LOCKOUT].at != NULL) {
		add(places->user, COUNTS_USER_LOCKOUTS, 1);
		add(places->service, COUNTS_SERVICE_LOCKOUTS, 1);
	}
}

/* Adds one to the count of a key of several values. */
static void
count_words(struct places *places, struct tally *tally, const struct event *event,
	const enum event_key *keys, size_t key_count)
{
	char text[EVENT_LINE_MAX + 8] = "";
	size_t used = 0;
	uint32_t *counts;

	for (size_t i = 0; i < key_count; i++) {
		const struct event_value *value = &event->value[keys[i]];

		if (i > 0)
			text[used++] = ' ';
		if (value->at != NULL)
			memcpy(text + used, value->at, value->size);
		else
			text[used] = '-';
		used += value->at != NULL ? value->size : 1;
	}
	counts = tally_counts(tally, text, used);
	places->failed = places->failed || counts == NULL;
	add(counts, 0, 1);
}

static void
count_sending(const struct counts *counts, struct places *places, const struct event *event)
{
	const bool call = event_is(event, EVENT_EVENT, "call");

	/* Nobody was asked for anything. */
	if (event_is(event, EVENT_REASON, "skipped"))
		return;
	places->gateway = place(places, counts->gateways, &event->value[EVENT_GATEWAY]);
	add(places->gateway, COUNTS_GATEWAY_FAILOVERS, event->value[EVENT_FAILOVER].at != NULL);
	if (event_is(event, EVENT_REASON, "ambiguous")) {
		add(places->gateway, COUNTS_GATEWAY_UNSURE, 1);
	} else if (!event_is(event, EVENT_REASON, "accepted")) {
		add(places->gateway, COUNTS_GATEWAY_FAILED, 1);
	} else if (call) {
		add(places->user, COUNTS_USER_CALLS, 1);
		add(places->service, COUNTS_SERVICE_CALLS, 1);
		add(places->gateway, COUNTS_GATEWAY_CALLS, 1);
	} else {
		add(places->user, COUNTS_USER_TEXTS, 1);
		add(places->service, COUNTS_SERVICE_TEXTS, 1);
		add(places->gateway, COUNTS_GATEWAY_TEXTS, 1);
		add(places->gateway, COUNTS_GATEWAY_SEGMENTS, event_segments(event));
	}
}

static int
count(struct counts *counts, const struct event *event)
{
	static const enum event_key reason[] = { EVENT_REASON };
	static const enum event_key exemption[] = { EVENT_RULE, EVENT_USER, EVENT_DETAIL };
	static const enum event_key change[] = { EVENT_BY, EVENT_REASON };
	const bool denied = event_is(event, EVENT_EVENT, "denied");
	const bool exempt = event_is(event, EVENT_EVENT, "exempt");
	struct places places = { .failed = false };

	if (event_is(event, EVENT_EVENT, "admin")) {
		count_words(&places, counts->changes, event, change, 2);
	} else if (event_is(event, EVENT_EVENT, "text") || event_is(event, EVENT_EVENT, "call")) {
		places = find_places(counts, event);
		count_sending(counts, &places, event);
	} else if (denied || exempt || event_is(event, EVENT_EVENT, "accepted")) {
		places = find_places(counts, event);
		count_ending(&places, event);
	}
	if (exempt)
		count_words(&places, counts->exemptions, event, exemption, 3);
	if (denied || event_is(event, EVENT_EVENT, "refused"))
		count_words(&places, counts->refusals, event, reason, 1);
	return places.failed ? FAULT_MEMORY : 0;
}

int
counts_take(void *data, const char *line, size_t size)
{
	struct counts *counts = data;
	struct event event;

	switch (event_read(line, size, &event)) {
	case EVENT_DAMAGED:
		counts->damaged++;
		return 0;
	case EVENT_NEWER:
		counts->newer++;
		return 0;
	case EVENT_GOOD:
		break;
	}
	if (event.real_ms < counts->since_ms || event.real_ms >= counts->until_ms)
		return 0;
	/* The clock may have been set back. */
	if (counts->events == 0 || event.real_ms < counts->first_ms)
		counts->first_ms = event.real_ms;
	if (counts->events == 0 || event.real_ms > counts->last_ms)
		counts->last_ms = event.real_ms;
	counts->events++;
	return count(counts, &event);
}
