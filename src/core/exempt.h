/* SPDX-License-Identifier: BSD-2-Clause */
/* Who need not give a code: the rules of exempt in smsotp.conf(5), and which of them holds. */
#ifndef SMSOTP_CORE_EXEMPT_H
#define SMSOTP_CORE_EXEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/client.h"

#define EXEMPT_FOREVER INT64_MAX
#define EXEMPT_RULES_MAX 64	/* of one configuration */

struct fault;

/* No names, no condition. */
struct exempt_names {
	const char **names;
	size_t count;
};

/* Every condition must hold; of the entries of one, any. */
struct exempt_rule {
	const char *name, *reason;
	const char *notice;		/* a template, NULL if there is none */
	const char *until;		/* the last day as written, NULL if there is none */
	int64_t until_ms;		/* real time from which on it holds no more */
	struct exempt_names users, services, groups;
	struct exempt_names not_groups;	/* none of them */
	struct client_network *networks;
	size_t network_count;
	bool no_phone;			/* false: no condition */
};

/*
 * What is known of a login. user is the name under which the account has its groups and phones.
 * What costs something is asked when all else of a rule holds, and the answer is 0 or a fault.
 */
struct exempt_facts {
	const char *user, *service;	/* service: NULL if not known */
	const char *client;		/* PAM_RHOST; NULL if not known */
	int64_t real_ms;
	void *context;
	/* Whether the user is in one of the groups; one that does not resolve is a fault. */
	int (*in_groups)(void *context, const char *const groups[], size_t count,
		bool *ret_member, struct fault *fault);
	/* Whether all sources were asked and none knows the user. */
	int (*has_no_phone)(void *context, bool *ret_none, struct fault *fault);
};

/* The conditions of a rule, in the order in which they are looked at. */
enum exempt_condition {
	EXEMPT_HOLDS,		/* none is missing */
	EXEMPT_UNTIL,
	EXEMPT_USERS,
	EXEMPT_SERVICES,
	EXEMPT_NETWORKS,
	EXEMPT_GROUPS,
	EXEMPT_NOT_GROUPS,
	EXEMPT_NO_PHONE
};

/*
 * The first condition of the rule that does not hold. Returns 0, or the fault of what had to be
 * asked.
 */
int exempt_check(const struct exempt_rule *rule, const struct exempt_facts *facts,
	enum exempt_condition *ret_missing, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Finds the first rule that holds; *ret_rule is NULL if none does. Returns 0, or the fault of what
 * had to be asked: then it is not known whether the user is exempt, and he is not.
 */
int exempt_find(const struct exempt_rule rules[], size_t count, const struct exempt_facts *facts,
	const struct exempt_rule **ret_rule, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Reads a day, "2027-03-31", from 1970 to 9999, and gives the millisecond of real time at which it
 * ends: 24:00 UTC. Returns 0, or -1 if there is no such day.
 */
int exempt_day_end(const char *text, int64_t *ret_ms) __attribute__((warn_unused_result));

#endif
