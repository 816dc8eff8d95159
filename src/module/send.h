/* SPDX-License-Identifier: BSD-2-Clause */
/* One text or call of a login: what it costs is reserved, and it is handed to the keeper. */
#ifndef SMSOTP_MODULE_SEND_H
#define SMSOTP_MODULE_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/gateways.h"
#include "module/outcome.h"
#include "wire/wire.h"

struct login;

/* Whether that gateway of smsotp.conf is known to do all of these (WIRE_OFFERS_…). */
bool send_offers(const struct login *login, size_t gateway, uint32_t what);

/*
 * Through which gateways, in order, a task would go now. None: it is known of each that it makes no
 * calls. A text goes another way than the last one did, unless that has arrived.
 */
void send_route(const struct login *login, enum wire_task task, struct gateways *ret_gateways);

/* A text or call begins: nothing is known of it yet, and its route stands. */
void send_begin(struct login *login, enum wire_task task);

/* It was reserved. */
void send_count(struct login *login);

/*
 * Reserves the budgets, stores the code's hash if this is the first text, and starts the keeper:
 * all in one shelter, so that a caller who stops the host cannot save up texts. Returns
 * OUTCOME_ACCEPTED if it is on its way; *ret_live is false if the code to be sent again has ended
 * meanwhile: nothing is sent then.
 */
enum outcome send_code(struct login *login, enum wire_task task, bool *ret_live)
	__attribute__((warn_unused_result));

#endif
