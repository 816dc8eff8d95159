/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotp.conf: phones. The numbers are not read here: one user's bad number must not lock out the
 * others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/fault.h"

#define CONFIG_PHONES_USERS_MAX 100000	/* more than 1 MiB can hold */
#define CONFIG_PHONES_NAME_SIZE 48
#define CONFIG_PHONES_TIMEOUT_MS 5000
#define CONFIG_PHONES_TIMEOUT_LEAST_MS 500
#define CONFIG_PHONES_TIMEOUT_MOST_MS 10000

/* By kind. */
static const char *const config_phones_kinds[] = {
	[CONFIG_SOURCE_LIST] = "list", [CONFIG_SOURCE_FILE] = "file",
	[CONFIG_SOURCE_LDAP] = "ldap", [CONFIG_SOURCE_COMMAND] = "command", NULL
};

const char *
config_source_name(enum config_source_kind kind)
{
	return config_phones_kinds[kind];
}

static int
config_phones_compare(const void *a, const void *b)
{
	const struct config_user *const *left = a, *const *right = b;
	int order = strcmp((*left)->name, (*right)->name);

	/* They point into one array: of two with one name, the later in the file comes second. */
	return order != 0 ? order : (*left > *right) - (*left < *right);
}

/* The same name twice: which number was meant? */
static int
config_phones_unique(const struct conf_at *at, const config_setting_t *list,
	const struct config_source *source)
{
	const struct config_user **sorted = calloc(source->user_count, sizeof *sorted);
	int status = 0;

	if (sorted == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (size_t i = 0; i < source->user_count; i++)
		sorted[i] = &source->users[i];
	qsort(sorted, source->user_count, sizeof *sorted, config_phones_compare);
	for (size_t i = 1; status == 0 && i < source->user_count; i++) {
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
			size_t index = (size_t)(sorted[i] - source->users);

			status = conf_refuse(at, config_setting_get_elem(list, (unsigned int)index),
				"user \"%s\" is listed twice", sorted[i]->name);
		}
	}
	free(sorted);
	return status;
}

static int
config_phones_user(const struct conf_at *source, const config_setting_t *group,
	struct config_user *ret_user)
{
	static const char *const known[] = { "name", "phone", NULL };
	const struct conf_length name = { 1, CONFIG_NAME_MAX }, phone = { 1, CONFIG_PHONE_MAX };
	char path[CONFIG_PHONES_NAME_SIZE];
	struct conf_at at = {
		.file = source->file, .group = group, .name = path, .fault = source->fault
	};
	int status;

	snprintf(path, sizeof path, "%s.users[%d]", source->name, config_setting_index(group));
	status = conf_known(&at, known);
	if (status == 0)
		status = conf_string(&at, "name", true, name, &ret_user->name);
	if (status == 0 && !config_name_valid(ret_user->name)) {
		return conf_refuse(&at, config_setting_get_member(group, "name"),
			"not the name of a user");
	}
	if (status == 0)
		status = conf_string(&at, "phone", true, phone, &ret_user->phone);
	return status;
}

static int
config_phones_list(const struct conf_at *at, struct config_source *source)
{
	static const char *const known[] = { "source", "users", NULL };
	const struct conf_range count = { 1, CONFIG_PHONES_USERS_MAX };
	const config_setting_t *list = NULL;
	size_t n;
	int status;

	status = conf_known(at, known);
	if (status == 0)
		status = conf_list(at, "users", true, count, &list);
	if (status != 0)
		return status;
	n = (size_t)config_setting_length(list);
	source->users = calloc(n, sizeof *source->users);
	if (source->users == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	source->user_count = n;
	for (size_t i = 0; status == 0 && i < n; i++) {
		status = config_phones_user(at, config_setting_get_elem(list, (unsigned int)i),
			&source->users[i]);
	}
	if (status == 0)
		status = config_phones_unique(at, list, source);
	return status;
}

static int
config_phones_file(const struct conf_at *at, const char *directory, char **ret_path)
{
	static const char *const known[] = { "source", "path", NULL };
	int status = conf_known(at, known);

	return status != 0 ? status : config_path_read(at, "path", true, directory, ret_path);
}

static int
config_phones_ldap(const struct conf_at *at, const char *directory, char **ret_path)
{
	static const char *const known[] = { "source", "config", NULL };
	int status = conf_known(at, known);

	return status != 0 ? status : config_path_read(at, "config", true, directory, ret_path);
}

static int
config_phones_command(const struct conf_at *at, struct config_source *source)
{
	static const char *const known[] = { "source", "path", "timeout", NULL };
	const struct conf_range timeout = { CONFIG_PHONES_TIMEOUT_LEAST_MS,
		CONFIG_PHONES_TIMEOUT_MOST_MS };
	int status = conf_known(at, known);

	source->timeout_ms = CONFIG_PHONES_TIMEOUT_MS;
	if (status == 0)
		status = conf_seconds(at, "timeout", false, timeout, &source->timeout_ms);
	if (status == 0)
		status = config_path_read(at, "path", true, NULL, &source->path);
	return status;
}

static int
config_phones_source(const struct conf_at *root, const config_setting_t *group,
	struct config *config)
{
	struct config_source *source = &config->sources[config->source_count];
	char name[CONFIG_PHONES_NAME_SIZE];
	struct conf_at at = {
		.file = root->file, .group = group, .name = name, .fault = root->fault
	};
	unsigned int kind = 0;
	int status;

	snprintf(name, sizeof name, "phones[%zu]", config->source_count);
	/* Counted before it is filled: config_free frees what it already has. */
	config->source_count++;
	status = conf_choice(&at, "source", true, config_phones_kinds, &kind);
	if (status != 0)
		return status;
	source->kind = (enum config_source_kind)kind;
	switch (source->kind) {
	case CONFIG_SOURCE_LIST:
		return config_phones_list(&at, source);
	case CONFIG_SOURCE_FILE:
		return config_phones_file(&at, config->directory, &source->path);
	case CONFIG_SOURCE_LDAP:
		return config_phones_ldap(&at, config->directory, &source->path);
	case CONFIG_SOURCE_COMMAND:
		break;
	}
	return config_phones_command(&at, source);
}

int
config_phones_read(const struct conf_at *root, struct config *config)
{
	const struct conf_range count = { 1, CONFIG_SOURCES_MAX };
	const config_setting_t *list = NULL;
	int n, status;

	status = conf_list(root, "phones", true, count, &list);
	if (status != 0)
		return status;
	n = config_setting_length(list);
	for (int i = 0; status == 0 && i < n; i++)
		status = config_phones_source(root, config_setting_get_elem(list, (unsigned int)i),
			config);
	return status;
}
