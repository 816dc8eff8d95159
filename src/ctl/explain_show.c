/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/explain_show.h"

#include <stdio.h>
#include <string.h>

#include "core/words.h"
#include "ctl/ctl.h"

static void
show_duration(long long seconds)
{
	char words[WORDS_PART_SIZE];

	words_duration(NULL, seconds * 1000, words);
	fputs(words, stdout);
}

static void
show_who(const json_t *document)
{
	const json_t *settings = json_object_get(document, "configuration");
	const json_t *account = json_object_get(document, "account");

	if (settings != NULL)
		printf("configuration: %s%s%s\n", ctl_string(settings, "file"),
			ctl_string(settings, "service_settings") != NULL ? ", with " : "",
			ctl_string(settings, "service_settings") != NULL
			? ctl_string(settings, "service_settings") : "");
	if (account == NULL)
		return;
	if (json_is_true(json_object_get(account, "exists")))
		printf("account: %s, uid %lld%s\n", ctl_string(account, "name"),
			ctl_number(account, "uid"),
			json_is_true(json_object_get(account, "own_name")) ? ""
			: ", which has another name of its own: no rule exempts it");
	else
		printf("account: %s does not exist; a code is asked for all the same, and no "
			"answer is right\n", ctl_string(account, "name"));
}

static void
show_rules(const json_t *document)
{
	const json_t *rule;
	size_t index;

	json_array_foreach(json_object_get(document, "rules"), index, rule) {
		const json_t *holds = json_object_get(rule, "holds");
		const char *missing = ctl_string(rule, "missing");

		printf("rule %s: ", ctl_string(rule, "rule"));
		if (json_is_null(holds))
			puts("not looked at");
		else if (json_is_true(holds))
			puts("holds");
		else if (missing != NULL && strcmp(missing, "until") == 0)
			printf("has ended with %s\n", ctl_string(rule, "until"));
		else
			printf("%s does not hold\n", missing != NULL ? missing : "it");
	}
}

static void
show_phones(const json_t *document)
{
	const json_t *one;
	size_t index;

	json_array_foreach(json_object_get(document, "sources"), index, one) {
		const char *path = ctl_string(one, "path"), *why = ctl_string(one, "why");

		printf("source %s%s%s: %s%s%s\n", ctl_string(one, "source"),
			path != NULL ? " " : "", path != NULL ? path : "",
			ctl_string(one, "said"), why != NULL ? ": " : "", why != NULL ? why : "");
	}
	json_array_foreach(json_object_get(document, "phones"), index, one)
		printf("phone: %s%s\n", json_string_value(one),
			index == 0 ? "" : " (on request)");
}

static void
show_budgets(const json_t *budgets)
{
	static const char *const names[] = { "user", "phone", "client", "host", "host_day" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *one = json_object_get(budgets, names[i]);

		if (!json_is_object(one))
			continue;
		printf("budget of %s: %lld of %lld left", i == 4 ? "host in a day" : names[i],
			ctl_number(one, "left"), ctl_number(one, "limit"));
		if (ctl_number(one, "next_in_s") > 0) {
			fputs("; the next one in ", stdout);
			show_duration(ctl_number(one, "next_in_s"));
		}
		putchar('\n');
	}
	if (json_is_true(json_object_get(budgets, "reserve")))
		puts("reserve_groups: neither client nor host stops this user");
}

static void
show_state(const json_t *document)
{
	const json_t *lockout = json_object_get(document, "lockout"), *one;
	size_t index;

	if (json_is_object(lockout)) {
		printf("lock-out: %s, %lld wrong codes in a row", ctl_string(lockout, "standing"),
			ctl_number(lockout, "failures"));
		if (ctl_number(lockout, "locked_for_s") > 0) {
			fputs(", for ", stdout);
			show_duration(ctl_number(lockout, "locked_for_s"));
		}
		putchar('\n');
	}
	show_budgets(json_object_get(document, "budgets"));
	json_array_foreach(json_object_get(document, "gateways"), index, one) {
		printf("gateway %zu: %s", index + 1, ctl_string(one, "gateway"));
		if (ctl_number(one, "rests_for_s") > 0) {
			fputs(", which failed lately and rests for ", stdout);
			show_duration(ctl_number(one, "rests_for_s"));
		}
		putchar('\n');
	}
}

/* Where something is not set up yet. */
static void
show_to_do(const char *reason)
{
	static const struct { const char *reason, *what; } rows[] = {
		{ "config", "smsotpctl init makes what is missing, smsotpctl edit opens what is "
			"wrong" },
		{ "phone_source", "smsotpctl check says what is wrong with it" },
		{ "no_phone", "smsotpctl enroll USER NUMBER" },
		{ "state", "smsotpctl check says what is wrong with it" },
	};

	for (size_t i = 0; reason != NULL && i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].reason, reason) == 0)
			printf("to do: %s\n", rows[i].what);
	}
}

static void
show_ending(const json_t *ending)
{
	const char *pam = ctl_string(ending, "pam"), *reason = ctl_string(ending, "reason");

	if (json_is_true(json_object_get(ending, "asks")))
		printf("result: texts a code and asks for it%s\n",
			reason == NULL ? "" : " (in appearance: there is no account)");
	else if (json_is_true(json_object_get(ending, "asks_backup")))
		printf("result: texts nothing (%s), and asks for a backup code\n", reason);
	else if (pam == NULL)
		printf("result: texts nothing: another login from there waits for its code\n");
	else
		printf("result: %s (%s)\n", pam, reason);
	if (ctl_string(ending, "why") != NULL)
		printf("why: %s\n", ctl_string(ending, "why"));
	if (ctl_string(ending, "rule") != NULL)
		printf("rule: %s\n", ctl_string(ending, "rule"));
	if (ctl_string(ending, "says") != NULL)
		printf("the person reads: %s\n", ctl_string(ending, "says"));
	show_to_do(reason);
}

void
explain_show(const json_t *document)
{
	show_who(document);
	show_rules(document);
	show_phones(document);
	show_state(document);
	show_ending(json_object_get(document, "ending"));
}
