/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_answer.h"

#include <stdlib.h>
#include <string.h>

#include "core/fault.h"

static int
read_status(const struct conf_at *at, struct conf_range range, struct description_rule *rule)
{
	const config_setting_t *list = config_setting_get_member(at->group, "status");

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
		const struct conf_at one = { at->file,
			config_setting_get_elem(list, (unsigned int)i), "where", at->fault };

		rc = match_read_test(&one, kind, &rule->tests[rule->test_count]);
		if (rc == 0)
			rule->test_count++;
	}
	return rc;
}

static int
read_accepted(const struct conf_at *outer, struct description_answer *answer)
{
	static const char *const known[] = { "status", "where", NULL };
	struct description_rule *rule = &answer->accepted;
	struct conf_at at = { outer->file, NULL, "answer.accepted", outer->fault };
	int rc;

	rc = conf_group(outer, "accepted", true, &at.group);
	if (rc == 0)
		rc = conf_known(&at, known);
	if (rc == 0)
		rc = read_status(&at, (struct conf_range){ 200, 299 }, rule);
	if (rc == 0)
		rc = read_tests(&at, answer->kind, rule);
	if (rc == 0 && (rule->status_count == 0 || rule->test_count == 0))
		rc = conf_refuse(&at, NULL, "an acceptance needs \"status\" and \"where\"");
	rule->outcome = WIRE_ACCEPTED;
	return rc;
}

static int
read_refused(const struct conf_at *at, enum match_body kind, struct description_rule *rule)
{
	static const char *const known[] = { "class", "status", "where", NULL };
	static const char *const classes[] = { "recipient", "operator", "passing", NULL };
	static const enum wire_outcome outcomes[] = { WIRE_RECIPIENT, WIRE_OPERATOR, WIRE_PASSING };
	unsigned int class = 0;
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_choice(at, "class", true, classes, &class);
	if (rc != 0)
		return rc;
	rule->outcome = outcomes[class];
	rc = read_status(at, (struct conf_range){ 200, 599 }, rule);
	if (rc == 0)
		rc = read_tests(at, kind, rule);
	if (rc == 0 && rule->status_count == 0 && rule->test_count == 0)
		rc = conf_refuse(at, NULL, "a refusal needs \"status\", \"where\" or both");
	return rc;
}

static int
read_all_refused(const struct conf_at *outer, struct description_answer *answer)
{
	const config_setting_t *list = NULL;
	int rc;

	rc = conf_list(
		outer, "refused", false, (struct conf_range){ 1, DESCRIPTION_RULES_MAX }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	answer->refused = calloc((size_t)config_setting_length(list), sizeof *answer->refused);
	if (answer->refused == NULL)
		return fault_set(outer->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at at = { outer->file,
			config_setting_get_elem(list, (unsigned int)i), "answer.refused",
			outer->fault };

		rc = read_refused(&at, answer->kind, &answer->refused[answer->refused_count++]);
	}
	return rc;
}

static int
read_place(const struct conf_at *outer, const char *key, enum match_body kind, struct match *place)
{
	struct conf_at at = { outer->file, NULL, key, outer->fault };
	int rc;

	rc = conf_group(outer, key, false, &at.group);
	if (rc != 0 || at.group == NULL)
		return rc;
	return match_read_place(&at, kind, place);
}

int
description_answer_read(const struct conf_at *at, struct description_answer *ret_answer)
{
	static const char *const known[] = { "kind", "accepted", "refused", "id", "code", "detail",
		NULL };
	static const char *const kinds[] = { "json", "text", NULL };
	unsigned int kind = 0;
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_choice(at, "kind", true, kinds, &kind);
	ret_answer->kind = kind == 0 ? MATCH_JSON : MATCH_TEXT;
	if (rc == 0)
		rc = read_accepted(at, ret_answer);
	if (rc == 0)
		rc = read_all_refused(at, ret_answer);
	if (rc == 0)
		rc = read_place(at, "id", ret_answer->kind, &ret_answer->id);
	if (rc == 0)
		rc = read_place(at, "code", ret_answer->kind, &ret_answer->code);
	if (rc == 0)
		rc = read_place(at, "detail", ret_answer->kind, &ret_answer->detail);
	return rc;
}

static void
free_rule(struct description_rule *rule)
{
	for (size_t i = 0; i < rule->test_count; i++)
		match_free(&rule->tests[i]);
	free(rule->tests);
}

void
description_answer_free(struct description_answer *answer)
{
	free_rule(&answer->accepted);
	for (size_t i = 0; i < answer->refused_count; i++)
		free_rule(&answer->refused[i]);
	free(answer->refused);
	match_free(&answer->id);
	match_free(&answer->code);
	match_free(&answer->detail);
	*answer = (struct description_answer){ 0 };
}
