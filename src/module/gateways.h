/* SPDX-License-Identifier: BSD-2-Clause */
/* Which gateways are tried, in which order, and how loudly their failures are logged. */
#ifndef SMSOTP_MODULE_GATEWAYS_H
#define SMSOTP_MODULE_GATEWAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/keeper.h"

struct health_row;
struct login;

/*
 * The gateways of one sending, in the order of their turn: what keeper_attempt.target counts.
 * Strings are the configuration's, rows the store's.
 */
struct gateways {
	size_t count;
	const char *names[KEEPER_ATTEMPTS_MAX];
	struct health_row *health[KEEPER_ATTEMPTS_MAX];	/* NULL: nothing is known */
	unsigned int numbers[KEEPER_ATTEMPTS_MAX];	/* places in smsotp.conf */
};

/*
 * Reads what other logins have left of the gateways, and what they are known to offer into
 * login->offers. If that cannot be read, or had to be forgotten, the login's log says so, and
 * nothing else comes of it. Returns 0, or a fault that is not the table's.
 */
int gateways_recall(struct login *login) __attribute__((warn_unused_result));

/* All that are configured, in the order of health_turns. */
void gateways_order(const struct login *login, uint32_t avoid, struct gateways *ret_gateways);

/* Those that were asked for something, as a set for gateways_order. */
uint32_t gateways_used(const struct gateways *gateways, const struct keeper_status *status);

/*
 * Of an attempt's log line, <syslog.h>. An error that needs the administrator is an alert in one
 * line of all logins', again after an hour or when the gateway has worked since; so ask once for
 * each attempt.
 */
int gateways_priority(const struct gateways *gateways, const struct keeper_attempt *attempt);

/*
 * The last text was refused because of its number, or no gateway is for this number: none will
 * text it.
 */
bool gateways_refused_number(const struct login *login);

#endif
