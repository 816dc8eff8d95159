/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl explain: what would happen to a login now. */
#include <stdio.h>

#include "core/exempt.h"
#include "core/limit.h"
#include "core/words.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/explain_show.h"
#include "ctl/foresight.h"
#include "ctl/person.h"
#include "wire/request.h"

#define REF "??"	/* each login draws its own */

/*
 * What the module returns to PAM, by name; NULL where the login goes on with the person. The module
 * alone turns an ending into such a result, and a test compares what it does with this.
 */
static const char *
result_name(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ACCEPTED:
	case OUTCOME_WAITING:
		return NULL;
	case OUTCOME_REMEMBERED:
		return "PAM_SUCCESS";
	case OUTCOME_EXEMPT:
		return "PAM_IGNORE";
	case OUTCOME_MEMORY:
		return "PAM_BUF_ERR";
	case OUTCOME_SYSTEM:
	case OUTCOME_STATE:
	case OUTCOME_CONFIG:
	case OUTCOME_PHONE_SOURCE:
		return "PAM_AUTHINFO_UNAVAIL";
	default:
		return "PAM_MAXTRIES";
	}
}

static const char *
condition_name(enum exempt_condition condition)
{
	switch (condition) {
	case EXEMPT_HOLDS: return NULL;
	case EXEMPT_UNTIL: return "until";
	case EXEMPT_USERS: return "users";
	case EXEMPT_SERVICES: return "services";
	case EXEMPT_NETWORKS: return "networks";
	case EXEMPT_GROUPS: return "groups";
	case EXEMPT_NOT_GROUPS: return "not_groups";
	case EXEMPT_NO_PHONE: return "no_phone";
	}
	return NULL;
}

/* --- the parts ------------------------------------------------------------ */

static json_t *
settings(const struct ctl *ctl, const struct config *config)
{
	char entry[32] = "";

	if (config->service_entry >= 0)
		snprintf(entry, sizeof entry, "services[%d]", config->service_entry);
	return json_pack("{s:o, s:s?, s:s, s:I, s:I}", "file", ctl_text(ctl->conf_path),
		"service_settings", entry[0] != '\0' ? entry : NULL, "identity",
		config->identity == CONFIG_IDENTITY_CALLER ? "caller" : "target",
		"code_lifetime_s", ctl_seconds(config->code_lifetime_ms),
		"remember_s", ctl_seconds(config->remember_ms));
}

static json_t *
account(const struct account *account)
{
	if (!account->known)
		return json_pack("{s:o, s:b}", "name", ctl_text(account->name), "exists", 0);
	return json_pack("{s:o, s:b, s:I, s:b}", "name", ctl_text(account->name), "exists", 1,
		"uid", (json_int_t)account->uid, "own_name", !account->alias);
}

static json_t *
sources(const struct foresight *it)
{
	const struct config *config = it->site.config;
	json_t *list = json_array();

	for (size_t i = 0; i < config->source_count; i++) {
		const struct foresight_source *said = &it->sources[i];
		const char *what = !said->asked ? "not asked"
			: said->fault.text[0] != '\0' ? "could not be asked"
			: said->found ? "knows the user" : "does not know the user";

		ctl_append(&list, json_pack("{s:s, s:o, s:s, s:o}", "source",
			config_source_name(config->sources[i].kind), "path",
			ctl_text(config->sources[i].path), "said", what, "why",
			ctl_text(said->fault.text[0] != '\0' ? said->fault.text : NULL)));
	}
	return list;
}

static json_t *
phones(const struct ctl *ctl, const struct foresight *it)
{
	json_t *list = json_array();

	for (size_t i = 0; i < it->phones.count; i++)
		ctl_append(&list, person_number(ctl, &it->phones.number[i]));
	return list;
}

static json_t *
rules(const struct foresight *it)
{
	const struct config *config = it->site.config;
	json_t *list = json_array();

	for (size_t i = 0; i < config->exempt_count; i++) {
		const struct exempt_rule *rule = &config->exempt[i];
		const bool seen = i < it->rules_seen;
		const bool holds = seen && it->missing[i] == EXEMPT_HOLDS;

		ctl_append(&list, json_pack("{s:o, s:o, s:s?, s:o}", "rule",
			ctl_text(rule->name), "holds", seen ? json_boolean(holds) : json_null(),
			"missing", seen ? condition_name(it->missing[i]) : NULL,
			"until", ctl_text(rule->until)));
	}
	return list;
}

static json_t *
left(uint64_t used, uint64_t limit, int64_t wait_ms)
{
	return json_pack("{s:I, s:I, s:I}", "limit", (json_int_t)limit, "left",
		(json_int_t)(used < limit ? limit - used : 0), "next_in_s", ctl_seconds(wait_ms));
}

/* Of user and phone: what the window and the day together leave. */
static json_t *
left_of(const struct store_view *view, const struct limit_texts *limit)
{
	const struct store_sent *sent = &view->texts;
	const unsigned int window = limit->unredeemed, day = limit->daily;
	const unsigned int of_window = sent->open < window ? window - sent->open : 0;
	const unsigned int of_day = sent->today < day ? day - sent->today : 0;
	const bool day_counts = day > 0 && of_day < of_window;

	return day_counts ? left(sent->today, day, sent->wait_ms)
		: left(sent->open, window, sent->wait_ms);
}

