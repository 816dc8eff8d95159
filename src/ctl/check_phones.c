/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: the numbers of lists and files, and what of allowed_prefixes they need. */
#include "ctl/check.h"

#include <libconfig.h>
#include <sodium.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/phones_each.h"
#include "core/phones_reader.h"
#include "paths.h"
#include "wire/lookup.h"

struct numbers {
	const struct check *check;
	bool used[E164_PREFIXES_MAX];
	size_t count;
};

static void
visit(void *data, const struct phones_entry *entry)
{
	struct numbers *numbers = data;
	const struct config *config = numbers->check->config;
	const struct finding_place place = { entry->file, entry->line };
	struct e164 number;
	const int error = e164_parse(entry->number, config->country_code, &number);
	int index;

	if (error != 0) {
		finding_add(numbers->check->findings, FINDING_PHONE_NUMBER, &place,
			"a number of %s: %s", entry->user, e164_strerror(error));
		return;
	}
	numbers->count++;
	index = e164_deciding(&number, (const char *const *)config->allowed_prefixes,
		config->allowed_prefix_count);
	if (index >= 0)
		numbers->used[index] = true;
	e164_wipe(&number);
}

/* numbers is NULL where those that there are do not tell what is needed. */
static void
judge_prefixes(const struct check *check, const config_setting_t *setting,
	const struct numbers *numbers)
{
	for (int i = 0; i < config_setting_length(setting); i++) {
		const char *prefix = config_setting_get_string_elem(setting, i);
		const struct finding_place place = { check->path, config_setting_source_line(
			config_setting_get_elem(setting, (unsigned int)i)) };

		if (strcmp(prefix, "+") == 0)
			finding_add(check->findings, FINDING_PREFIX_ALL, &place,
				"\"allowed_prefixes\" has \"+\": every country may be texted");
		else if (prefix[0] != '!' && numbers != NULL && numbers->count > 0 &&
			!numbers->used[i])
			finding_add(check->findings, FINDING_PREFIX_UNUSED, &place,
				"\"%s\" is allowed, and no phone needs it", prefix);
	}
}

/* "KIND: FILE:LINE: what" of what is wrong in its file, else "KIND FILE: what". */
static void
say_source(const struct check *check, const struct config_source *source, const struct fault *fault)
{
	const struct finding_place place = { .file = source->path };
	const char *file = strstr(fault->text, ": ");
	struct fault inner;

	if (file != NULL && strncmp(file + 2, source->path, strlen(source->path)) == 0) {
		(void)fault_set(&inner, fault->kind, "%s", file + 2);
		finding_add_fault(check->findings, FINDING_PHONE_SOURCE, &inner);
	} else {
		finding_add(check->findings, FINDING_PHONE_SOURCE, &place, "%s", fault->text);
	}
}

/* Through the helper: any answer shows that it can be asked. */
void
check_source(const struct check *check, const struct config_source *source)
{
	char line[PHONES_LINE_SIZE] = "";
	struct fault fault;
	bool found = false, missing, right;
	const char *why;

	if (source->kind == CONFIG_SOURCE_LDAP && !check_secret_file(check, source->path))
		return;
	/* Said by check_files; nothing of others' making is started. */
	if (check_root_owned(SMSOTP_LOOKUP, true, &why, &missing) != 0)
		return;
	right = check->offline ? lookup_check(SMSOTP_LOOKUP, source, &fault) == 0
		: lookup_ask(SMSOTP_LOOKUP, source, "root", &found, line, &fault) == 0;
	if (!right)
		say_source(check, source, &fault);
	sodium_memzero(line, sizeof line);
}

/* Of what a service has in their place it cannot be told whose logins need it. */
static void
judge_services(const struct check *check, const config_setting_t *services)
{
	for (int i = 0; i < config_setting_length(services); i++) {
		const config_setting_t *setting = config_setting_get_member(
			config_setting_get_elem(services, (unsigned int)i), "allowed_prefixes");

		if (setting != NULL)
			judge_prefixes(check, setting, NULL);
	}
}

void
check_phones(const struct check *check)
{
	struct numbers numbers = { .check = check };
	const struct config *config = check->config;
	const config_setting_t *root = conf_file_root(config->file);
	const config_setting_t *setting = config_setting_get_member(root, "allowed_prefixes");
	const config_setting_t *services = config_setting_get_member(root, "services");
	struct fault fault;
	bool readable = true, whole = true;

	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *source = &config->sources[i];

		switch (source->kind) {
		case CONFIG_SOURCE_LIST:
			break;
		case CONFIG_SOURCE_FILE:
			readable = check_secret_file(check, source->path) && readable;
			break;
		case CONFIG_SOURCE_LDAP:
		case CONFIG_SOURCE_COMMAND:
			whole = false;
			check_source(check, source);
			break;
		}
	}
	if (phones_each(config, visit, &numbers, &fault) != 0) {
		whole = false;
		/* What cannot be read has been said. */
		if (readable)
			finding_add_fault(check->findings, FINDING_PHONE_SOURCE, &fault);
	}
	if (setting != NULL)
		judge_prefixes(check, setting, whole ? &numbers : NULL);
	if (services != NULL)
		judge_services(check, services);
}

void
check_phone_file(const struct check *check, const char *path)
{
	struct numbers numbers = { .check = check };
	struct phones_reader reader = PHONES_READER_NONE;
	struct fault fault;
	int result = phones_reader_open(path, &reader, &fault);

	if (result == 0)
		result = phones_each_read(&reader, visit, &numbers, &fault);
	if (result != 0)
		finding_add_fault(check->findings, FINDING_PHONE_SOURCE, &fault);
	phones_reader_close(&reader);
}
