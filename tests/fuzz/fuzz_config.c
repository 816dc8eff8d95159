/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotp.conf as a whole: what is accepted keeps every range that the rest of the module counts
 * on.
 */
#include <string.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/template.h"

#include "fuzz.h"

/* No rule holds for everybody, and each can stand in a log line. */
static void
check_exempt(const struct exempt_rule *rule)
{
	FUZZ_HOLDS(rule->users.count + rule->groups.count + rule->not_groups.count +
		rule->services.count + rule->network_count > 0 || rule->no_phone);
	FUZZ_HOLDS(rule->name[0] != '\0' && strpbrk(rule->name, " =\"\n") == NULL);
	FUZZ_HOLDS(rule->reason[0] != '\0' && rule->until_ms > 0);
	FUZZ_HOLDS((rule->until == NULL) == (rule->until_ms == EXEMPT_FOREVER));
	for (size_t i = 0; i < rule->network_count; i++) {
		FUZZ_HOLDS(rule->networks[i].prefix <= rule->networks[i].size * 8);
		FUZZ_HOLDS(!client_in_network("host.example.org", &rule->networks[i]));
	}
}

static void
check(const struct config *config)
{
	FUZZ_HOLDS(config->gateway_count >= 1 && config->gateway_count <= CONFIG_GATEWAYS_MAX);
	FUZZ_HOLDS(config->source_count <= CONFIG_SOURCES_MAX);
	FUZZ_HOLDS(config->code.length >= CODE_MIN_LENGTH &&
		config->code.length <= CODE_MAX_LENGTH);
	FUZZ_HOLDS(config->code_lifetime_ms >= 30000 && config->code_lifetime_ms <= 600000);
	FUZZ_HOLDS(config->guesses.lock_after >= 1 && config->guesses.lock_after <= 10);
	FUZZ_HOLDS(config->guesses.lock_for_ms >= 1800000);
	FUZZ_HOLDS(config->guesses.disable_after >= config->guesses.lock_after &&
		config->guesses.disable_after <= 100);
	FUZZ_HOLDS(config->budget.user.unredeemed >= 1 &&
		config->budget.user.unredeemed <= LIMIT_UNREDEEMED_MAX);
	FUZZ_HOLDS(config->budget.phone.daily <= LIMIT_TEXTS);
	FUZZ_HOLDS(config->budget.voice.kind == LIMIT_CALL &&
		config->budget.voice.daily >= 1 && config->budget.voice.daily <= LIMIT_CALLS);
	FUZZ_HOLDS(config->country_code != NULL || config->allowed_prefix_count > 0);
	for (size_t i = 0; i < config->exempt_count; i++)
		check_exempt(&config->exempt[i]);
	FUZZ_HOLDS(template_uses(config->message, "code"));
	FUZZ_HOLDS(config->state_dir[0] == '/' && config->run_dir[0] == '/');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_defaults defaults = { "/var/lib/smsotp", "/run/smsotp" };
	struct config *config = NULL;
	struct fault fault = { 0 };

	bool loads[2];

	/* Whether it is right does not depend on who asks. */
	for (int i = 0; i < 2; i++) {
		const char *path = fuzz_path(data, size);

		loads[i] = config_load(path, &defaults, i == 0 ? NULL : "su", &config, &fault) == 0;
		if (loads[i])
			check(config);
		else
			FUZZ_HOLDS(config == NULL && fault.text[0] != '\0');
		FUZZ_HOLDS(i == 1 || !loads[i] || config->identity == CONFIG_IDENTITY_TARGET);
		config_free(&config);
		FUZZ_HOLDS(config == NULL);
	}
	FUZZ_HOLDS(loads[0] == loads[1]);
	return 0;
}
