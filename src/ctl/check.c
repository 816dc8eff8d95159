/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: what is configured wrongly on this host, where, and what to do about it. */
#include "ctl/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"

const struct command_option check_options[] = {
	{ "offline", NULL, "connects to no gateway and asks no directory" },
	{ "pam-dir", "DIR", "another directory of PAM services than " CHECK_PAM_DIR },
	{ "sshd-config", "FILE", "another configuration of sshd than its own" },
	{ "sudoers", "FILE", "another sudoers than the system's" },
	{ "list", NULL, "lists what can be found, and looks at nothing" },
	{ NULL, NULL, NULL }
};

static void
show(const json_t *document)
{
	finding_show(stdout, document);
	if (ctl_number(document, "errors") == 0 && ctl_number(document, "warnings") == 0)
		puts("Nothing is wrong.");
}

static void
show_kinds(const json_t *document)
{
	const json_t *kind;
	size_t index;

	json_array_foreach(json_object_get(document, "kinds"), index, kind) {
		printf("%-8s %s\n", json_string_value(json_object_get(kind, "severity")),
			json_string_value(json_object_get(kind, "id")));
	}
}

static int
list_kinds(const struct ctl *ctl)
{
	json_t *kinds = json_array();

	for (size_t i = 0; i < FINDING_COUNT; i++) {
		const struct finding_kind *kind = &finding_kinds[i];

		ctl_append(&kinds, json_pack("{s:s, s:s, s:s}", "severity",
			kind->severity == FINDING_ERROR ? "error" : "warning", "id", kind->id,
			"advice", kind->advice));
	}
	return ctl_print(ctl, json_pack("{s:o}", "kinds", kinds), show_kinds, CTL_DONE);
}

bool
check_in_place(const struct check *check)
{
	return strcmp(check->path, check->installed) == 0;
}

void
check_look(struct check *check)
{
	check_conf(check);
	if (check->config != NULL) {
		check_message(check);
		check_phones(check);
		check_exempt(check);
		check_gateways(check);
	}
	/* A file before it is installed says nothing of the host, nor the host of it. */
	if (check_in_place(check)) {
		check_files(check);
		check_pam(check);
		if (check->sshd_asks)
			check_sshd(check);
		if (check->sudo_asks)
			check_sudo(check);
	}
	config_free(&check->config);
}

static int
report(const struct ctl *ctl, const struct findings *findings)
{
	int status = CTL_DONE;

	if (findings->errors > 0)
		status = CTL_FAILED;
	else if (findings->warnings > 0)
		status = CTL_FOUND;
	if (findings->failed) {
		json_decref(findings->list);
		return ctl_print(ctl, NULL, show, CTL_FAILED);
	}
	return ctl_print(ctl, json_pack("{s:i, s:i, s:o}", "errors", (int)findings->errors,
		"warnings", (int)findings->warnings, "findings", findings->list), show, status);
}

int
check_run(struct ctl *ctl)
{
	struct findings findings = { .list = NULL };
	struct check check = {
		.path = ctl->conf_path, .installed = ctl->conf_path,
		.offline = command_option(ctl, "offline") != NULL,
		.pam_dir = command_option(ctl, "pam-dir"),
		.sshd_config = command_option(ctl, "sshd-config"),
		.sudoers = command_option(ctl, "sudoers"),
		.findings = &findings,
	};
	struct fault fault;
	char *candidate = NULL;

	if (command_option(ctl, "list") != NULL)
		return list_kinds(ctl);
	if (ctl->operand_count > 0) {
		candidate = realpath(ctl->operands[0], NULL);
		if (candidate == NULL) {
			(void)fault_set(&fault, FAULT_CONFIG, "%s: cannot be found",
				ctl->operands[0]);
			return ctl_fail(ctl, &fault, "Name the file that shall be checked.");
		}
		check.path = candidate;
	}
	findings.list = json_array();
	if (findings.list == NULL)
		findings.failed = true;
	else
		check_look(&check);
	free(candidate);
	return report(ctl, &findings);
}
