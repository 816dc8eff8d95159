/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl forget: removes what is kept of a user. */
#include <stdio.h>

#include "core/fault.h"
#include "core/store_admin.h"
#include "ctl/audit.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/person.h"

static void
show(const json_t *document)
{
	const char *user = json_string_value(json_object_get(document, "user"));
	long long removed = json_integer_value(json_object_get(document, "removed"));

	if (removed == 0)
		printf("Nothing was kept of %s.\n", user);
	else
		printf("What was kept of %s is removed (%lld record%s).\n", user, removed,
			removed == 1 ? "" : "s");
}

/* The user's records, then those of the numbers that his sources have for him now. */
static int
forget(struct site *site, const struct person *person, int *ret_removed, struct fault *fault)
{
	bool had = false;
	int removed = 0, result;

	/* Nobody would tell that the records of numbers not known now have stayed. */
	if (person->phones.outcome == PHONES_UNAVAILABLE)
		return fault_set(fault, FAULT_SYSTEM, "%s", person->trouble.text);
	result = store_forget_user(site->store, person->account.uid, &had, fault);
	removed += had;
	for (size_t i = 0; result == 0 && i < person->phones.count; i++) {
		had = false;
		result = store_forget_phone(site->store, &person->phones.number[i], &had, fault);
		removed += had;
	}
	*ret_removed = removed;
	return result;
}

int
forget_run(struct ctl *ctl)
{
	struct site site = SITE_NONE;
	struct person person = { .phones = { .count = 0 } };
	struct fault fault;
	int removed = 0, result, status;

	result = site_load(ctl, NULL, &site, &fault);
	if (result == 0)
		result = site_open_store(&site, &fault);
	if (result == 0)
		result = person_find(&site, ctl->operands[0], &person, &fault);
	if (result == 0)
		result = forget(&site, &person, &removed, &fault);
	/* What was removed before a fault is removed. */
	if (result == 0 || removed > 0)
		audit_change("forget", &person.account, NULL);
	if (result != 0)
		status = ctl_fail(ctl, &fault, NULL);
	else
		status = ctl_print(ctl, json_pack("{s:o, s:I, s:i}", "user",
			ctl_text(person.account.name), "uid", (json_int_t)person.account.uid,
			"removed", removed), show, CTL_DONE);
	person_wipe(&person);
	site_close(&site);
	return status;
}
