/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a gateway file says of numbers: which it takes, and what is said to them, in whose name and
 * for how long. smsotp-gateway(5), "Routing by number".
 */
#ifndef SMSOTP_HELPER_ROUTE_H
#define SMSOTP_HELPER_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_at;
struct description;
struct fault;
struct wire_reply;
struct wire_request;

struct route_sender {
	const char *prefix;	/* "+44", "+" */
	const char *from;
};

/* Zeroed = every number, as smsotp.conf has it. Strings belong to the gateway's file. */
struct route {
	const char *path;		/* of the file, for errors */
	const char **prefixes;
	size_t prefix_count;		/* 0: every number */
	const char *message;		/* NULL: smsotp.conf's */
	struct route_sender *senders;
	size_t sender_count;
	uint32_t validity_s;		/* 0: as long as the code lives */
};

/*
 * Reads prefixes, message, from_by_prefix and validity of a gateway file's root. Returns 0,
 * FAULT_CONFIG or FAULT_MEMORY; the route is to be freed in any case.
 */
int route_read(const struct conf_at *at, struct route *route)
	__attribute__((warn_unused_result));

/*
 * Whether the gateway is asked at all: the longest prefix decides. It is always asked about a text
 * that it has already taken.
 */
bool route_takes(const struct route *route, const struct wire_request *request)
	__attribute__((warn_unused_result));

/* The sender for this number, of the longest prefix; NULL if none is its own. */
const char *route_sender(const struct route *route, const char *to);

/*
 * Puts the gateway's own message and validity into a request to send something. A validity beyond
 * the code's life changes nothing. Returns 0, or FAULT_CONFIG for a message that is too long once
 * it is filled in.
 */
int route_apply(const struct route *route, struct wire_request *request, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Says in the detail of an accepted text, if there is none, that it is more than one GSM-7 segment:
 * few know what an accent or a long name costs. Not where the API has a text of its own.
 * description is NULL for an outbox.
 */
void route_note(const struct description *description, const struct wire_request *request,
	struct wire_reply *reply);

/* Frees what the route points to. */
void route_free(struct route *route);

#endif
