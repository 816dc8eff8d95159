/* SPDX-License-Identifier: BSD-2-Clause */
/* phones_each (phones.h) of one phone file that is open. */
#ifndef SMSOTP_CORE_PHONES_EACH_H
#define SMSOTP_CORE_PHONES_EACH_H

#include "core/phones.h"

struct phones_reader;

/*
 * Visits each number from the beginning of what reader has not dropped. A line without a number is
 * visited once, its number being "".
 */
int phones_each_read(struct phones_reader *reader,
	void (*visit)(void *data, const struct phones_entry *entry), void *data,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
