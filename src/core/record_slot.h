/* SPDX-License-Identifier: BSD-2-Clause */
/* One slot of a record as bytes. */
#ifndef SMSOTP_CORE_RECORD_SLOT_H
#define SMSOTP_CORE_RECORD_SLOT_H

#include "core/record.h"

struct record_slot {
	enum record_kind kind;
	const uint8_t *owner;		/* RECORD_OWNER_SIZE bytes */
	uint64_t sequence;
	bool lazy;
	bool settled;			/* known to be on the disk */
};

enum record_slot_state { RECORD_SLOT_VALID, RECORD_SLOT_INVALID, RECORD_SLOT_NEWER };

/* The body (RECORD_BODY_SIZE bytes) may be the one in bytes already. */
void record_slot_put(const struct record_slot *slot, const uint8_t *body,
	uint8_t ret_bytes[static RECORD_SLOT_SIZE]);

/*
 * expected: the kind and owner that make a slot valid. *ret_slot is filled only for a valid one.
 * NEWER is told by magic and version alone, since a newer version may sum up its bytes in another
 * way.
 */
enum record_slot_state record_slot_get(const uint8_t bytes[static RECORD_SLOT_SIZE],
	const struct record_slot *expected, struct record_slot *ret_slot);

#endif
