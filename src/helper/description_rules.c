/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_rules.h"

static bool
has_status(const struct description_rule *rule, int status)
{
	for (size_t i = 0; i < rule->status_count; i++) {
		if (rule->status[i] == status)
			return true;
	}
	return rule->status_count == 0;
}

static bool
covers_statuses(const struct description_rule *before, const struct description_rule *rule)
{
	if (before->status_count == 0)
		return true;
	for (size_t i = 0; i < rule->status_count; i++) {
		if (!has_status(before, rule->status[i]))
			return false;
	}
	return rule->status_count > 0;
}

/* Whether before holds for every answer for which rule does. */
static bool
covers(const struct description_rule *before, const struct description_rule *rule)
{
	if (!covers_statuses(before, rule))
		return false;
	for (size_t i = 0; i < before->test_count; i++) {
		bool follows = false;

		for (size_t k = 0; !follows && k < rule->test_count; k++)
			follows = match_follows(&before->tests[i], &rule->tests[k]);
		if (!follows)
			return false;
	}
	return true;
}

const char *
description_rules_check(const struct description_rule *rules, size_t which)
{
	const struct description_rule *rule = &rules[which];

	for (size_t i = 0; i < rule->test_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (match_contradicts(&rule->tests[i], &rule->tests[k]))
				return "can never hold: two tests of one place exclude each other";
		}
	}
	for (size_t i = 0; i < which; i++) {
		if (covers(&rules[i], rule))
			return "can never decide: a rule before it holds whenever it does";
	}
	return NULL;
}
