/* SPDX-License-Identifier: BSD-2-Clause */
/* What the events of a time come to: for smsotpctl report. */
#ifndef SMSOTP_CTL_COUNTS_H
#define SMSOTP_CTL_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/fault.h"
#include "ctl/tally.h"

/* How many of each are told apart; what is beyond counts with others. */
#define COUNTS_USERS_MAX 1048576
#define COUNTS_NAMES_MAX 4096

/* In the order in which users are listed: who was texted most comes first. */
enum counts_user {
	COUNTS_USER_TEXTS, COUNTS_USER_CALLS, COUNTS_USER_DENIED, COUNTS_USER_ACCEPTED,
	COUNTS_USER_EXEMPT, COUNTS_USER_LOCKOUTS, COUNTS_USER
};

/* The same of a PAM service. */
enum counts_service {
	COUNTS_SERVICE_ACCEPTED, COUNTS_SERVICE_REMEMBERED, COUNTS_SERVICE_DENIED,
	COUNTS_SERVICE_EXEMPT, COUNTS_SERVICE_TEXTS, COUNTS_SERVICE_CALLS,
	COUNTS_SERVICE_LOCKOUTS, COUNTS_SERVICE
};

enum counts_gateway {
	COUNTS_GATEWAY_TEXTS, COUNTS_GATEWAY_SEGMENTS, COUNTS_GATEWAY_CALLS,
	COUNTS_GATEWAY_FAILED, COUNTS_GATEWAY_UNSURE, COUNTS_GATEWAY_FAILOVERS, COUNTS_GATEWAY
};

struct counts {
	int64_t since_ms, until_ms;	/* what is before, or not before, is passed over */
	uint64_t events, damaged, newer;
	int64_t first_ms, last_ms;	/* of those counted; if there are any */
	struct tally *users;
	struct tally *services;		/* "-" for who has none: the administrator's texts */
	struct tally *gateways;
	struct tally *refusals;		/* one count: by reason, of event=denied and refused */
	struct tally *exemptions;	/* one: "RULE USER REASON", the last with blanks in it */
	struct tally *changes;		/* one: "BY ACTION" */
};

#define COUNTS_NONE { .users = NULL }

int counts_make(struct counts *ret_counts, struct fault *fault)
	__attribute__((warn_unused_result));
void counts_free(struct counts *counts);

/* One line of the event file; for event_each. Returns 0 or FAULT_MEMORY. */
int counts_take(void *counts, const char *line, size_t size);

#endif
