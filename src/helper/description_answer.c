/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/description_rules.h"

#define NAME_SIZE 32	/* "voice.answer.accepted" */

static int
read_status(const struct conf_at *at, struct conf_range range, struct description_rule *rule)
{
	const config_setting_t *list = conf_setting(at, "status");

	if (list == NULL)
		return 0;
	if (!config_setting_is_array(list) || config_setting_length(list) < 1 ||
			config_setting_length(list) > DESCRIPTION_STATUS_MAX)
		return conf_refuse(at, list, "must be an array of 1 to %d numbers",
			DESCRIPTION_STATUS_MAX);
	for (int i = 0; i < config_setting_length(list); i++) {
		const config_setting_t *one = config_setting_get_elem(list, (unsigned int)i);
		int status = config_setting_get_int(one);

		if (config_setting_type(one) != CONFIG_TYPE_INT || status < range.min ||
			status > range.max)
			return conf_refuse(at, list, "numbers from %lld to %lld are possible here",
				range.min, range.max);
		rule->status[rule->status_count++] = status;
	}
	return 0;
}

static int
read_tests(const struct conf_at *at, enum match_body kind, struct description_rule *rule)
{
	const config_setting_t *list = NULL;
	int rc;

	rc = conf_list(at, "where", false, (struct conf_range){ 1, DESCRIPTION_TESTS_MAX }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	rule->tests = calloc((size_t)config_setting_length(list), sizeof *rule->tests);
	if (rule->tests == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at one = {
			.file = at->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = "where",
			.fault = at->fault,
		};

		rc = match_read_test(&one, kind, &rule->tests[rule->test_count]);
		if (rc == 0)
			rule->test_count++;
	}
	return rc;
}

/* The keys that all rules have. */
static int
read_conditions(const struct conf_at *at, enum match_body kind, struct conf_range statuses,
	struct description_rule *rule)
{
	int rc = read_status(at, statuses, rule);

	return rc != 0 ? rc : read_tests(at, kind, rule);
}

/* That the rule read last may decide. */
static int
check_last(const struct conf_at *at, const struct description_answer *answer)
{
	const char *wrong = description_rules_check(answer->rules, answer->rule_count - 1);

	return wrong == NULL ? 0 : conf_refuse(at, NULL, "%s", wrong);
}

static int
read_accepted(const struct conf_at *outer, struct description_answer *answer)
{
	struct description_rule *rule = &answer->rules[answer->rule_count++];
	static const char *const known[] = { "status", "where", NULL };
	char name[NAME_SIZE];
	struct conf_at at = { .file = outer->file, .name = name, .fault = outer->fault };
	int rc;

	snprintf(name, sizeof name, "%s.accepted", outer->name);
	rc = conf_group(outer, "accepted", true, &at);
	if (rc == 0)
		rc = conf_known(&at, known);
	if (rc == 0)
		rc = read_conditions(&at, answer->kind, (struct conf_range){ 200, 299 }, rule);
	if (rc == 0 && (rule->status_count == 0 || rule->test_count == 0))
		rc = conf_refuse(&at, NULL, "an acceptance needs \"status\" and \"where\"");
	if (rc == 0)
		rc = check_last(&at, answer);
	rule->outcome = WIRE_ACCEPTED;
	return rc;
}

/* One of the list "refused" or "states". */
static int
read_rule(const struct conf_at *at, enum wire_task task, struct description_answer *answer)
{
	static const char *const known_refused[] = { "class", "status", "where", NULL };
	static const char *const known_state[] = { "state", "status", "where", NULL };
	static const char *const classes[] = { "recipient", "operator", "passing", "unroutable",
		NULL };
	static const enum wire_outcome outcomes[] = { WIRE_RECIPIENT, WIRE_OPERATOR, WIRE_PASSING,
		WIRE_UNROUTABLE };
	static const char *const states[] = { "pending", "delivered", "unreachable", "refused",
		"failed", NULL };
	static const enum wire_delivery deliveries[] = { WIRE_DELIVERY_PENDING,
		WIRE_DELIVERY_DELIVERED, WIRE_DELIVERY_UNREACHABLE, WIRE_DELIVERY_REFUSED,
		WIRE_DELIVERY_FAILED };
	const bool is_state = task == WIRE_TASK_STATUS;
	struct description_rule *rule = &answer->rules[answer->rule_count++];
	unsigned int which = 0;
	int rc;

	rc = conf_known(at, is_state ? known_state : known_refused);
	if (rc == 0)
		rc = conf_choice(at, is_state ? "state" : "class", true,
			is_state ? states : classes, &which);
	if (rc != 0)
		return rc;
	rule->outcome = is_state ? WIRE_ACCEPTED : outcomes[which];
	rule->delivery = is_state ? deliveries[which] : WIRE_DELIVERY_UNKNOWN;
	rc = read_conditions(at, answer->kind, (struct conf_range){ 200, 599 }, rule);
	if (rc == 0 && rule->status_count == 0 && rule->test_count == 0)
		rc = conf_refuse(at, NULL, "a %s needs \"status\", \"where\" or both",
			is_state ? "state" : "refusal");
	return rc != 0 ? rc : check_last(at, answer);
}

static int
read_rules(const struct conf_at *outer, enum wire_task task, struct description_answer *answer)
{
	const bool states = task == WIRE_TASK_STATUS;
	const char *key = states ? "states" : "refused";
	const config_setting_t *list = NULL;
	char name[NAME_SIZE];
	size_t count;
	int rc;

	snprintf(name, sizeof name, "%s.%s", outer->name, key);
	rc = conf_list(outer, key, states, (struct conf_range){ 1, DESCRIPTION_RULES_MAX }, &list);
	if (rc != 0)
		return rc;
	count = list != NULL ? (size_t)config_setting_length(list) : 0;
	answer->rules = calloc(count + 1, sizeof *answer->rules);
	if (answer->rules == NULL)
		return fault_set(outer->fault, FAULT_MEMORY, "out of memory");
	if (!states)
		rc = read_accepted(outer, answer);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct conf_at at = {
			.file = outer->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = name,
			.fault = outer->fault,
		};

		rc = read_rule(&at, task, answer);
	}
	return rc;
}

