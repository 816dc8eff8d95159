/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/description_rules.h"
#include "helper/jsonpath.h"

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
read_tests(const struct conf_at *at, enum match_body kind, struct match **ret_tests,
	size_t *ret_count)
{
	const config_setting_t *list = NULL;
	struct match *tests;
	int rc;

	rc = conf_list(at, "where", false, (struct conf_range){ 1, DESCRIPTION_TESTS_MAX }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	*ret_tests = tests = calloc((size_t)config_setting_length(list), sizeof *tests);
	if (tests == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at one = {
			.file = at->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = "where",
			.fault = at->fault,
		};

		rc = match_read_test(&one, kind, &tests[*ret_count]);
		if (rc == 0)
			++*ret_count;
	}
	return rc;
}

/* The keys that all rules have. */
static int
read_conditions(const struct conf_at *at, enum match_body kind, struct conf_range statuses,
	struct description_rule *rule)
{
	int rc = read_status(at, statuses, rule);

	return rc != 0 ? rc : read_tests(at, kind, &rule->tests, &rule->test_count);
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

/* One of the list "refused" or "states". "waiting" is for RECEIVE: no text has come yet. */
static int
read_rule(const struct conf_at *at, struct description_answer *answer)
{
	static const char *const known_refused[] = { "class", "status", "where", NULL };
	static const char *const known_state[] = { "state", "status", "where", NULL };
	static const char *const classes[] = { "recipient", "operator", "passing", "unroutable",
		NULL };
	static const char *const receives[] = { "recipient", "operator", "passing", "unroutable",
		"waiting", NULL };
	static const enum wire_outcome outcomes[] = { WIRE_RECIPIENT, WIRE_OPERATOR, WIRE_PASSING,
		WIRE_UNROUTABLE, WIRE_ACCEPTED };
	static const char *const states[] = { "pending", "delivered", "unreachable", "refused",
		"failed", NULL };
	static const enum wire_delivery deliveries[] = { WIRE_DELIVERY_PENDING,
		WIRE_DELIVERY_DELIVERED, WIRE_DELIVERY_UNREACHABLE, WIRE_DELIVERY_REFUSED,
		WIRE_DELIVERY_FAILED };
	const bool is_state = answer->task == WIRE_TASK_STATUS;
	const bool is_receive = answer->task == WIRE_TASK_RECEIVE;
	struct description_rule *rule = &answer->rules[answer->rule_count++];
	unsigned int which = 0;
	int rc;

	rc = conf_known(at, is_state ? known_state : known_refused);
	if (rc == 0)
		rc = conf_choice(at, is_state ? "state" : "class", true,
			is_state ? states : is_receive ? receives : classes, &which);
	if (rc != 0)
		return rc;
	rule->outcome = is_state ? WIRE_ACCEPTED : outcomes[which];
	if (is_state)
		rule->delivery = deliveries[which];
	else if (rule->outcome == WIRE_ACCEPTED)
		rule->delivery = WIRE_DELIVERY_PENDING;
	rc = read_conditions(at, answer->kind, (struct conf_range){ 200, 599 }, rule);
	if (rc == 0 && rule->status_count == 0 && rule->test_count == 0)
		rc = conf_refuse(at, NULL, "a %s needs \"status\", \"where\" or both",
			is_state ? "state" : "refusal");
	return rc != 0 ? rc : check_last(at, answer);
}

static int
read_rules(const struct conf_at *outer, struct description_answer *answer)
{
	const bool states = answer->task == WIRE_TASK_STATUS;
	const bool accepts_last = answer->task == WIRE_TASK_RECEIVE;
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
	if (!states && !accepts_last)
		rc = read_accepted(outer, answer);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const struct conf_at at = {
			.file = outer->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = name,
			.fault = outer->fault,
		};

		rc = read_rule(&at, answer);
	}
	return rc == 0 && accepts_last ? read_accepted(outer, answer) : rc;
}

static int
read_place(const struct conf_at *outer, const char *key, bool required, enum match_body kind,
	struct match *place)
{
	struct conf_at at = { .file = outer->file, .name = key, .fault = outer->fault };
	int rc;

	rc = conf_group(outer, key, required, &at);
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
		return read_place(outer, key, false, kind, &places[0]);
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

/* An answer in plain text is one text, of which "body" takes what matters. */
static int
read_texts(const struct conf_at *outer, enum match_body kind, struct description_texts *texts)
{
	static const char *const known[] = { "list", "where", "body", NULL };
	static const char *const plain[] = { "body", NULL };
	struct conf_at at = { .file = outer->file, .name = "texts", .fault = outer->fault };
	const char *wrong = NULL;
	int rc;

	rc = conf_group(outer, "texts", true, &at);
	if (rc == 0)
		rc = conf_known(&at, kind == MATCH_TEXT ? plain : known);
	if (rc == 0)
		rc = conf_string(
			&at, "list", false, (struct conf_length){ 1, 256 }, &texts->list);
	if (rc == 0 && texts->list != NULL)
		wrong = jsonpath_check(texts->list, JSONPATH_WRITE);
	if (wrong != NULL)
		rc = conf_refuse(&at, conf_setting(&at, "list"), "\"%s\" %s", texts->list, wrong);
	if (rc == 0)
		rc = read_tests(&at, kind, &texts->tests, &texts->test_count);
	return rc != 0 ? rc : read_place(&at, "body", true, kind, &texts->body);
}

/* The keys that an answer to task has. */
static const char *const *
known_keys(enum wire_task task)
{
	static const char *const sends[] = { "kind", "accepted", "refused", "id", "code", "detail",
		NULL };
	static const char *const states[] = { "kind", "states", "code", "detail", NULL };
	static const char *const rents[] = { "kind", "accepted", "refused", "number", "id", "code",
		"detail", NULL };
	static const char *const receives[] = { "kind", "accepted", "refused", "texts", "code",
		"detail", NULL };
	static const char *const releases[] = { "kind", "accepted", "refused", "code", "detail",
		NULL };

	switch (task) {
	case WIRE_TASK_STATUS: return states;
	case WIRE_TASK_RENT: return rents;
	case WIRE_TASK_RECEIVE: return receives;
	case WIRE_TASK_RELEASE: return releases;
	default: return sends;
	}
}

int
description_answer_read(
	const struct conf_at *at, enum wire_task task, struct description_answer *ret_answer)
{
	static const char *const kinds[] = { "json", "xml", "text", NULL };
	static const enum match_body bodies[] = { MATCH_JSON, MATCH_XML, MATCH_TEXT };
	unsigned int kind = 0;
	int rc;

	ret_answer->task = task;
	rc = conf_known(at, known_keys(task));
	if (rc == 0)
		rc = conf_choice(at, "kind", true, kinds, &kind);
	ret_answer->kind = bodies[kind];
	if (rc == 0)
		rc = read_rules(at, ret_answer);
	if (rc == 0)
		rc = read_place(at, "id", false, ret_answer->kind, &ret_answer->id);
	if (rc == 0 && task == WIRE_TASK_RENT)
		rc = read_place(at, "number", true, ret_answer->kind, &ret_answer->number);
	if (rc == 0 && task == WIRE_TASK_RECEIVE)
		rc = read_texts(at, ret_answer->kind, &ret_answer->texts);
	if (rc == 0)
		rc = read_places(at, "code", ret_answer->kind, ret_answer->code);
	if (rc == 0)
		rc = read_places(at, "detail", ret_answer->kind, ret_answer->detail);
	return rc;
}

static void
free_tests(struct match *tests, size_t count)
{
	for (size_t i = 0; i < count; i++)
		match_free(&tests[i]);
	free(tests);
}

void
description_answer_free(struct description_answer *answer)
{
	for (size_t i = 0; i < answer->rule_count; i++)
		free_tests(answer->rules[i].tests, answer->rules[i].test_count);
	free(answer->rules);
	free_tests(answer->texts.tests, answer->texts.test_count);
	match_free(&answer->texts.body);
	match_free(&answer->id);
	match_free(&answer->number);
	for (size_t i = 0; i < DESCRIPTION_PLACES_MAX; i++) {
		match_free(&answer->code[i]);
		match_free(&answer->detail[i]);
	}
	*answer = (struct description_answer){ 0 };
}
