/* SPDX-License-Identifier: BSD-2-Clause */
/* Who logs in: the account behind PAM_USER. */
#ifndef SMSOTP_CORE_ACCOUNT_H
#define SMSOTP_CORE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fault;

struct account {
	const char *name;	/* PAM's string; not ours */
	bool known;
	bool alias;		/* valid if known: the account's own name is another one */
	uid_t uid;		/* valid if known */
	gid_t gid;
};

/*
 * Looks name up. An account that does not exist is no fault: ret_account->known is false. A name
 * service that could not be asked is FAULT_SYSTEM; FAULT_MEMORY.
 */
int account_find(const char *name, struct account *ret_account, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Whether the account is in one of the groups. One that does not resolve is an error
 * (FAULT_CONFIG; FAULT_SYSTEM if the name service could not be asked), not "not a member", and
 * found before the account's own are asked for; FAULT_MEMORY.
 */
int account_in_groups(const struct account *account, const char *const groups[], size_t count,
	bool *ret_member, struct fault *fault) __attribute__((warn_unused_result));

#endif
