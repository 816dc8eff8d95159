/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl audit: who could not get a code, whose number is another's as well, who is exempt. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ending.h"
#include "core/exempt.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/crowd.h"
#include "ctl/person.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/lookup.h"

struct owned {
	struct e164 number;
	const char *user;		/* the crowd's */
};

struct audit {
	const struct ctl *ctl;
	struct site site;
	struct crowd crowd;
	bool files_only, left_out;	/* a source of this account was not asked */
	struct account account;
	struct phones phones;
	struct owned *owned;		/* PHONES_MAX for each account */
	size_t owned_count;
	json_t *findings, *exempt;
	struct fault *fault;
};

static int
ask(const char *helper, const struct config_source *source, const char *user, bool *ret_found,
	char ret_line[static PHONES_LINE_SIZE], struct fault *fault)
{
	if (helper != NULL)
		return lookup_ask(helper, source, user, ret_found, ret_line, fault);
	*ret_found = false;
	return 0;
}

static void
hear(void *context, const struct config_source *source, bool found, const struct fault *fault)
{
	struct audit *it = context;

	(void)found;
	(void)fault;
	if (it->files_only && (source->kind == CONFIG_SOURCE_LDAP ||
	    source->kind == CONFIG_SOURCE_COMMAND))
		it->left_out = true;
}

static int
in_groups(void *context, const char *const groups[], size_t count, bool *ret_member,
	struct fault *fault)
{
	const struct audit *it = context;

	return account_in_groups(&it->account, groups, count, ret_member, fault);
}

static int
has_no_phone(void *context, bool *ret_none, struct fault *fault)
{
	const struct audit *it = context;

	(void)fault;
	*ret_none = it->phones.outcome == PHONES_NONE && !it->left_out;
	return 0;
}

static int
append(struct audit *it, json_t *list, json_t *item)
{
	return json_array_append_new(list, item) == 0 ? 0
		: fault_set(it->fault, FAULT_MEMORY, "out of memory");
}

/*
 * The rules that hold for this account in some login: up to the first that holds in every one.
 * *ret_always: there is one.
 */
static int
find_rules(struct audit *it, const struct now *now, bool *ret_always)
{
	const struct config *config = it->site.config;
	const struct exempt_facts facts = {
		.user = it->account.name, .real_ms = now->real_ms,
		.context = it, .in_groups = in_groups, .has_no_phone = has_no_phone,
	};
	int result = 0;

	*ret_always = false;
	/* As in a login: rules are written for the account's own name. */
	if (it->account.alias)
		return 0;
	for (size_t i = 0; result == 0 && i < config->exempt_count && !*ret_always; i++) {
		struct exempt_rule rule = config->exempt[i];
		const bool services = rule.services.count > 0, networks = rule.network_count > 0;
		enum exempt_condition missing = EXEMPT_UNTIL;

		rule.services.count = rule.network_count = 0;
		result = exempt_check(&rule, &facts, &missing, it->fault);
		if (result != 0 || missing != EXEMPT_HOLDS)
			continue;
		*ret_always = !services && !networks;
		result = append(it, it->exempt, json_pack("{s:o, s:o, s:o, s:b, s:b}", "user",
			ctl_text(it->account.name), "rule", ctl_text(rule.name), "until",
			ctl_text(rule.until),
			"by_service", services, "by_network", networks));
	}
	return result;
}

static int
find_problem(struct audit *it, const struct fault *trouble)
{
	const enum outcome outcome = ending_of_phones(it->phones.outcome, trouble);
	const char *why = it->phones.outcome == PHONES_BAD ? e164_strerror(it->phones.bad)
		: it->phones.outcome == PHONES_UNAVAILABLE ? trouble->text : NULL;

	/* Whoever was not asked may know a number. */
	if (outcome == OUTCOME_ACCEPTED || (outcome == OUTCOME_NO_PHONE && it->left_out))
		return 0;
	return append(it, it->findings, json_pack("{s:o, s:s, s:o}", "user",
		ctl_text(it->account.name), "problem", ending_reason(outcome), "why",
		ctl_text(why)));
}

static int
look_at(struct audit *it, const char *name, const struct now *now)
{
	const struct phones_asker asker = {
		.ask = ask, .helper = it->files_only ? NULL : SMSOTP_LOOKUP,
		.heard = hear, .context = it,
	};
	struct fault trouble = { .text = "" };
	bool always = false;
	int result = account_find(name, &it->account, it->fault);

	/* A member of a group need not have an account any more. */
	if (result != 0 || !it->account.known)
		return result;
	it->left_out = false;
	phones_find(it->site.config, &asker, name, &it->phones, &trouble);
	for (size_t i = 0; i < it->phones.count; i++)
		it->owned[it->owned_count++] = (struct owned){
			.number = it->phones.number[i], .user = name,
		};
	result = find_rules(it, now, &always);
	if (result == 0 && !always)
		result = find_problem(it, &trouble);
	phones_wipe(&it->phones);
	return result;
}

