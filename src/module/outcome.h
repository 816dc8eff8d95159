/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each ending is to PAM, and how loudly it is logged; its names are core/ending.h's. The only
 * place that turns anything into a PAM result; PAM_SUCCESS stands in three rows of it,
 * PAM_IGNORE in one.
 */
#ifndef SMSOTP_MODULE_OUTCOME_H
#define SMSOTP_MODULE_OUTCOME_H

#include <stdbool.h>

#include "core/ending.h"

struct outcome_row {
	int pam_result;
	int priority;		/* of its log line, <syslog.h> */
	bool noted;		/* another call on the same handle cannot better it */
};

const struct outcome_row *outcome_row(enum outcome outcome);

/* Whether the user gets in: what PAM is told, and nothing else, says so. */
bool outcome_success(enum outcome outcome);

#endif
