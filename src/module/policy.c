/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/policy.h"

#include "core/config.h"
#include "core/limit.h"
#include "core/words.h"
#include "module/converse.h"
#include "module/login_state.h"
#include "module/phone.h"
#include "module/report.h"
#include "wire/clock.h"

static int
in_groups(void *context, const char *const groups[], size_t count, bool *ret_member,
	struct fault *fault)
{
	const struct login *login = context;

	return account_in_groups(&login->account, groups, count, ret_member, fault);
}

/*
 * A source that could not be asked is not one that does not know the user, and a number that
 * cannot be used is one: then the rule does not hold, and the login ends over it in its turn.
 */
static int
has_no_phone(void *context, bool *ret_none, struct fault *fault)
{
	struct login *login = context;

	phone_ask(login);
	if (login->phones.outcome == PHONES_UNAVAILABLE &&
		login->phones_fault.kind == FAULT_MEMORY)
		return fault_set(fault, FAULT_MEMORY, "%s", login->phones_fault.text);
	*ret_none = login->phones.outcome == PHONES_NONE;
	return 0;
}

enum outcome
policy_exempt(struct login *login)
{
	const struct config *config = login->config;
	const struct exempt_rule *rule = NULL;
	struct now now;
	int result;

	/* Nobody gets in there, by no rule. */
	if (config->exempt_count == 0 || !login->account.known)
		return OUTCOME_ACCEPTED;
	/*
	 * A directory may know "ALICE" for alice, where /etc/group and the phone file do not: she
	 * would be in none of not_groups, and without a phone.
	 */
	if (login->account.alias) {
		report_debug(login, "not the account's own name, so no rule exempts it");
		return OUTCOME_ACCEPTED;
	}
	result = clock_read(&now, &login->fault);
	if (result == 0) {
		const struct exempt_facts facts = {
			.user = login->account.name, .service = login->service,
			.client = login->client, .real_ms = now.real_ms,
			.context = login, .in_groups = in_groups, .has_no_phone = has_no_phone,
		};

		result = exempt_find(config->exempt, config->exempt_count, &facts, &rule,
			&login->fault);
	}
	if (result != 0)
		return ending_of_fault((enum fault_kind)result);
	if (rule == NULL)
		return OUTCOME_ACCEPTED;
	login->rule = rule;
	return OUTCOME_EXEMPT;
}

void
policy_notice(const struct login *login)
{
	char text[WORDS_SIZE];

	if (login->rule == NULL || login->rule->notice == NULL || login->silent)
		return;

	const struct words_values values = {
		.user = login->account.name, .contact = login->config->contact, .host = login->host,
		.service = login->service, .until = login->rule->until,
	};

	words_expand(login->config->words, login->rule->notice, &values, text);
	converse_tell(login->pamh, text);
}
