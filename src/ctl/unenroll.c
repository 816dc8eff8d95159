/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl unenroll: a user, or one of his numbers, goes out of the phone file. */
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/person.h"
#include "ctl/phonefile.h"
#include "ctl/site.h"

/* A number that is to go need not be allowed any more, nor the account exist. */
static int
prepare(const struct ctl *ctl, struct site *site, struct account *account, struct e164 *number,
	struct phones_edit *edit, struct fault *fault)
{
	int result = site_load(ctl, NULL, site, fault), error = 0;

	if (result == 0)
		result = account_find(ctl->operands[0], account, fault);
	if (result == 0)
		result = phonefile_choose(ctl, site, PHONEFILE_KEPT, &edit->path, fault);
	if (result != 0)
		return result;
	edit->user = ctl->operands[0];
	edit->change = PHONES_REMOVE;
	edit->country_code = site->config->country_code;
	if (ctl->operand_count > 1) {
		error = e164_parse(ctl->operands[1], edit->country_code, number);
		edit->number = number;
		edit->change = PHONES_REMOVE_NUMBER;
	}
	return error == 0 ? 0 : fault_set(fault, FAULT_SYSTEM, "that is no telephone number: %s",
		e164_strerror(error));
}

static void
show(const json_t *document)
{
	const char *user = json_string_value(json_object_get(document, "user"));
	const char *file = json_string_value(json_object_get(document, "file"));
	const char *change = json_string_value(json_object_get(document, "change"));
	const char *number = json_string_value(json_object_get(document, "number"));
	const char *other = json_string_value(json_object_get(document, "other_source"));

	if (strcmp(change, "unchanged") == 0)
		printf("%s does not have %s%s%s.\n", file, user, number != NULL ? " with " : "",
			number != NULL ? number : "");
	else if (strcmp(change, "removed") == 0)
		printf("%s is no longer in %s.\n", user, file);
	else
		printf("%s no longer has %s in %s.\n", user, number, file);
	phonefile_show_trouble(document);
	if (other != NULL && other[0] != '\0')
		printf("Source \"%s\" has a phone for %s.\n", other, user);
}

int
unenroll_run(struct ctl *ctl)
{
	struct site site = SITE_NONE;
	struct account account = { .known = false };
	struct e164 number = { .text = "" };
	struct phones_edit edit = { .number = NULL };
	enum phones_edited edited = PHONES_UNCHANGED;
	struct fault fault, trouble = { .text = "" };
	const char *other = NULL;
	int result, status;

	result = prepare(ctl, &site, &account, &number, &edit, &fault);
	if (result == 0)
		result = phones_edit(&edit, &edited, &fault);
	if (result != 0) {
		status = ctl_fail(ctl, &fault, phonefile_advice(&edit, &fault));
	} else {
		/* With other numbers left it is this very file that still knows him. */
		const bool gone = edited == PHONES_REMOVED || edit.change == PHONES_REMOVE;

		if (edited != PHONES_UNCHANGED)
			phonefile_log("unenroll", &account, &edit, phonefile_change_name(edited));
		if (gone)
			other = phonefile_decides(&site, edit.user, NULL, &trouble);
		status = ctl_print(ctl, json_pack("{s:o, s:o?, s:o, s:s, s:s?, s:o}", "user",
			ctl_text(edit.user), "number",
			edit.number != NULL ? person_number(ctl, &number) : NULL, "file",
			ctl_text(edit.path), "change", phonefile_change_name(edited),
			"other_source", other, "trouble",
			ctl_text(trouble.text[0] != '\0' ? trouble.text : NULL)), show,
			edited != PHONES_UNCHANGED ? CTL_DONE : CTL_FOUND);
	}
	e164_wipe(&number);
	site_close(&site);
	return status;
}
