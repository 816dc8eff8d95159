/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules of a description that can never decide: found when it is read, not at a login. */
#ifndef SMSOTP_HELPER_DESCRIPTION_RULES_H
#define SMSOTP_HELPER_DESCRIPTION_RULES_H

#include <stddef.h>

#include "helper/description.h"

/*
 * NULL if rules[which] may decide some answer, as far as can be seen; else why it cannot: two of
 * its tests exclude each other, or a rule before it holds whenever it does.
 */
const char *description_rules_check(const struct description_rule *rules, size_t which);

#endif
