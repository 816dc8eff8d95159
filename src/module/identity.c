/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/identity.h"

#include <security/pam_ext.h>
#include <unistd.h>

#include "module/login_state.h"

enum outcome
identity_target(struct login *login)
{
	const char *name = NULL;
	int result = pam_get_user(login->pamh, &name, NULL);

	if (result == PAM_BUF_ERR)
		return OUTCOME_MEMORY;
	if (result != PAM_SUCCESS || name == NULL)
		return OUTCOME_CONVERSATION;
	result = account_find(name, &login->account, &login->fault);
	return result == 0 ? OUTCOME_ACCEPTED : ending_of_fault((enum fault_kind)result);
}

/*
 * The account whose uid the process has, if PAM_RUSER names it: su and sudo set both. Where nothing
 * but PAM_RUSER tells, as with rlogin, the name is what somebody else says.
 */
static enum outcome
find_caller(struct login *login, struct account *ret_caller)
{
	const char *name = login_item(login, PAM_RUSER);
	struct account caller = { .known = false };
	const uid_t uid = getuid();
	int result;

	if (name == NULL) {
		(void)fault_set(&login->fault, FAULT_CONFIG,
			"identity is \"caller\", and the service names none (PAM_RUSER)");
		return OUTCOME_CALLER_UNKNOWN;
	}
	result = account_find(name, &caller, &login->fault);
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	if (!caller.known || caller.uid != uid) {
		(void)fault_set(&login->fault, FAULT_CONFIG,
			"identity is \"caller\", and PAM_RUSER does not name an account of the "
			"real uid, %lu", (unsigned long)uid);
		return OUTCOME_CALLER_UNKNOWN;
	}
	*ret_caller = caller;
	return OUTCOME_ACCEPTED;
}

enum outcome
identity_choose(struct login *login)
{
	const struct account target = login->account;
	enum outcome outcome;

	if (login->config->identity == CONFIG_IDENTITY_TARGET)
		return OUTCOME_ACCEPTED;
	/* Until it is known whose phone it is, nothing is said of anybody's. */
	login->account.known = false;
	if (target.known)
		login->target = target.name;
	outcome = find_caller(login, &login->account);
	if (outcome == OUTCOME_ACCEPTED && !target.known)
		login->account = target;
	return outcome;
}
