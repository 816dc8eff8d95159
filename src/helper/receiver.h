/* SPDX-License-Identifier: BSD-2-Clause */
/* receivers/NAME.conf: a gateway's file of another kind, for a service that receives texts. */
#ifndef SMSOTP_HELPER_RECEIVER_H
#define SMSOTP_HELPER_RECEIVER_H

#include "core/conf_file.h"

struct description;
struct gateway;
struct values;

/* The keys that every receiver's file may have, besides its API's settings. NULL-terminated. */
extern const char *const receiver_keys[];

/*
 * Reads what a receiver's file has and a gateway's has not: its own number. Returns 0 or
 * FAULT_CONFIG.
 */
int receiver_read(const struct conf_at *at, struct gateway *gateway)
	__attribute__((warn_unused_result));

/*
 * When the description is known: whether it is one of the file's kind, and whether there is a
 * number exactly where none is rented; and then whether the settings complete a national number.
 * Return 0 or FAULT_CONFIG.
 */
int receiver_check(const struct conf_at *at, const struct gateway *gateway,
	const struct description *description) __attribute__((warn_unused_result));
int receiver_check_values(const struct conf_at *at, const struct description *description,
	const struct values *values) __attribute__((warn_unused_result));

#endif
