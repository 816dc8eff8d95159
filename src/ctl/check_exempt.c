/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: exemptions that have ended, or will before anybody thinks of it. */
#include <libconfig.h>
#include <stdint.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/limit.h"
#include "ctl/check.h"
#include "wire/clock.h"

#define SOON_MS (30 * LIMIT_DAY_MS)

static void
judge(const struct check *check, const struct exempt_rule *rule, unsigned int line, int64_t now_ms)
{
	const struct finding_place place = { check->path, line };

	if (rule->until_ms == EXEMPT_FOREVER)
		return;
	if (rule->until_ms <= now_ms)
		finding_add(check->findings, FINDING_EXEMPT_ENDED, &place,
			"the exemption \"%s\" has ended on %s", rule->name, rule->until);
	else if (rule->until_ms - now_ms <= SOON_MS)
		finding_add(check->findings, FINDING_EXEMPT_ENDS, &place,
			"the exemption \"%s\" ends on %s", rule->name, rule->until);
}

/* The rules of config stand in this list, in its order. */
static void
judge_list(const struct check *check, const struct config *config, const config_setting_t *list,
	int64_t now_ms)
{
	for (size_t i = 0; i < config->exempt_count; i++)
		judge(check, &config->exempt[i], config_setting_source_line(
			config_setting_get_elem(list, (unsigned int)i)), now_ms);
}

void
check_exempt(const struct check *check)
{
	const config_setting_t *root = conf_file_root(check->config->file);
	const config_setting_t *services = config_setting_get_member(root, "services");
	const config_setting_t *list = config_setting_get_member(root, "exempt");
	struct fault fault;
	struct now now;

	if (clock_read(&now, &fault) != 0)
		return;
	if (list != NULL)
		judge_list(check, check->config, list, now.real_ms);
	for (int i = 0; services != NULL && i < config_setting_length(services); i++) {
		const config_setting_t *entry = config_setting_get_elem(services, (unsigned int)i);
		const char *name = config_setting_get_string_elem(
			config_setting_get_member(entry, "names"), 0);
		struct config *config = NULL;

		list = config_setting_get_member(entry, "exempt");
		if (list != NULL && check_load(check, name, &config, &fault) == 0)
			judge_list(check, config, list, now.real_ms);
		config_free(&config);
	}
}
