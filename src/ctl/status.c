/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl status: how things stand for one user, or for all who have trouble. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "core/ending.h"
#include "core/fault.h"
#include "core/store_admin.h"
#include "core/words.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/person.h"

static json_t *
sent(const struct store_sent *sent)
{
	return json_pack("{s:i, s:i, s:I}", "today", (int)sent->today, "not_entered",
		(int)sent->open, "next_in_s", ctl_seconds(sent->wait_ms));
}

static json_t *
standing(const struct store_view *view)
{
	return json_pack("{s:s, s:I, s:i, s:i, s:o, s:o, s:i, s:i, s:I}",
		"standing", ctl_standing_name(view->status.standing),
		"locked_for_s", ctl_seconds(view->status.locked_for_ms),
		"failures", (int)view->status.failures,
		"failures_since_lockout", (int)view->status.round_failures,
		"texts", sent(&view->texts), "calls", sent(&view->calls),
		"live_codes", (int)view->live_codes, "backup_codes", (int)view->backup_codes,
		"backup_expire_in_s", ctl_seconds(view->backup_expires_in_ms));
}

static json_t *
phone(const struct ctl *ctl, struct site *site, const struct e164 *number, struct fault *fault)
{
	struct store_view view;

	if (store_view_phone(site->store, number, &view, fault) != 0)
		return NULL;
	return json_pack("{s:o, s:o, s:o}", "number", person_number(ctl, number),
		"texts", sent(&view.texts), "calls", sent(&view.calls));
}

/* Why there is no number where a source has something to say; NULL: there is, or none has. */
static const char *
why_none(const struct person *person)
{
	switch (person->phones.outcome) {
	case PHONES_FOUND:
	case PHONES_NONE:
		return NULL;
	case PHONES_UNAVAILABLE:
		return person->trouble.text;
	default:
		break;
	}
	return ending_reason(ending_of_phones(person->phones.outcome, &person->trouble));
}

/* NULL with *fault filled, or without memory. */
static json_t *
describe(const struct ctl *ctl, struct site *site, const struct person *person,
	struct fault *fault)
{
	struct store_view view;
	json_t *document, *numbers;

	if (store_view_user(site->store, person->account.uid, &view, fault) != 0)
		return NULL;
	(void)fault_set(fault, FAULT_MEMORY, "out of memory");
	document = standing(&view);
	numbers = json_array();
	for (size_t i = 0; i < person->phones.count; i++) {
		json_t *one = phone(ctl, site, &person->phones.number[i], fault);

		if (one == NULL || json_array_append_new(numbers, one) != 0) {
			json_decref(numbers);
			json_decref(document);
			return NULL;
		}
	}
	return json_pack("{s:o, s:I, s:o, s:s?, s:o, s:o}", "user", ctl_text(person->account.name),
		"uid", (json_int_t)person->account.uid, "state", document, "source",
		person->phones.source, "phones", numbers, "why", ctl_text(why_none(person)));
}

/* --- for people ----------------------------------------------------------- */

static void
show_sent(const json_t *object, const char *what, const char *key)
{
	const json_t *sent = json_object_get(object, key);
	char wait[WORDS_PART_SIZE];

	printf("  %s: %lld in the last day; %lld in the window of the budget whose code was not "
		"entered", what,
		ctl_number(sent, "today"), ctl_number(sent, "not_entered"));
	if (ctl_number(sent, "next_in_s") > 0) {
		words_duration(NULL, ctl_number(sent, "next_in_s") * 1000, wait);
		printf("; the next one in %s", wait);
	}
	putchar('\n');
}

static void
show_standing(const json_t *state)
{
	const char *name = ctl_string(state, "standing");
	char wait[WORDS_PART_SIZE];

	words_duration(NULL, ctl_number(state, "locked_for_s") * 1000, wait);
	if (strcmp(name, "locked") == 0)
		printf("locked for %s", wait);
	else if (strcmp(name, "disabled") == 0)
		printf("disabled until an administrator unlocks");
	else
		printf("not locked");
	printf(", %lld wrong codes in a row\n", ctl_number(state, "failures"));
}

