/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of a text of the administrator's, as the gateway that took it tells. */
#ifndef SMSOTP_CTL_DELIVERY_H
#define SMSOTP_CTL_DELIVERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/fault.h"
#include "wire/wire.h"

struct texting;

/* Zeroed = nobody was asked. */
struct delivery {
	bool asked;
	enum wire_delivery state;
	char says[FAULT_TEXT_SIZE];	/* the last answer, or why there is none */
};

/*
 * Asks, where a gateway has taken the text and can be asked, until the answer is final or wait_ms
 * are over, which a terminal is shown. Logged once, with the last answer.
 */
void delivery_follow(const struct texting *texting, const char *ref, int64_t wait_ms,
	struct delivery *ret_delivery);

/* For the document: an object, or null if nobody was asked. NULL: no memory. */
json_t *delivery_describe(const struct delivery *delivery);

/* "Delivery: …", for people. */
void delivery_show(const json_t *described);

#endif
