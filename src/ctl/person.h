/* SPDX-License-Identifier: BSD-2-Clause */
/* A user by name, with account and numbers: what most commands are about. */
#ifndef SMSOTP_CTL_PERSON_H
#define SMSOTP_CTL_PERSON_H

#include <jansson.h>

#include "core/fault.h"
#include "ctl/site.h"

struct ctl;

struct person {
	struct account account;
	struct phones phones;
	struct fault trouble;	/* why a source could not be asked; "" if all could */
};

/* FAULT_SYSTEM if there is no such account. A phone that cannot be had is no fault. */
int person_find(const struct site *site, const char *name, struct person *ret_person,
	struct fault *fault) __attribute__((warn_unused_result));

void person_wipe(struct person *person);

/* A number as it may be printed: whole only with --show. NULL: no memory. */
json_t *person_number(const struct ctl *ctl, const struct e164 *number);

#endif
