/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/phonefile.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "core/e164.h"
#include "core/fault.h"
#include "core/log_line.h"
#include "core/phones_made.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/ctl.h"
#include "ctl/person.h"
#include "ctl/site.h"

int
phonefile_choose(const struct ctl *ctl, const struct site *site, enum phonefile_keeping keeping,
	const char **ret_path, struct fault *fault)
{
	const struct config *config = site->config;
	const char *path = command_option(ctl, "file");

	for (size_t i = 0; path == NULL && i < config->source_count; i++) {
		const struct config_source *source = &config->sources[i];

		if (source->kind == CONFIG_SOURCE_FILE &&
		    (keeping == PHONEFILE_PULLED || !phones_made_is(source->path)))
			path = source->path;
	}
	if (path == NULL)
		return fault_set(fault, FAULT_SYSTEM, "no source of %s is a file%s; --file names "
			"one that is to be changed all the same", ctl->conf_path,
			keeping == PHONEFILE_PULLED ? "" : " that people keep");
	if (path[0] != '/')
		return fault_set(fault, FAULT_SYSTEM, "%s: must be an absolute path", path);
	*ret_path = path;
	return 0;
}

void
phonefile_log(const char *reason, const struct account *account, const struct phones_edit *edit,
	const char *detail)
{
	struct log_line line = {
		.event = "admin", .reason = reason, .source = edit->path, .ms = -1,
		.detail = detail,
	};
	struct e164_masked phone;

	if (edit->number != NULL) {
		e164_mask_log(edit->number, &phone);
		line.phone = &phone;
	}
	audit_line(LOG_NOTICE, &line, account);
}

const char *
phonefile_change_name(enum phones_edited edited)
{
	switch (edited) {
	case PHONES_UNCHANGED: return "unchanged";
	case PHONES_NEW: return "new";
	case PHONES_CHANGED: return "changed";
	case PHONES_REMOVED: return "removed";
	}
	return "unknown";
}

const char *
phonefile_decides(const struct site *site, const char *user, const struct e164 *number,
	struct fault *trouble)
{
	struct account account;
	struct person person;
	const char *decides = "";
	bool same = false;

	trouble->text[0] = '\0';
	if (account_find(user, &account, trouble) != 0)
		return NULL;
	/* An account that is gone has no phones that anybody would ask for. */
	if (!account.known)
		return "";
	if (person_find(site, user, &person, trouble) != 0)
		return NULL;
	*trouble = person.trouble;
	if (person.phones.outcome == PHONES_UNAVAILABLE)
		decides = NULL;
	else if (person.phones.source != NULL)
		decides = person.phones.source;
	for (size_t i = 0; number != NULL && i < person.phones.count; i++)
		same = same || strcmp(person.phones.number[i].text, number->text) == 0;
	person_wipe(&person);
	return same ? NULL : decides;
}

void
phonefile_show_trouble(const json_t *document)
{
	const char *trouble = ctl_string(document, "trouble");

	if (trouble != NULL)
		printf("Whether logins use another number cannot be told: %s\n", trouble);
}

const char *
phonefile_advice(const struct phones_edit *edit, const struct fault *fault)
{
	if (edit->path == NULL || strncmp(fault->text, edit->path, strlen(edit->path)) != 0)
		return NULL;
	if (fault->kind == FAULT_CONFIG)
		return "Nothing was changed. Phone files are made by \"install -m 600 /dev/null "
			"FILE\".";
	if (fault->kind == FAULT_STATE)
		return "The phone file is as it was, or whole with the change.";
	return NULL;
}
