/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a login would go now, without one: the module's steps in the module's order, on the same
 * functions. The state is rehearsed: nothing is made, counted or sent.
 */
#ifndef SMSOTP_CTL_FORESIGHT_H
#define SMSOTP_CTL_FORESIGHT_H

#include <stdbool.h>

#include "core/account.h"
#include "core/budget.h"
#include "core/config.h"
#include "core/ending.h"
#include "core/exempt.h"
#include "core/phones.h"
#include "core/store.h"
#include "core/store_admin.h"
#include "ctl/site.h"

struct ctl;


/* What is asked. Strings are the caller's. */
struct foresight_login {
	const char *user;
	const char *service, *client;	/* NULL: not given, as where PAM has none */
	const char *caller;		/* who asks su or sudo for user; NULL: nobody is named */
};

struct foresight_source {
	bool asked, found;
	struct fault fault;		/* why it could not be asked; "" if it could */
};

struct foresight_gateway {
	unsigned int number;		/* in smsotp.conf */
	int64_t rest_ms;		/* 0: it does not rest */
};

struct foresight {
	struct foresight_login login;
	struct site site;		/* config is NULL where it cannot be read */
	struct account target, account;	/* as typed; whose phone it is */
	bool identified;		/* account says who */
	bool ruled;			/* the rules were looked at */
	enum exempt_condition missing[EXEMPT_RULES_MAX];
	size_t rules_seen;
	const struct exempt_rule *rule;	/* that exempts; NULL: none */
	struct foresight_source sources[CONFIG_SOURCES_MAX];
	struct phones phones;
	struct fault phones_fault;
	bool phones_asked;
	bool reserve;			/* client and host count, but do not stop it */
	bool stored;			/* what follows is known */
	struct store_view user, phone;	/* of the first number */
	struct budget_shares shares;
	bool remembers;			/* a success from client would count */
	struct foresight_gateway gateways[CONFIG_GATEWAYS_MAX];
	enum outcome outcome;		/* OUTCOME_ACCEPTED: it asks for a code */
	bool asks_backup;		/* it does not end so, but asks for a backup code */
	int64_t wait_ms;		/* what its sentence promises */
	struct fault fault;		/* why, where there is more to say; else "" */
};

/* Always says something: a fault is how the login would end. foresight_close wipes it. */
void foresight_look(const struct ctl *ctl, const struct foresight_login *login,
	struct foresight *ret_foresight);
void foresight_close(struct foresight *foresight);

#endif
