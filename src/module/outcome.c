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
	[OUTCOME_ACCEPTED] = { PAM_SUCCESS, LOG_INFO, false },
	/*
	 * The other modules decide. Not PAM_SUCCESS: in a stack where one success is enough, a rule
	 * that spares somebody the code must not spare him the password.
	 */
	[OUTCOME_EXEMPT] = { PAM_IGNORE, LOG_INFO, false },

	[OUTCOME_REMEMBERED] = { PAM_SUCCESS, LOG_INFO, false },
	/* Rare, and what a thief of the list would do. */
	[OUTCOME_BACKUP] = { PAM_SUCCESS, LOG_NOTICE, false },

	[OUTCOME_WRONG_CODE] = { PAM_AUTH_ERR, LOG_NOTICE, false },
	[OUTCOME_WAITING] = { PAM_AUTH_ERR, LOG_INFO, false },
	[OUTCOME_EXPIRED_CODE] = { PAM_AUTH_ERR, LOG_NOTICE, false },
	[OUTCOME_USED_CODE] = { PAM_AUTH_ERR, LOG_NOTICE, false },
	[OUTCOME_GAVE_UP] = { PAM_AUTH_ERR, LOG_NOTICE, false },
	[OUTCOME_UNKNOWN_ACCOUNT] = { PAM_AUTH_ERR, LOG_NOTICE, false },

	[OUTCOME_GUESSES_USED] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_LOCKED] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_DISABLED] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_BUDGET_USER] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_BUDGET_PHONE] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_BUDGET_CLIENT] = { PAM_MAXTRIES, LOG_WARNING, true },
	[OUTCOME_BUDGET_HOST] = { PAM_MAXTRIES, LOG_WARNING, true },
	[OUTCOME_BUDGET_VOICE] = { PAM_MAXTRIES, LOG_NOTICE, false },
	[OUTCOME_NO_PHONE] = { PAM_MAXTRIES, LOG_NOTICE, true },
	[OUTCOME_BAD_NUMBER] = { PAM_MAXTRIES, LOG_WARNING, true },
	[OUTCOME_PREFIX_NOT_ALLOWED] = { PAM_MAXTRIES, LOG_NOTICE, true },

	/* The caller of su may have no account any more; sshd has no caller. */
	[OUTCOME_CALLER_UNKNOWN] = { PAM_MAXTRIES, LOG_WARNING, true },

	/*
	 * Not as if no gateway answered: a site that lets people in during an outage must not let
	 * in who has registered a dead number.
	 */
	[OUTCOME_NUMBER_REFUSED] = { PAM_MAXTRIES, LOG_NOTICE, true },

	[OUTCOME_PHONE_SOURCE] = { PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	[OUTCOME_GATEWAYS] = { PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	[OUTCOME_STATE] = { PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	[OUTCOME_SYSTEM] = { PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },
	[OUTCOME_CONFIG] = { PAM_AUTHINFO_UNAVAIL, LOG_ERR, true },

	[OUTCOME_CONVERSATION] = { PAM_CONV_ERR, LOG_NOTICE, true },
	[OUTCOME_NO_ANSWER] = { PAM_CONV_ERR, LOG_NOTICE, true },
	[OUTCOME_NOT_A_CODE] = { PAM_CONV_ERR, LOG_NOTICE, true },

	[OUTCOME_MEMORY] = { PAM_BUF_ERR, LOG_ERR, true },
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
