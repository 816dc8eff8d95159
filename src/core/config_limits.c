/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: code, guesses and budget. */
#include <stdlib.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/fault.h"

#define CONFIG_RESERVE_GROUPS_MAX 64
#define CONFIG_GROUP_NAME_MAX 256

/* Opens a group of root for reading; ret_at->group is NULL if it is absent. */
static int
config_limits_enter(const struct conf_at *outer, const char *key, const char *name,
	const char *const known[], struct conf_at *ret_at)
{
	struct conf_at at = { .file = outer->file, .name = name, .fault = outer->fault };
	int status = conf_group(outer, key, false, &at);

	if (status == 0 && at.group != NULL)
		status = conf_known(&at, known);
	if (status == 0)
		*ret_at = at;
	return status;
}

/* An optional integer into an unsigned int that holds its default. */
static int
config_limits_count(const struct conf_at *at, const char *key, struct conf_range range,
	unsigned int *value)
{
	long long number = *value;
	int status = conf_integer(at, key, false, range, &number);

	if (status == 0)
		*value = (unsigned int)number;
	return status;
}

/* NIST SP 800-63B 5.1.3.2: at least 20 bits, at most ten minutes. */
static int
config_limits_code(const struct conf_at *root, struct config *config)
{
	static const char *const known[] = { "length", "alphabet", "lifetime", NULL };
	static const char *const alphabets[] = { "digits", "alnum", NULL };
	const struct conf_range length = { CODE_MIN_LENGTH, CODE_MAX_LENGTH };
	const struct conf_range lifetime_ms = { 30000, 600000 };
	unsigned int alphabet = 0;
	struct conf_at at;
	int status;

	config->code = (struct code_form){ .length = 6, .alphabet = CODE_DIGITS };
	config->code_lifetime_ms = 300000;
	status = config_limits_enter(root, "code", "code", known, &at);
	if (status != 0 || at.group == NULL)
		return status;
	status = config_limits_count(&at, "length", length, &config->code.length);
	if (status == 0)
		status = conf_choice(&at, "alphabet", false, alphabets, &alphabet);
	if (status == 0)
		status = conf_seconds(&at, "lifetime", false, lifetime_ms,
			&config->code_lifetime_ms);
	config->code.alphabet = alphabet == 1 ? CODE_ALNUM : CODE_DIGITS;
	return status;
}

/*
 * PCI DSS 4.0 8.3.4: at most ten attempts, then at least 30 minutes.
 * NIST SP 800-63B-4 3.2.2: at most 100 in a row.
 */
static int
config_limits_guesses(const struct conf_at *root, struct config *config)
{
	static const char *const known[] = {
		"per_conversation", "lock_after", "lock_for", "disable_after", NULL
	};
	const struct conf_range ten = { 1, 10 }, hundred = { 1, 100 };
	const struct conf_range lock_for_ms = { 1800000, 86400000 };
	struct limit_guesses *guesses = &config->guesses;
	struct conf_at at;
	int status;

	*guesses = (struct limit_guesses){
		.per_conversation = 3,
		.lock_after = 10,
		.disable_after = 100,
		.lock_for_ms = 1800000,
	};
	status = config_limits_enter(root, "guesses", "guesses", known, &at);
	if (status != 0 || at.group == NULL)
		return status;
	status = config_limits_count(&at, "per_conversation", ten, &guesses->per_conversation);
	if (status == 0)
		status = config_limits_count(&at, "lock_after", ten, &guesses->lock_after);
	if (status == 0)
		status = conf_seconds(&at, "lock_for", false, lock_for_ms, &guesses->lock_for_ms);
	if (status == 0)
		status = config_limits_count(&at, "disable_after", hundred,
			&guesses->disable_after);
	if (status == 0 && guesses->disable_after < guesses->lock_after) {
		return conf_refuse(&at, conf_setting(&at, "disable_after"),
			"%u is less than lock_after (%u)", guesses->disable_after,
			guesses->lock_after);
	}
	return status;
}

/* One of the budgets, with its defaults and the highest values it may take. */
struct config_limits_texts {
	const char *key, *name;
	struct limit_texts *texts;
	struct limit_texts standard;
	unsigned int unredeemed_max;
	unsigned int daily_max;		/* 0: has no daily limit */
};

