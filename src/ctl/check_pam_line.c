/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: one line of a PAM service that names the module. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config.h"
#include "ctl/check.h"
#include "ctl/check_pam.h"
#include "ctl/site.h"
#include "paths.h"

static void
check_module(const struct check *check, const struct finding_place *place,
	const struct pam_entry *entry)
{
	const bool whole = entry->target[0] == '/';
	const char *path = whole ? entry->target : SMSOTP_MODULE, *why = "";
	struct stat here, installed;
	bool missing;

	if (check_root_owned(path, false, &why, &missing) != 0) {
		finding_add(check->findings, missing ? FINDING_PAM_MODULE_MISSING
			: FINDING_PAM_MODULE_RIGHTS, place, "%s %s", path, why);
		return;
	}
	if (whole && stat(path, &here) == 0 && (stat(SMSOTP_MODULE, &installed) != 0 ||
	    here.st_dev != installed.st_dev || here.st_ino != installed.st_ino))
		finding_add(check->findings, FINDING_PAM_MODULE_OTHER, place,
			"%s is another file than %s", path, SMSOTP_MODULE);
}

/* Another configuration than the one that is looked at: whether it would be read. */
static void
check_other(const struct check *check, const struct finding_place *place, const char *argument,
	const char *path)
{
	struct config *config = NULL;
	struct fault fault;

	if (access(path, F_OK) != 0)
		finding_add(check->findings, FINDING_PAM_CONF_MISSING, place,
			"\"%s\" leads to no file", argument);
	else if (strcmp(path, check->path) != 0 &&
		config_load(path, &site_defaults, NULL, &config, &fault) != 0)
		finding_add_fault(check->findings, FINDING_CONF, &fault);
	config_free(&config);
}

static void
check_arguments(const struct check *check, const struct finding_place *place,
	const struct pam_entry *entry)
{
	const char *argument = entry->arguments;

	for (size_t i = 0; i < entry->argument_count; i++) {
		const char *path = strncmp(argument, "conf=", 5) == 0 ? argument + 5 : NULL;

		if (path != NULL && path[0] == '/')
			check_other(check, place, argument, path);
		else if (strcmp(argument, "debug") != 0)
			finding_add(check->findings, FINDING_PAM_ARGUMENT, place,
				"the module does not know \"%s\"", argument);
		argument = pam_stack_argument(argument);
	}
}

void
check_pam_line(const struct check *check, const char *file, const struct pam_entry *entry)
{
	const struct finding_place place = { file, entry->line };

	if (entry->type != PAM_TYPE_AUTH) {
		finding_add(check->findings, FINDING_PAM_TYPE, &place,
			"the module stands where it has nothing to do");
		return;
	}
	if (strcasecmp(entry->control, "sufficient") == 0 ||
		strcasecmp(entry->control, "optional") == 0)
		finding_add(check->findings, FINDING_PAM_SUFFICIENT, &place,
			"\"%s\" ignores it when the module fails", entry->control);
	check_module(check, &place, entry);
	check_arguments(check, &place, entry);
}