static json_t *
left_of_share(const struct budget_share *share)
{
	return share->limit == 0 ? json_null() : left(share->used, share->limit, share->wait_ms);
}

static json_t *
budgets(const struct foresight *it)
{
	const struct limit_budget *budget = &it->site.config->budget;

	if (!it->stored)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}",
		"user", it->account.known ? left_of(&it->user, &budget->user) : json_null(),
		"phone", it->phones.count > 0 ? left_of(&it->phone, &budget->phone) : json_null(),
		"client", left_of_share(&it->shares.client),
		"host", left_of_share(&it->shares.host), "host_day",
		left_of_share(&it->shares.day), "reserve", it->reserve);
}

static json_t *
gateways(const struct foresight *it)
{
	const struct config *config = it->site.config;
	json_t *list = json_array();

	for (size_t i = 0; it->stored && i < config->gateway_count; i++)
		ctl_append(&list, json_pack("{s:s, s:I}", "gateway",
			config->gateways[it->gateways[i].number], "rests_for_s",
			ctl_seconds(it->gateways[i].rest_ms)));
	return list;
}

static json_t *
lockout(const struct foresight *it)
{
	const struct store_status *status = &it->user.status;

	if (!it->stored || !it->account.known)
		return json_null();
	return json_pack("{s:s, s:I, s:i}", "standing",
		ctl_standing_name(status->standing), "locked_for_s",
		ctl_seconds(status->locked_for_ms), "failures", (int)status->failures);
}

/* --- the ending ----------------------------------------------------------- */

/* What the person reads at the end; of an exemption, its notice. False: nothing. */
static bool
say(const struct foresight *it, char ret_text[static WORDS_SIZE])
{
	const struct config *config = it->site.config;
	const struct words *words = config != NULL ? config->words : NULL;
	const enum word word = it->asks_backup ? ending_backup_word(it->outcome)
		: ending_word(it->outcome);
	struct e164_masked phone;
	char host[REQUEST_HOST_SIZE];
	struct words_values values = {
		.ref = REF, .user = it->account.name != NULL ? it->account.name : it->login.user,
		.service = it->login.service, .wait_ms = it->wait_ms,
		.contact = config != NULL ? config->contact : NULL,
	};

	request_host(host);
	values.host = host;
	if (it->phones.count > 0) {
		e164_mask(&it->phones.number[0], &phone);
		values.phone = phone.text;
	}
	if (it->rule != NULL && it->rule->notice != NULL) {
		values.until = it->rule->until;
		words_expand(words, it->rule->notice, &values, ret_text);
		return true;
	}
	if (word == WORD_NONE)
		return false;
	words_say(words, word, &values, ret_text);
	return true;
}

static json_t *
ending(const struct foresight *it)
{
	const bool asks = it->outcome == OUTCOME_ACCEPTED;
	const bool nobody = it->identified && !it->account.known;
	const char *name = it->asks_backup ? NULL : result_name(it->outcome);
	const char *rule = it->rule != NULL ? it->rule->name : NULL;
	char text[WORDS_SIZE];
	const bool says = say(it, text);

	if (nobody && asks)
		return json_pack("{s:b, s:n, s:s}", "asks", 1, "pam", "reason",
			ending_reason(OUTCOME_UNKNOWN_ACCOUNT));
	return json_pack("{s:b, s:b, s:s?, s:s?, s:o, s:o, s:o}", "asks", asks, "asks_backup",
		it->asks_backup, "pam", name, "reason", asks ? NULL : ending_reason(it->outcome),
		"rule", ctl_text(rule), "why", ctl_text(it->fault.text[0] != '\0' ? it->fault.text
		: NULL), "says", ctl_text(says ? text : NULL));
}

/* Once it is known who logs in: what is known of him, and what would be tried. */
static json_t *
whose(const struct ctl *ctl, const struct foresight *it)
{
	return json_pack("{s:o, s:s?, s:o, s:o, s:b, s:o, s:o, s:b, s:o, s:o}",
		"account", account(&it->account), "source", it->phones.source,
		"sources", sources(it), "phones", phones(ctl, it), "ruled", it->ruled,
		"rules", rules(it), "lockout", lockout(it), "remembers", it->remembers,
		"budgets", budgets(it), "gateways", gateways(it));
}

static json_t *
describe(const struct ctl *ctl, const struct foresight *it)
{
	json_t *document = json_pack("{s:o, s:o, s:o}", "user", ctl_text(it->login.user), "service",
		ctl_text(it->login.service), "client", ctl_text(it->login.client));
	int result = document == NULL ? -1 : 0;

	if (result == 0 && it->site.config != NULL) {
		result = json_object_set_new(document, "configuration",
			settings(ctl, it->site.config));
		if (result == 0 && it->identified)
			result = json_object_update_new(document, whose(ctl, it));
	}
	if (result == 0)
		result = json_object_set_new(document, "ending", ending(it));
	if (result != 0) {
		json_decref(document);
		return NULL;
	}
	return document;
}

int
explain_run(struct ctl *ctl)
{
	const struct foresight_login login = {
		.user = ctl->operands[0], .service = command_option(ctl, "service"),
		.client = command_option(ctl, "client"), .caller = command_option(ctl, "caller"),
	};
	struct foresight foresight;
	json_t *document;

	foresight_look(ctl, &login, &foresight);
	document = describe(ctl, &foresight);
	foresight_close(&foresight);
	return ctl_print(ctl, document, explain_show, CTL_DONE);
}