static void
show_backup_codes(const json_t *state)
{
	const long long left = ctl_number(state, "backup_codes");
	char wait[WORDS_PART_SIZE];

	if (left == 0)
		return;
	printf("  backup codes: %lld left", left);
	if (ctl_number(state, "backup_expire_in_s") > 0) {
		words_duration(NULL, ctl_number(state, "backup_expire_in_s") * 1000, wait);
		printf(", for %s", wait);
	}
	putchar('\n');
}

static void
show_user(const json_t *document)
{
	const json_t *state = json_object_get(document, "state"), *phone;
	const char *why = ctl_string(document, "why");
	size_t index;

	printf("%s (uid %lld): ", ctl_string(document, "user"), ctl_number(document, "uid"));
	show_standing(state);
	show_sent(state, "texts", "texts");
	show_sent(state, "calls", "calls");
	show_backup_codes(state);
	json_array_foreach(json_object_get(document, "phones"), index, phone) {
		printf("%s (from %s)\n", ctl_string(phone, "number"),
			ctl_string(document, "source"));
		show_sent(phone, "texts", "texts");
		show_sent(phone, "calls", "calls");
	}
	if (index == 0)
		printf("  no phone%s%s\n", why != NULL ? ": " : "", why != NULL ? why : "");
}

static int
status_user(struct ctl *ctl, struct site *site, struct fault *fault)
{
	struct person person;
	json_t *document;
	int result = person_find(site, ctl->operands[0], &person, fault);

	if (result != 0)
		return ctl_fail(ctl, fault, NULL);
	document = describe(ctl, site, &person, fault);
	person_wipe(&person);
	if (document == NULL)
		return ctl_fail(ctl, fault, NULL);
	return ctl_print(ctl, document, show_user, CTL_DONE);
}

/* --- all who have trouble ------------------------------------------------- */

struct gathering {
	struct site *site;
	json_t *users;
	unsigned long records;
	struct fault *fault;
};

static int
gather(void *data, uid_t uid)
{
	struct gathering *gathering = data;
	const struct passwd *entry;
	struct store_view view;
	json_t *one;
	int result = store_view_user(gathering->site->store, uid, &view, gathering->fault);

	if (result != 0)
		return result;
	gathering->records++;
	if (view.status.standing == STORE_FREE && view.status.failures == 0)
		return 0;
	entry = getpwuid(uid);
	one = json_pack("{s:o, s:I, s:o}", "user", ctl_text(entry != NULL ? entry->pw_name : NULL),
		"uid", (json_int_t)uid, "state", standing(&view));
	if (one == NULL || json_array_append_new(gathering->users, one) != 0)
		return fault_set(gathering->fault, FAULT_MEMORY, "out of memory");
	return 0;
}

static void
show_all(const json_t *document)
{
	const json_t *user;
	size_t index;

	json_array_foreach(json_object_get(document, "users"), index, user) {
		const char *name = ctl_string(user, "user");

		printf("%s (uid %lld): ", name != NULL ? name : "-", ctl_number(user, "uid"));
		show_standing(json_object_get(user, "state"));
	}
	printf("%lld users have records; %zu of them have entered wrong codes lately.\n",
		ctl_number(document, "records"), index);
}

static int
status_all(struct ctl *ctl, struct site *site, struct fault *fault)
{
	struct gathering gathering = {
		.site = site, .users = json_array(), .fault = fault,
	};

	if (store_each_user(site->store, gather, &gathering, fault) != 0) {
		json_decref(gathering.users);
		return ctl_fail(ctl, fault, NULL);
	}
	return ctl_print(ctl, json_pack("{s:I, s:o}", "records",
		(json_int_t)gathering.records, "users", gathering.users), show_all, CTL_DONE);
}

int
status_run(struct ctl *ctl)
{
	struct site site = SITE_NONE;
	struct fault fault;
	int status;

	if (site_load(ctl, NULL, &site, &fault) != 0 || site_open_store(&site, &fault) != 0)
		status = ctl_fail(ctl, &fault, NULL);
	else if (ctl->operand_count > 0)
		status = status_user(ctl, &site, &fault);
	else
		status = status_all(ctl, &site, &fault);
	site_close(&site);
	return status;
}
