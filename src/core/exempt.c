/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/exempt.h"

#include <string.h>

#include "core/limit.h"

#define FIRST_YEAR 1970

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

static bool
is_leap_year(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* count digits at text; -1 if they are something else. */
static int
read_digits(const char *text, size_t count)
{
	int value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/*
 * Not by timegm: with TZ set to one of the "right/" zones, and TZ is the caller's, it counts leap
 * seconds.
 */
int
exempt_day_end(const char *text, int64_t *ret_ms)
{
	static const unsigned int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	int64_t days;

	if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-')
		return -1;
	year = read_digits(text, 4);
	month = read_digits(text + 5, 2);
	day = read_digits(text + 8, 2);
	if (year < FIRST_YEAR || month < 1 || month > 12 || day < 1)
		return -1;

	const bool leap = is_leap_year((unsigned int)year);

	if ((unsigned int)day > lengths[month - 1] + (month == 2 && leap ? 1 : 0))
		return -1;
	days = day;
	for (int i = FIRST_YEAR; i < year; i++)
		days += is_leap_year((unsigned int)i) ? 366 : 365;
	for (int i = 1; i < month; i++)
		days += lengths[i - 1] + (i == 2 && leap ? 1 : 0);
	*ret_ms = days * LIMIT_DAY_MS;
	return 0;
}
