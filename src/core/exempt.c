/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/exempt.h"

#include <string.h>

#include "core/limit.h"
#include "core/utc.h"

static bool
among(const struct exempt_names *names, const char *name)
{
	for (size_t i = 0; name != NULL && i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0)
			return true;
	}
	return false;
}

static bool
in_networks(const struct exempt_rule *rule, const char *client)
{
	for (size_t i = 0; i < rule->network_count; i++) {
		if (client_in_network(client, &rule->networks[i]))
			return true;
	}
	return false;
}

/* What can be said without asking anybody. */
static enum exempt_condition
missing_at_once(const struct exempt_rule *rule, const struct exempt_facts *facts)
{
	if (facts->real_ms >= rule->until_ms)
		return EXEMPT_UNTIL;
	if (rule->users.count > 0 && !among(&rule->users, facts->user))
		return EXEMPT_USERS;
	if (rule->services.count > 0 && !among(&rule->services, facts->service))
		return EXEMPT_SERVICES;
	if (rule->network_count > 0 && !in_networks(rule, facts->client))
		return EXEMPT_NETWORKS;
	return EXEMPT_HOLDS;
}

/* Asks until a condition does not hold: a phone source after the groups, which cost less. */
static int
ask(const struct exempt_rule *rule, const struct exempt_facts *facts,
	enum exempt_condition *ret_missing, struct fault *fault)
{
	enum exempt_condition missing = EXEMPT_HOLDS;
	bool member = true, excluded = false, none = true;
	int result = 0;

	if (rule->groups.count > 0) {
		result = facts->in_groups(facts->context, rule->groups.names, rule->groups.count,
			&member, fault);
		missing = result == 0 && member ? EXEMPT_HOLDS : EXEMPT_GROUPS;
	}
	if (missing == EXEMPT_HOLDS && rule->not_groups.count > 0) {
		result = facts->in_groups(facts->context, rule->not_groups.names,
			rule->not_groups.count, &excluded, fault);
		missing = result == 0 && !excluded ? EXEMPT_HOLDS : EXEMPT_NOT_GROUPS;
	}
	if (missing == EXEMPT_HOLDS && rule->no_phone) {
		result = facts->has_no_phone(facts->context, &none, fault);
		missing = result == 0 && none ? EXEMPT_HOLDS : EXEMPT_NO_PHONE;
	}
	if (result == 0)
		*ret_missing = missing;
	return result;
}

int
exempt_check(const struct exempt_rule *rule, const struct exempt_facts *facts,
	enum exempt_condition *ret_missing, struct fault *fault)
{
	const enum exempt_condition missing = missing_at_once(rule, facts);

	if (missing == EXEMPT_HOLDS)
		return ask(rule, facts, ret_missing, fault);
	*ret_missing = missing;
	return 0;
}

int
exempt_find(const struct exempt_rule rules[], size_t count, const struct exempt_facts *facts,
	const struct exempt_rule **ret_rule, struct fault *fault)
{
	const struct exempt_rule *found = NULL;

	for (size_t i = 0; i < count && found == NULL; i++) {
		enum exempt_condition missing = EXEMPT_UNTIL;
		int result = exempt_check(&rules[i], facts, &missing, fault);

		if (result != 0)
			return result;
		if (missing == EXEMPT_HOLDS)
			found = &rules[i];
	}
	*ret_rule = found;
	return 0;
}

int
exempt_day_end(const char *text, int64_t *ret_ms)
{
	int64_t day_ms;

	if (strlen(text) != UTC_DAY_LENGTH || !utc_read_day(text, &day_ms))
		return -1;
	*ret_ms = day_ms + LIMIT_DAY_MS;
	return 0;
}
