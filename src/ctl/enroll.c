/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl enroll: a number goes into the phone file once a code texted to it came back. */
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/person.h"
#include "ctl/phonefile.h"
#include "ctl/proof.h"
#include "ctl/site.h"
#include "ctl/texting.h"

struct enrolling {
	struct texting texting;
	struct account account;
	struct phones_edit edit;	/* its number is the text's */
	bool checks;
	enum proof proof;
	enum phones_edited edited;
	const char *decides;		/* phonefile_decides, once it is written */
	struct fault trouble;
};

/* Whatever can be known to fail does so before a text is paid for. */
static int
prepare(const struct ctl *ctl, struct site *site, struct enrolling *it, struct fault *fault)
{
	struct phones_edit look;
	int result;

	it->checks = command_option(ctl, "no-check") == NULL;
	if (it->checks && !proof_possible(ctl))
		return fault_set(fault, FAULT_SYSTEM, "there is no terminal to ask for the code "
			"on; --code-from-stdin reads it from elsewhere, --no-check does without");
	result = site_load(ctl, NULL, site, fault);
	if (result == 0)
		result = site_open_store(site, fault);
	if (result == 0)
		result = site_find_account(ctl->operands[0], &it->account, fault);
	it->texting.site = site;
	it->texting.task = WIRE_TASK_TEXT;
	it->texting.account = &it->account;
	it->texting.reason = "enroll_text";
	if (result == 0)
		result = texting_read_number(site, ctl->operands[1], &it->texting.to, fault);
	if (result == 0)
		result = texting_choose(&it->texting, NULL, fault);
	it->edit = (struct phones_edit){
		.user = it->account.name, .number = &it->texting.to,
		.change = command_option(ctl, "add") != NULL ? PHONES_ADD : PHONES_SET,
	};
	if (result == 0)
		result = phonefile_choose(ctl, site, PHONEFILE_KEPT, &it->edit.path, fault);
	if (result != 0)
		return result;
	it->edit.country_code = site->config->country_code;
	look = it->edit;
	look.look = true;
	return phones_edit(&look, &it->edited, fault);
}

static int
write_number(const struct site *site, struct enrolling *it, struct fault *fault)
{
	char detail[64];
	int result = phones_edit(&it->edit, &it->edited, fault);

	if (result != 0)
		return result;
	snprintf(detail, sizeof detail, "%s, %s", phonefile_change_name(it->edited),
		it->checks ? "a code came back" : "not checked");
	phonefile_log("enroll", &it->account, &it->edit, detail);
	it->decides = phonefile_decides(site, it->account.name, it->edit.number, &it->trouble);
	return 0;
}

static json_t *
describe(const struct ctl *ctl, const struct enrolling *it)
{
	const bool done = it->proof == PROOF_RIGHT;
	const char *trouble = it->trouble.text[0] != '\0' ? it->trouble.text : NULL;

	return json_pack("{s:o, s:o, s:o, s:b, s:s?, s:s?, s:b, s:o, s:s?, s:o}",
		"user", ctl_text(it->account.name), "number", person_number(ctl, &it->texting.to),
		"file", ctl_text(it->edit.path), "enrolled", done, "why", proof_name(it->proof),
		"change", done ? phonefile_change_name(it->edited) : NULL,
		"checked", done && it->checks, "attempts", texting_attempts(&it->texting),
		"other_source", it->decides, "trouble", ctl_text(trouble));
}

static const char *
reason(const char *why)
{
	if (strcmp(why, "not_sent") == 0)
		return "no gateway took the text";
	if (strcmp(why, "wrong_code") == 0)
		return "three answers were not the code";
	if (strcmp(why, "expired_code") == 0)
		return "the code came too late";
	return "no answer came";
}

static void
show(const json_t *document)
{
	const char *user = ctl_string(document, "user"), *why = ctl_string(document, "why");
	const char *other = ctl_string(document, "other_source");

	if (why != NULL) {
		texting_show_attempts(json_object_get(document, "attempts"));
		printf("%s is not enrolled: %s. Nothing was changed.\n", user, reason(why));
		return;
	}
	printf("%s has %s in %s%s%s.\n", user, ctl_string(document, "number"),
		ctl_string(document, "file"),
		strcmp(ctl_string(document, "change"), "unchanged") == 0 ? ", as before" : "",
		json_is_true(json_object_get(document, "checked")) ? "" : " (not checked)");
	phonefile_show_trouble(document);
	if (other == NULL)
		return;
	if (other[0] != '\0')
		printf("Logins use another number: source \"%s\" knows %s first.\n", other, user);
	else
		puts("No source of the configuration has it: logins do not use it.");
}

int
enroll_run(struct ctl *ctl)
{
	struct enrolling it = { .proof = PROOF_RIGHT, .trouble = { .text = "" } };
	struct site site = SITE_NONE;
	struct fault fault;
	int result, status;

	result = prepare(ctl, &site, &it, &fault);
	if (result == 0 && it.checks)
		result = proof_ask(&it.texting, &it.proof, &fault);
	if (result == 0 && it.proof == PROOF_RIGHT)
		result = write_number(&site, &it, &fault);
	else if (result == 0)
		phonefile_log("enroll_failed", &it.account, &it.edit, proof_name(it.proof));
	if (result != 0)
		status = ctl_fail(ctl, &fault, phonefile_advice(&it.edit, &fault));
	else
		status = ctl_print(ctl, describe(ctl, &it), show,
			it.proof == PROOF_RIGHT ? CTL_DONE : CTL_FOUND);
	texting_wipe(&it.texting);
	site_close(&site);
	return status;
}
