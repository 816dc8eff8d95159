/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/outcome.h"

#include <security/pam_modules.h>
#include <stddef.h>
#include <syslog.h>

/*
 * sshd, sudo and login call pam_authenticate up to five times for one login: endings that another
 * call cannot better are PAM_MAXTRIES, which ends the loops of sshd and login, and are noted for
 * sudo's.
 */
static const struct outcome_row rows[OUTCOME_COUNT] = {
	[OUTCOME_ACCEPTED] =
		{ PAM_SUCCESS, "code", LOG_INFO, WORD_NONE, false },
	/*
	 * The other modules decide. Not PAM_SUCCESS: in a stack where one success is enough, a rule
	 * that spares somebody the code must not spare him the password.
	 */
	[OUTCOME_EXEMPT] =
		{ PAM_IGNORE, "rule", LOG_INFO, WORD_NONE, false },

	[OUTCOME_REMEMBERED] =
		{ PAM_SUCCESS, "remembered", LOG_INFO, WORD_NONE, false },

	[OUTCOME_WRONG_CODE] =
		{ PAM_AUTH_ERR, "wrong_code", LOG_NOTICE, WORD_PROMPT_WRONG, false },
	[OUTCOME_WAITING] =
		{ PAM_AUTH_ERR, "waiting", LOG_INFO, WORD_NONE, false },
	[OUTCOME_EXPIRED_CODE] =
		{ PAM_AUTH_ERR, "expired_code", LOG_NOTICE, WORD_END_EXPIRED, false },
	[OUTCOME_USED_CODE] =
		{ PAM_AUTH_ERR, "used_code", LOG_NOTICE, WORD_END_USED, false },
	[OUTCOME_GAVE_UP] =
		{ PAM_AUTH_ERR, "gave_up", LOG_NOTICE, WORD_END_NO_CODE, false },
	[OUTCOME_UNKNOWN_ACCOUNT] =
		{ PAM_AUTH_ERR, "unknown_account", LOG_NOTICE, WORD_END_GUESSES, false },

	[OUTCOME_GUESSES_USED] =
		{ PAM_MAXTRIES, "guesses_used", LOG_NOTICE, WORD_END_GUESSES, true },
	[OUTCOME_LOCKED] =
		{ PAM_MAXTRIES, "locked", LOG_NOTICE, WORD_END_LOCKED, true },
	[OUTCOME_DISABLED] =
		{ PAM_MAXTRIES, "disabled", LOG_NOTICE, WORD_END_DISABLED, true },
	[OUTCOME_BUDGET_USER] =
		{ PAM_MAXTRIES, "budget_user", LOG_NOTICE, WORD_END_BUDGET, true },
	[OUTCOME_BUDGET_PHONE] =
		{ PAM_MAXTRIES, "budget_phone", LOG_NOTICE, WORD_END_BUDGET, true },
	[OUTCOME_BUDGET_CLIENT] =
		{ PAM_MAXTRIES, "budget_client", LOG_WARNING, WORD_END_BUDGET, true },
	[OUTCOME_BUDGET_HOST] =
		{ PAM_MAXTRIES, "budget_host", LOG_WARNING, WORD_END_BUDGET, true },
	[OUTCOME_BUDGET_VOICE] =
		{ PAM_MAXTRIES, "budget_voice", LOG_NOTICE, WORD_END_BUDGET, false },
	[OUTCOME_NO_PHONE] =
		{ PAM_MAXTRIES, "no_phone", LOG_NOTICE, WORD_END_NO_PHONE, true },
	[OUTCOME_BAD_NUMBER] =
		{ PAM_MAXTRIES, "bad_number", LOG_WARNING, WORD_END_BAD_NUMBER, true },
	[OUTCOME_PREFIX_NOT_ALLOWED] =
		{ PAM_MAXTRIES, "prefix_not_allowed", LOG_NOTICE, WORD_END_PREFIX, true },

	/* The caller of su may have no account any more; sshd has no caller. */
	[OUTCOME_CALLER_UNKNOWN] =
		{ PAM_MAXTRIES, "caller_unknown", LOG_WARNING, WORD_END_CALLER, true },

	/*
	 * Not as if no gateway answered: a site that lets people in during an outage must not let
	 * in who has registered a dead number.
	 */
	[OUTCOME_NUMBER_REFUSED] =
		{ PAM_MAXTRIES, "number_refused", LOG_NOTICE, WORD_END_NUMBER_REFUSED, true },

	[OUTCOME_PHONE_SOURCE] =
		{ PAM_AUTHINFO_UNAVAIL, "phone_source", LOG_ERR, WORD_END_PHONE_SOURCE, true },
	[OUTCOME_GATEWAYS] =
		{ PAM_AUTHINFO_UNAVAIL, "gateways", LOG_ERR, WORD_END_GATEWAYS, true },
	[OUTCOME_STATE] =
		{ PAM_AUTHINFO_UNAVAIL, "state", LOG_ERR, WORD_END_STATE, true },
	[OUTCOME_SYSTEM] =
		{ PAM_AUTHINFO_UNAVAIL, "system", LOG_ERR, WORD_END_STATE, true },
	[OUTCOME_CONFIG] =
		{ PAM_AUTHINFO_UNAVAIL, "config", LOG_ERR, WORD_END_CONFIG, true },

	[OUTCOME_CONVERSATION] =
		{ PAM_CONV_ERR, "conversation", LOG_NOTICE, WORD_NONE, true },
	[OUTCOME_NO_ANSWER] =
		{ PAM_CONV_ERR, "no_answer", LOG_NOTICE, WORD_END_NO_CODE, true },
	[OUTCOME_NOT_A_CODE] =
		{ PAM_CONV_ERR, "not_a_code", LOG_NOTICE, WORD_END_NO_CODE, true },

	[OUTCOME_MEMORY] =
		{ PAM_BUF_ERR, "memory", LOG_ERR, WORD_END_STATE, true },
};

const struct outcome_row *
outcome_row(enum outcome outcome)
{
	if ((unsigned int)outcome >= OUTCOME_COUNT)
		outcome = OUTCOME_SYSTEM;
	return &rows[outcome];
}

bool
outcome_success(enum outcome outcome)
{
	return outcome_row(outcome)->pam_result == PAM_SUCCESS;
}

enum outcome
outcome_of_fault(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_CONFIG:
		return OUTCOME_CONFIG;
	case FAULT_STATE:
	case FAULT_DAMAGED:
	case FAULT_BUSY:
		return OUTCOME_STATE;
	case FAULT_MEMORY:
		return OUTCOME_MEMORY;
	case FAULT_SYSTEM:
	case FAULT_PROTOCOL:
		return OUTCOME_SYSTEM;
	}
	return OUTCOME_SYSTEM;
}