static int
by_number(const void *a, const void *b)
{
	const struct owned *one = a, *other = b;
	int order = strcmp(one->number.text, other->number.text);

	return order != 0 ? order : strcmp(one->user, other->user);
}

/* Whoever has the phone gets the codes of them all. */
static int
find_shared(struct audit *it)
{
	size_t end;
	int result = 0;

	if (it->owned_count > 0)
		qsort(it->owned, it->owned_count, sizeof *it->owned, by_number);
	for (size_t i = 0; result == 0 && i < it->owned_count; i = end) {
		json_t *users;

		for (end = i + 1; end < it->owned_count && strcmp(it->owned[end].number.text,
		    it->owned[i].number.text) == 0; end++)
			;
		if (end == i + 1)
			continue;
		users = json_array();
		for (size_t k = i; result == 0 && k < end; k++)
			result = append(it, users, ctl_text(it->owned[k].user));
		if (result == 0)
			result = append(it, it->findings, json_pack("{s:O, s:s, s:o}", "users",
				users, "problem", "shared_number", "number",
				person_number(it->ctl, &it->owned[i].number)));
		json_decref(users);
	}
	return result;
}

static int
run(struct audit *it)
{
	struct now now;
	int result = clock_read(&now, it->fault);

	it->owned = calloc(it->crowd.count * PHONES_MAX + 1, sizeof *it->owned);
	it->findings = json_array();
	it->exempt = json_array();
	if (result == 0 && (it->owned == NULL || it->findings == NULL || it->exempt == NULL))
		result = fault_set(it->fault, FAULT_MEMORY, "out of memory");
	for (size_t i = 0; result == 0 && i < it->crowd.count; i++)
		result = look_at(it, it->crowd.names[i], &now);
	return result == 0 ? find_shared(it) : result;
}

/* --- for people ----------------------------------------------------------- */

static void
show_shared(const json_t *finding)
{
	const json_t *user;
	size_t index;

	printf("%s is the number of", ctl_string(finding, "number"));
	json_array_foreach(json_object_get(finding, "users"), index, user) {
		printf("%s %s", index == 0 ? "" : ",", json_string_value(user));
	}
	putchar('\n');
}

static void
show(const json_t *document)
{
	const json_t *one;
	size_t index;

	json_array_foreach(json_object_get(document, "findings"), index, one) {
		if (json_object_get(one, "users") != NULL)
			show_shared(one);
		else
			printf("%s: %s%s%s\n", ctl_string(one, "user"), ctl_string(one, "problem"),
				ctl_string(one, "why") != NULL ? ": " : "",
				ctl_string(one, "why") != NULL ? ctl_string(one, "why") : "");
	}
	json_array_foreach(json_object_get(document, "exempt"), index, one) {
		const bool services = json_is_true(json_object_get(one, "by_service"));
		const bool networks = json_is_true(json_object_get(one, "by_network"));

		printf("%s: exempt by rule %s%s%s%s\n", ctl_string(one, "user"),
			ctl_string(one, "rule"), services || networks ? ", in some " : "",
			services ? "services" : networks ? "networks" : "",
			services && networks ? " and networks" : "");
	}
	printf("%lld accounts looked at, %lld without a shell left out.\n",
		json_integer_value(json_object_get(document, "accounts")),
		json_integer_value(json_object_get(document, "left_out")));
}

int
audit_accounts_run(struct ctl *ctl)
{
	struct fault fault;
	struct audit it = {
		.ctl = ctl, .site = SITE_NONE, .fault = &fault,
		.files_only = command_option(ctl, "files-only") != NULL,
	};
	int status;

	if (site_load(ctl, command_option(ctl, "service"), &it.site, &fault) != 0 ||
	    crowd_gather(command_option(ctl, "group"), &it.crowd, &fault) != 0 ||
	    run(&it) != 0)
		status = ctl_fail(ctl, &fault, NULL);
	else
		status = ctl_print(ctl, json_pack("{s:I, s:I, s:O, s:O}", "accounts",
			(json_int_t)it.crowd.count, "left_out", (json_int_t)it.crowd.left_out,
			"findings", it.findings, "exempt", it.exempt), show,
			json_array_size(it.findings) > 0 ? CTL_FOUND : CTL_DONE);
	json_decref(it.findings);
	json_decref(it.exempt);
	if (it.owned != NULL)
		sodium_memzero(it.owned, (it.crowd.count * PHONES_MAX + 1) * sizeof *it.owned);
	free(it.owned);
	crowd_free(&it.crowd);
	site_close(&it.site);
	return status;
}
