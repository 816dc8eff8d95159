/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a login can end, what each ending is called in the log and what is said to the person: for
 * the module, which tells PAM, and for whoever foretells it.
 */
#ifndef SMSOTP_CORE_ENDING_H
#define SMSOTP_CORE_ENDING_H

#include "core/fault.h"
#include "core/phones.h"
#include "core/store.h"
#include "core/words.h"

enum outcome {
	OUTCOME_SYSTEM,		/* first, so that a forgotten assignment denies */
	OUTCOME_ACCEPTED,
	OUTCOME_EXEMPT,		/* by a rule; policy.c alone ends a login so */
	OUTCOME_REMEMBERED,	/* a success from the same place still counts */
	OUTCOME_BACKUP,		/* a backup code was right */
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

/* In all that follows what is no ending is OUTCOME_SYSTEM. For the log: */
const char *ending_reason(enum outcome outcome);

/* Said once, at the end; WORD_NONE: nothing can or need be said. */
enum word ending_word(enum outcome outcome);

/*
 * Where a login ends so because no text can be sent: how somebody who has backup codes is asked for
 * one instead. WORD_NONE: nobody is.
 */
enum word ending_backup_word(enum outcome outcome);

/* The ending that an error of core or wire leads to. Never a success or OUTCOME_EXEMPT. */
enum outcome ending_of_fault(enum fault_kind kind);

/* OUTCOME_ACCEPTED where a login goes on. */
enum outcome ending_of_standing(enum store_standing standing);
/* fault is why a source could not be asked. */
enum outcome ending_of_phones(enum phones_outcome phones, const struct fault *fault);
/* OUTCOME_REMEMBERED and OUTCOME_WAITING where a login that remembers was not granted a text. */
enum outcome ending_of_verdict(const struct store_verdict *verdict);

#endif
