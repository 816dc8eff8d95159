/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a login can end, and what each ending is to PAM, to the log and to the person. The only
 * place that turns anything into a PAM result; PAM_SUCCESS stands in two rows of it, PAM_IGNORE
 * in one.
 */
#ifndef SMSOTP_MODULE_OUTCOME_H
#define SMSOTP_MODULE_OUTCOME_H

#include <stdbool.h>

#include "core/fault.h"
#include "core/words.h"

enum outcome {
	OUTCOME_SYSTEM,		/* first, so that a forgotten assignment denies */
	OUTCOME_ACCEPTED,
	OUTCOME_EXEMPT,		/* by a rule; policy.c alone ends a login so */
	OUTCOME_REMEMBERED,	/* a success from the same place still counts */
	OUTCOME_WRONG_CODE,	/* one guess; the conversation goes on */
	OUTCOME_WAITING,	/* another login does; the conversation goes on */
	OUTCOME_EXPIRED_CODE,
	OUTCOME_USED_CODE,	/* by another conversation, or replaced by newer codes */
	OUTCOME_GAVE_UP,	/* no answer after a wrong code */
	OUTCOME_UNKNOWN_ACCOUNT,
	OUTCOME_CALLER_UNKNOWN,	/* whose phone it is to be: identity "caller" */
	OUTCOME_GUESSES_USED,
	OUTCOME_LOCKED,
	OUTCOME_DISABLED,
	OUTCOME_BUDGET_USER,
	OUTCOME_BUDGET_PHONE,
	OUTCOME_BUDGET_CLIENT,
	OUTCOME_BUDGET_HOST,
	OUTCOME_BUDGET_VOICE,	/* no call; the conversation goes on */
	OUTCOME_NO_PHONE,
	OUTCOME_BAD_NUMBER,
	OUTCOME_PREFIX_NOT_ALLOWED,
	OUTCOME_NUMBER_REFUSED,	/* by a gateway: it cannot be texted */
	OUTCOME_PHONE_SOURCE,
	OUTCOME_GATEWAYS,
	OUTCOME_STATE,
	OUTCOME_CONFIG,
	OUTCOME_CONVERSATION,	/* the conversation failed */
	OUTCOME_NO_ANSWER,	/* it gave nothing */
	OUTCOME_NOT_A_CODE,	/* it gave no code, time after time */
	OUTCOME_MEMORY,
	OUTCOME_COUNT
};

struct outcome_row {
	int pam_result;
	const char *reason;	/* for the log */
	int priority;		/* of its log line, <syslog.h> */
	enum word word;		/* said once; WORD_NONE: nothing can or need be said */
	bool noted;		/* another call on the same handle cannot better it */
};

const struct outcome_row *outcome_row(enum outcome outcome);

/* Whether the user gets in: what PAM is told, and nothing else, says so. */
bool outcome_success(enum outcome outcome);

/* The ending that an error of core or wire leads to. Never a success or OUTCOME_EXEMPT. */
enum outcome outcome_of_fault(enum fault_kind kind);

#endif
