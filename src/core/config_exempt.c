/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: exempt. A rule that cannot be meant as it stands is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/template.h"
#include "core/utf8.h"

#define CONFIG_EXEMPT_ENTRIES_MAX 256	/* of one list */
#define CONFIG_EXEMPT_REASON_MAX 200
#define CONFIG_EXEMPT_NOTICE_MAX 256
#define CONFIG_EXEMPT_DAY_MAX 32
#define CONFIG_EXEMPT_NAME_SIZE 32

static int
config_exempt_names(const struct conf_at *at, const char *key, bool (*valid)(const char *name),
	const char *what, struct exempt_names *names)
{
	const struct conf_range count = { 1, CONFIG_EXEMPT_ENTRIES_MAX };
	int status = conf_strings(at, key, false, count, &names->names, &names->count);

	for (size_t i = 0; status == 0 && i < names->count; i++) {
		if (!valid(names->names[i]))
			status = conf_refuse(at,
				config_setting_get_elem(conf_setting(at, key), (unsigned int)i),
				"not the name of a %s", what);
	}
	return status;
}

static int
config_exempt_networks(const struct conf_at *at, struct exempt_rule *rule)
{
	const struct conf_range count = { 1, CONFIG_EXEMPT_ENTRIES_MAX };
	const char **texts = NULL;
	size_t n = 0;
	int status = conf_strings(at, "networks", false, count, &texts, &n);

	if (status != 0 || texts == NULL)
		return status;
	rule->networks = calloc(n, sizeof *rule->networks);
	if (rule->networks == NULL)
		status = fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (size_t i = 0; status == 0 && i < n; i++) {
		const char *wrong = client_network_read(texts[i], &rule->networks[i]);

		if (wrong != NULL)
			status = conf_refuse(at, config_setting_get_elem(
				conf_setting(at, "networks"), (unsigned int)i), "%s", wrong);
	}
	rule->network_count = n;
	free(texts);
	return status;
}

static int
config_exempt_until(const struct conf_at *at, struct exempt_rule *rule)
{
	const struct conf_length length = { 0, CONFIG_EXEMPT_DAY_MAX };
	int status = conf_string(at, "until", false, length, &rule->until);

	rule->until_ms = EXEMPT_FOREVER;
	if (status == 0 && rule->until != NULL &&
		exempt_day_end(rule->until, &rule->until_ms) != 0) {
		return conf_refuse(at, conf_setting(at, "until"),
			"not a day; for instance \"2027-03-31\"");
	}
	return status;
}

static int
config_exempt_no_phone(const struct conf_at *at, struct exempt_rule *rule)
{
	int status = conf_boolean(at, "no_phone", false, &rule->no_phone);

	/* As if it meant those who have one, or was to switch the whole rule off. */
	if (status == 0 && conf_setting(at, "no_phone") != NULL && !rule->no_phone) {
		return conf_refuse(at, conf_setting(at, "no_phone"),
			"can only be true: leave it out where it is no condition");
	}
	return status;
}

static int
config_exempt_words(const struct conf_at *at, struct exempt_rule *rule)
{
	static const char *const in_notice[] = {
		"until", "contact", "user", "host", "service", NULL
	};
	const struct conf_length name = { 1, CONFIG_NAME_MAX };
	const struct conf_length reason = { 1, CONFIG_EXEMPT_REASON_MAX };
	const struct conf_length notice = { 1, CONFIG_EXEMPT_NOTICE_MAX };
	int status = conf_string(at, "name", true, name, &rule->name);

	/* It is one word of a log line. */
	if (status == 0 && !gateway_name_valid(rule->name)) {
		return conf_refuse(at, conf_setting(at, "name"), "not the name of a rule "
			"(letters, digits, \".\", \"_\", \"-\"; first a letter or digit)");
	}
	if (status == 0)
		status = conf_string(at, "reason", true, reason, &rule->reason);
	if (status == 0 && !utf8_is_printable(rule->reason)) {
		return conf_refuse(at, conf_setting(at, "reason"),
			"has a control character in it, or is not UTF-8");
	}
	if (status == 0)
		status = conf_string(at, "notice", false, notice, &rule->notice);
	if (status == 0 && rule->notice != NULL)
		status = conf_template(at, "notice", rule->notice, in_notice);
	if (status == 0 && rule->notice != NULL && rule->until == NULL &&
		template_uses(rule->notice, "until")) {
		return conf_refuse(at, conf_setting(at, "notice"),
			"names {until}, and the rule has none");
	}
	return status;
}

/* Another of the rules before it with the same name: which one does the log mean? */
static int
config_exempt_unique(const struct conf_at *at, const struct config *config, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(config->exempt[i].name, config->exempt[index].name) == 0)
			return conf_refuse(at, conf_setting(at, "name"),
				"exempt[%zu] has this name already", i);
	}
	return 0;
}

static int
config_exempt_rule(const struct conf_at *at, struct exempt_rule *rule)
{
	static const char *const known[] = {
		"name", "reason", "users", "groups", "not_groups", "networks", "services",
		"no_phone", "until", "notice", NULL
	};
	int status = conf_known(at, known);

	if (status == 0)
		status = config_exempt_until(at, rule);
	if (status == 0)
		status = config_exempt_words(at, rule);
	if (status == 0)
		status = config_exempt_names(at, "users", config_name_valid, "user", &rule->users);
	if (status == 0)
		status = config_exempt_names(at, "groups", config_name_valid, "group",
			&rule->groups);
	if (status == 0)
		status = config_exempt_names(at, "not_groups", config_name_valid, "group",
			&rule->not_groups);
	if (status == 0)
		status = config_exempt_names(at, "services", config_services_name_valid,
			"PAM service", &rule->services);
	if (status == 0)
		status = config_exempt_networks(at, rule);
	if (status == 0)
		status = config_exempt_no_phone(at, rule);
	if (status == 0 && rule->users.count + rule->groups.count + rule->not_groups.count +
		rule->services.count + rule->network_count == 0 && !rule->no_phone) {
		return conf_refuse(at, NULL, "has no condition and would exempt everybody; "
			"to ask nobody take the module out of the PAM stack");
	}
	return status;
}

int
config_exempt_read(const struct conf_at *root, struct config *config)
{
	const struct conf_range count = { 0, EXEMPT_RULES_MAX };
	const config_setting_t *list = NULL;
	char name[CONFIG_EXEMPT_NAME_SIZE];
	int status = conf_list(root, "exempt", false, count, &list);

	if (status != 0 || list == NULL || config_setting_length(list) == 0)
		return status;
	config->exempt_count = (size_t)config_setting_length(list);
	config->exempt = calloc(config->exempt_count, sizeof *config->exempt);
	if (config->exempt == NULL) {
		config->exempt_count = 0;
		return fault_set(root->fault, FAULT_MEMORY, "out of memory");
	}
	for (size_t i = 0; status == 0 && i < config->exempt_count; i++) {
		const struct conf_at at = {
			.file = root->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = name,
			.fault = root->fault,
		};

		snprintf(name, sizeof name, "exempt[%zu]", i);
		status = config_exempt_rule(&at, &config->exempt[i]);
		if (status == 0)
			status = config_exempt_unique(&at, config, i);
	}
	return status;
}

void
config_exempt_free(struct config *config)
{
	for (size_t i = 0; i < config->exempt_count; i++) {
		struct exempt_rule *rule = &config->exempt[i];

		free(rule->users.names);
		free(rule->services.names);
		free(rule->groups.names);
		free(rule->not_groups.names);
		free(rule->networks);
	}
	free(config->exempt);
}