static int
config_limits_texts(const struct conf_at *budget, const struct config_limits_texts *row)
{
	static const char *const with_daily[] = { "unredeemed", "seconds", "daily", NULL };
	static const char *const without_daily[] = { "unredeemed", "seconds", NULL };
	const struct conf_range unredeemed = { 1, row->unredeemed_max };
	const struct conf_range daily = { 1, row->daily_max };
	const struct conf_range window_ms = { 60000, LIMIT_DAY_MS };
	struct conf_at at;
	int status;

	status = config_limits_enter(budget, row->key, row->name,
		row->daily_max > 0 ? with_daily : without_daily, &at);
	if (status != 0 || at.group == NULL)
		return status;
	status = config_limits_count(&at, "unredeemed", unredeemed, &row->texts->unredeemed);
	if (status == 0)
		status = conf_seconds(&at, "seconds", false, window_ms, &row->texts->window_ms);
	if (status == 0 && row->daily_max > 0)
		status = config_limits_count(&at, "daily", daily, &row->texts->daily);
	return status;
}

static int
config_limits_reserve(const struct conf_at *budget, struct config *config)
{
	const struct conf_range count = { 0, CONFIG_RESERVE_GROUPS_MAX };
	const config_setting_t *setting = NULL;
	int status = 0;

	if (budget->group != NULL) {
		setting = conf_setting(budget, "reserve_groups");
		status = conf_strings(budget, "reserve_groups", false, count,
			&config->reserve_groups, &config->reserve_group_count);
	}
	if (status != 0)
		return status;
	config->reserve_groups_given = setting != NULL;
	if (setting == NULL) {
		config->reserve_groups = calloc(1, sizeof *config->reserve_groups);
		if (config->reserve_groups == NULL)
			return fault_set(budget->fault, FAULT_MEMORY, "out of memory");
		config->reserve_groups[0] = "wheel";
		config->reserve_group_count = 1;
	}
	for (size_t i = 0; i < config->reserve_group_count; i++) {
		if (!config_name_valid(config->reserve_groups[i])) {
			return conf_refuse(budget,
				config_setting_get_elem(setting, (unsigned int)i),
				"not the name of a group");
		}
	}
	return 0;
}

static int
config_limits_budget(const struct conf_at *root, struct config *config)
{
	static const char *const known[] = {
		"cooldown", "user", "phone", "client", "host", "voice", "reserve_groups", NULL
	};
	const struct conf_range cooldown_ms = { 0, 600000 };
	struct limit_budget *budget = &config->budget;
	const struct config_limits_texts rows[] = {
		{ "user", "budget.user", &budget->user, { 3, 40, 600000, LIMIT_TEXT },
			LIMIT_UNREDEEMED_MAX, LIMIT_TEXTS },
		{ "phone", "budget.phone", &budget->phone, { 3, 60, 600000, LIMIT_TEXT },
			LIMIT_UNREDEEMED_MAX, LIMIT_TEXTS },
		{ "client", "budget.client", &budget->client, { 60, 0, 3600000, LIMIT_TEXT },
			100000, 0 },
		{ "host", "budget.host", &budget->host, { 600, 5000, 3600000, LIMIT_TEXT },
			1000000, 10000000 },
		{ "voice", "budget.voice", &budget->voice, { 2, 10, 3600000, LIMIT_CALL },
			LIMIT_UNREDEEMED_CALLS_MAX, LIMIT_CALLS },
	};
	struct conf_at at;
	int status;

	budget->cooldown_ms = 30000;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		*rows[i].texts = rows[i].standard;
	status = config_limits_enter(root, "budget", "budget", known, &at);
	if (status == 0 && at.group != NULL) {
		status = conf_seconds(&at, "cooldown", false, cooldown_ms, &budget->cooldown_ms);
		for (size_t i = 0; status == 0 && i < sizeof rows / sizeof *rows; i++)
			status = config_limits_texts(&at, &rows[i]);
	}
	if (status == 0)
		status = config_limits_reserve(&at, config);
	return status;
}

int
config_limits_read(const struct conf_at *root, struct config *config)
{
	int status = config_limits_code(root, config);

	if (status == 0)
		status = config_limits_guesses(root, config);
	if (status == 0)
		status = config_limits_budget(root, config);
	return status;
}
