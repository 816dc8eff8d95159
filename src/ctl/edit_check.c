/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/edit_check.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/words.h"
#include "ctl/check.h"
#include "ctl/ctl.h"
#include "ctl/edit_copy.h"
#include "ctl/edit_target.h"
#include "paths.h"

static void
judge_gateway(struct check *check, const struct edit_target *target, const struct edit_copy *copy)
{
	const char *name = strrchr(target->path, '/') + 1;
	char gateway[NAME_MAX + 1];

	snprintf(gateway, sizeof gateway, "%.*s", (int)(strlen(name) - strlen(".conf")), name);
	if (check_helper(check, SMSOTP_SEND))
		check_gateway(check, copy->place, gateway);
}

static void
judge_texts(struct check *check, const struct edit_copy *copy)
{
	struct words *words = NULL;
	struct fault fault;

	check_texts(check, copy->path);
	if (words_load(copy->path, &words, &fault) != 0)
		finding_add_fault(check->findings, FINDING_CONF, &fault);
	words_free(&words);
}

static void
judge(struct check *check, const struct edit_target *target, struct edit_copy copy)
{
	const struct config_source source = { .kind = CONFIG_SOURCE_LDAP, .path = copy.path };

	switch (target->kind) {
	case EDIT_CONF:
		check->path = copy.path;
		check->config = NULL;	/* that of the copy will be */
		check_look(check);
		break;
	case EDIT_GATEWAY:
		judge_gateway(check, target, &copy);
		break;
	case EDIT_PHONES:
		check_phone_file(check, copy.path);
		break;
	case EDIT_LDAP:
		if (check_helper(check, SMSOTP_LOOKUP))
			check_source(check, &source);
		break;
	case EDIT_TEXTS:
		judge_texts(check, &copy);
		break;
	}
}

/* The file's name in place of the copy's. */
static void
rename_in(json_t *finding, const char *key, const char *from, const char *to)
{
	const char *text = ctl_string(finding, key), *at = text != NULL ? strstr(text, from) : NULL;
	char changed[FAULT_TEXT_SIZE + 2 * PATH_MAX];

	if (at == NULL)
		return;
	snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to,
		at + strlen(from));
	(void)json_object_set_new(finding, key, ctl_text(changed));
}

json_t *
edit_check(const char *conf_path, const struct edit_target *target, const struct edit_copy *copy)
{
	struct findings findings = { .list = json_array() };
	struct check check = {
		.path = conf_path, .installed = conf_path, .offline = true, .findings = &findings,
		.config = target->config,
	};
	json_t *finding;
	size_t index;

	judge(&check, target, *copy);
	json_array_foreach(findings.list, index, finding) {
		rename_in(finding, "file", copy->path, target->path);
		rename_in(finding, "what", copy->path, target->path);
	}
	if (findings.list == NULL || findings.failed) {
		json_decref(findings.list);
		return NULL;
	}
	return json_pack("{s:i, s:i, s:o}", "errors", (int)findings.errors, "warnings",
		(int)findings.warnings, "findings", findings.list);
}
