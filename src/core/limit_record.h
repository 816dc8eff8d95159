/* SPDX-License-Identifier: BSD-2-Clause */
/* A struct limit_record as the body of a user's or a phone's record. */
#ifndef SMSOTP_CORE_LIMIT_RECORD_H
#define SMSOTP_CORE_LIMIT_RECORD_H

#include <stdint.h>

#include "core/limit.h"
#include "core/record.h"

void limit_record_put(const struct limit_record *record, uint8_t ret_body[static RECORD_BODY_SIZE]);

/* FAULT_DAMAGED, with *ret_record untouched, for a body that limit_record_put cannot have made. */
int limit_record_get(const uint8_t body[static RECORD_BODY_SIZE], enum record_kind kind,
	struct limit_record *ret_record) __attribute__((warn_unused_result));

#endif
