/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description.h"

#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/description_answer.h"
#include "helper/description_send.h"

const char *const description_variables[] = {
	"to", "text", "code", "ref", "validity_s", "validity_ms", "validity_min", "unicode", NULL
};

#define VARIABLES_MAX (sizeof description_variables / sizeof description_variables[0])

/* What a gateway file can set whatever its API: a description's setting must not hide it. */
static const char *const reserved[] = {
	"api", "path", "base_url", "ca_file", "proxy", "connect_timeout", "timeout", NULL
};

static bool
is_in(const char *name, const char *const names[])
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * What libconfig can read in a gateway file, and no more: a "/" or "}" in a {variable} of the URL
 * would be taken for the end of its host.
 */
static bool
is_name(const char *name)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-0123456789";

	return name[strspn(name, letters)] == '\0' && strchr("_-0123456789", name[0]) == NULL;
}

static int
read_setting(const struct conf_at *at, const struct description *description,
	struct description_setting *setting)
{
	static const char *const known[] = { "name", "required", "secret", "one_of", "default",
		NULL };
	static const struct conf_length length = { 1, 64 };
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_string(at, "name", true, length, &setting->name);
	if (rc == 0)
		rc = conf_boolean(at, "required", false, &setting->required);
	if (rc == 0)
		rc = conf_boolean(at, "secret", false, &setting->secret);
	if (rc == 0)
		rc = conf_string(at, "one_of", false, length, &setting->one_of);
	if (rc == 0)
		rc = conf_string(
			at, "default", false, (struct conf_length){ 0, 256 }, &setting->fallback);
	if (rc != 0)
		return rc;
	if (!is_name(setting->name) || is_in(setting->name, reserved) ||
		is_in(setting->name, description_variables))
		return conf_refuse(at, NULL, "a setting cannot be named \"%s\"", setting->name);
	for (const struct description_setting *other = description->settings; other < setting;
		other++) {
		if (strcmp(other->name, setting->name) == 0)
			return conf_refuse(at, NULL, "\"%s\" stands twice", setting->name);
	}
	if (setting->required + (setting->one_of != NULL) + (setting->fallback != NULL) > 1)
		return conf_refuse(at, NULL, "required, one_of and default exclude each other");
	return 0;
}

static int
read_settings(const struct conf_at *root, struct description *description)
{
	const config_setting_t *list = NULL;
	int rc;

	rc = conf_list(
		root, "settings", false, (struct conf_range){ 1, DESCRIPTION_SETTINGS_MAX }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	description->settings =
		calloc((size_t)config_setting_length(list), sizeof *description->settings);
	if (description->settings == NULL)
		return fault_set(root->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at at = { root->file,
			config_setting_get_elem(list, (unsigned int)i), "settings", root->fault };

		rc = read_setting(
			&at, description, &description->settings[description->setting_count++]);
	}
	return rc;
}

static int
read_root(const struct conf_at *root, struct description *description)
{
	static const char *const known[] = { "description", "settings", "send", "answer", NULL };
	const char *variables[DESCRIPTION_SETTINGS_MAX + VARIABLES_MAX] = { NULL };
	struct conf_at send = { root->file, NULL, "send", root->fault };
	struct conf_at answer = { root->file, NULL, "answer", root->fault };
	const char *words = NULL;
	size_t count = 0;
	int rc;

	rc = conf_known(root, known);
	if (rc == 0)
		rc = conf_string(root, "description", true, (struct conf_length){ 1, 128 }, &words);
	if (rc == 0)
		rc = read_settings(root, description);
	if (rc != 0)
		return rc;
	for (size_t i = 0; description_variables[i] != NULL; i++)
		variables[count++] = description_variables[i];
	for (size_t i = 0; i < description->setting_count; i++)
		variables[count++] = description->settings[i].name;
	rc = conf_group(root, "send", true, &send.group);
	if (rc == 0)
		rc = description_send_read(&send, variables, &description->send);
	if (rc == 0)
		rc = conf_group(root, "answer", true, &answer.group);
	if (rc == 0)
		rc = description_answer_read(&answer, &description->answer);
	return rc;
}

int
description_read(
	int fd, const char *path, struct description **ret_description, struct fault *fault)
{
	struct description *description = calloc(1, sizeof *description);
	int rc;

	if (description == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	rc = conf_file_parse(fd, path, &description->file, fault);
	if (rc == 0) {
		const struct conf_at root = { description->file, conf_file_root(description->file),
			"", fault };

		rc = read_root(&root, description);
	}
	if (rc == 0)
		*ret_description = description;
	else
		description_free(&description);
	return rc;
}

void
description_free(struct description **description)
{
	if (*description == NULL)
		return;
	description_send_free(&(*description)->send);
	description_answer_free(&(*description)->answer);
	free((*description)->settings);
	conf_file_free(&(*description)->file);
	free(*description);
	*description = NULL;
}