static int
read_place(const struct conf_at *outer, const char *key, enum match_body kind, struct match *place)
{
	struct conf_at at = { .file = outer->file, .name = key, .fault = outer->fault };
	int rc;

	rc = conf_group(outer, key, false, &at);
	if (rc != 0 || at.group == NULL)
		return rc;
	return match_read_place(&at, kind, place);
}

/* One place, or several of which the first that is there counts: errors have more than one form. */
static int
read_places(const struct conf_at *outer, const char *key, enum match_body kind,
	struct match places[static DESCRIPTION_PLACES_MAX])
{
	const config_setting_t *found = conf_setting(outer, key), *list = NULL;
	int rc;

	if (found == NULL || !config_setting_is_list(found))
		return read_place(outer, key, kind, &places[0]);
	rc = conf_list(outer, key, true, (struct conf_range){ 1, DESCRIPTION_PLACES_MAX }, &list);
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at at = {
			.file = outer->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = key,
			.fault = outer->fault,
		};

		rc = match_read_place(&at, kind, &places[i]);
	}
	return rc;
}

int
description_answer_read(
	const struct conf_at *at, enum wire_task task, struct description_answer *ret_answer)
{
	static const char *const known[] = { "kind", "accepted", "refused", "id", "code", "detail",
		NULL };
	static const char *const known_status[] = { "kind", "states", "code", "detail", NULL };
	static const char *const kinds[] = { "json", "xml", "text", NULL };
	static const enum match_body bodies[] = { MATCH_JSON, MATCH_XML, MATCH_TEXT };
	unsigned int kind = 0;
	int rc;

	rc = conf_known(at, task == WIRE_TASK_STATUS ? known_status : known);
	if (rc == 0)
		rc = conf_choice(at, "kind", true, kinds, &kind);
	ret_answer->kind = bodies[kind];
	if (rc == 0)
		rc = read_rules(at, task, ret_answer);
	if (rc == 0)
		rc = read_place(at, "id", ret_answer->kind, &ret_answer->id);
	if (rc == 0)
		rc = read_places(at, "code", ret_answer->kind, ret_answer->code);
	if (rc == 0)
		rc = read_places(at, "detail", ret_answer->kind, ret_answer->detail);
	return rc;
}

void
description_answer_free(struct description_answer *answer)
{
	for (size_t i = 0; i < answer->rule_count; i++) {
		struct description_rule *rule = &answer->rules[i];

		for (size_t k = 0; k < rule->test_count; k++)
			match_free(&rule->tests[k]);
		free(rule->tests);
	}
	free(answer->rules);
	match_free(&answer->id);
	for (size_t i = 0; i < DESCRIPTION_PLACES_MAX; i++) {
		match_free(&answer->code[i]);
		match_free(&answer->detail[i]);
	}
	*answer = (struct description_answer){ 0 };
}
