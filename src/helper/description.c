/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "helper/description_answer.h"
#include "helper/description_send.h"
#include "helper/variables.h"

/* What a gateway file can set whatever its API: a description's setting must not hide it. */
static const char *const reserved[] = {
	"api", "path", "base_url", "ca_file", "proxy", "connect_timeout", "timeout", "prefixes",
	"message", "from_by_prefix", "validity", "price", "voice", "language", "voice_message",
	"spool", "program", "writable", "number", NULL
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
read_setting_keys(const struct conf_at *at, struct description_setting *setting)
{
	static const char *const known[] = { "name", "required", "required_for", "secret",
		"sender", "one_of", "default", NULL };
	static const char *const tasks[] = { "voice", NULL };
	static const struct conf_length length = { 1, 64 };
	unsigned int task = 0;
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_string(at, "name", true, length, &setting->name);
	if (rc == 0)
		rc = conf_boolean(at, "required", false, &setting->required);
	if (rc == 0)
		rc = conf_choice(at, "required_for", false, tasks, &task);
	if (rc == 0)
		rc = conf_boolean(at, "secret", false, &setting->secret);
	if (rc == 0)
		rc = conf_boolean(at, "sender", false, &setting->sender);
	if (rc == 0)
		rc = conf_string(at, "one_of", false, length, &setting->one_of);
	if (rc == 0)
		rc = conf_string(
			at, "default", false, (struct conf_length){ 0, 256 }, &setting->fallback);
	setting->for_voice = conf_setting(at, "required_for") != NULL;
	return rc;
}

static int
read_setting(const struct conf_at *at, const struct description *description,
	struct description_setting *setting)
{
	int rc = read_setting_keys(at, setting);

	if (rc != 0)
		return rc;
	if (!is_name(setting->name) || is_in(setting->name, reserved) ||
		variables_has(setting->name))
		return conf_refuse(at, NULL, "a setting cannot be named \"%s\"", setting->name);
	for (const struct description_setting *other = description->settings; other < setting;
		other++) {
		if (strcmp(other->name, setting->name) == 0)
			return conf_refuse(at, NULL, "\"%s\" stands twice", setting->name);
		if (other->sender && setting->sender)
			return conf_refuse(at, NULL, "there is a \"sender\" already");
	}
	if (setting->required + setting->for_voice + (setting->one_of != NULL) +
			(setting->fallback != NULL) > 1)
		return conf_refuse(at, NULL,
			"required, required_for, one_of and default exclude each other");
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
		const struct conf_at at = {
			.file = root->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = "settings",
			.fault = root->fault,
		};

		rc = read_setting(
			&at, description, &description->settings[description->setting_count++]);
	}
	return rc;
}

/* The variables of a call for task, NULL-terminated. */
static void
list_variables(const struct description *description, enum wire_task task,
	const char *ret_names[static DESCRIPTION_SETTINGS_MAX + VARIABLES_MAX + 1])
{
	size_t count = variables_names(task, ret_names);

	for (size_t i = 0; i < description->setting_count; i++)
		ret_names[count++] = description->settings[i].name;
	ret_names[count] = NULL;
}

/* What a file, a program or a mail server answers needs no description. */
static int
read_no_answer(const struct conf_at *send, const struct conf_at *at, enum wire_task task)
{
	static const char *const others[] = { "answer", "voice", "status" };

	if (task != WIRE_TASK_TEXT)
		return conf_refuse(send, conf_setting(send, "transport"),
			"only texts have another than \"http\"");
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		const config_setting_t *other = conf_setting(at, others[i]);

		if (other != NULL)
			return conf_refuse(at, other, "is for the transport \"http\" alone");
	}
	return 0;
}

/* The groups "send" and "answer" of the root, or of the group of another task. */
static int
read_call(const struct conf_at *at, enum wire_task task, const struct description *description,
	struct description_call *call)
{
	const char *variables[DESCRIPTION_SETTINGS_MAX + VARIABLES_MAX + 1];
	struct conf_at part = { .file = at->file, .name = "", .fault = at->fault };
	const char *joint = at->name[0] != '\0' ? "." : "";
	char send[16], answer[16];
	int rc;

	list_variables(description, task, variables);
	snprintf(send, sizeof send, "%s%ssend", at->name, joint);
	snprintf(answer, sizeof answer, "%s%sanswer", at->name, joint);
	rc = conf_group(at, "send", true, &part);
	part.name = send;
	if (rc == 0)
		rc = description_send_read(&part, variables, &call->send);
	if (rc == 0 && call->send.transport != DESCRIPTION_HTTP)
		return read_no_answer(&part, at, task);
	if (rc == 0)
		rc = conf_group(at, "answer", true, &part);
	part.name = answer;
	call->answer.form = call->send.number;
	if (rc == 0)
		rc = description_answer_read(&part, task, &call->answer);
	return rc;
}

/* A task besides texting; *ret_call stays NULL where the API has it not. */
static int
read_other(const struct conf_at *root, const char *name, enum wire_task task,
	const struct description *description, struct description_call **ret_call)
{
	static const char *const known[] = { "send", "answer", NULL };
	struct conf_at at = { .file = root->file, .name = name, .fault = root->fault };
	int rc;

	rc = conf_group(root, name, false, &at);
	if (rc == 0 && at.group != NULL)
		rc = conf_known(&at, known);
	if (rc != 0 || at.group == NULL)
		return rc;
	*ret_call = calloc(1, sizeof **ret_call);
	if (*ret_call == NULL)
		return fault_set(root->fault, FAULT_MEMORY, "out of memory");
	return read_call(&at, task, description, *ret_call);
}

static int
read_sending(const struct conf_at *root, struct description *description)
{
	int rc = read_call(root, WIRE_TASK_TEXT, description, &description->text);

	if (rc == 0)
		rc = read_other(root, "voice", WIRE_TASK_VOICE, description, &description->voice);
	if (rc == 0)
		rc = read_other(
			root, "status", WIRE_TASK_STATUS, description, &description->status);
	return rc;
}

/* A number without calling code is completed with a setting of the receiver's file. */
static int
check_national(const struct conf_at *root, const struct description *description)
{
	if (description->rent == NULL || description->rent->send.number != DESCRIPTION_NATIONAL)
		return 0;
	for (size_t i = 0; i < description->setting_count; i++) {
		if (strcmp(description->settings[i].name, "country_code") == 0 &&
			description->settings[i].required)
			return 0;
	}
	return conf_refuse(root, conf_setting(root, "rent"),
		"a national number needs a setting \"country_code\" that is required");
}

static int
read_receiving(const struct conf_at *root, struct description *description)
{
	int rc = read_other(root, "rent", WIRE_TASK_RENT, description, &description->rent);

	if (rc == 0)
		rc = read_other(
			root, "receive", WIRE_TASK_RECEIVE, description, &description->receive);
	if (rc == 0)
		rc = read_other(
			root, "release", WIRE_TASK_RELEASE, description, &description->release);
	/* A number of one's own is not to be given back by a test. */
	if (rc == 0 && description->release != NULL && description->rent == NULL)
		rc = conf_refuse(root, conf_setting(root, "release"),
			"what is not rented cannot be released");
	return rc != 0 ? rc : check_national(root, description);
}

static int
read_root(const struct conf_at *root, struct description *description)
{
	static const char *const sends[] = { "description", "settings", "send", "answer", "voice",
		"status", NULL };
	static const char *const receives[] = { "description", "settings", "rent", "receive",
		"release", NULL };
	const bool is_receiver = conf_setting(root, "receive") != NULL;
	const char *words = NULL;
	int rc;

	rc = conf_known(root, is_receiver ? receives : sends);
	if (rc == 0)
		rc = conf_string(root, "description", true, (struct conf_length){ 1, 128 }, &words);
	if (rc == 0)
		rc = read_settings(root, description);
	if (rc == 0)
		rc = is_receiver ? read_receiving(root, description)
			: read_sending(root, description);
	for (size_t i = 0; rc == 0 && i < description->setting_count; i++) {
		if (description->settings[i].for_voice && description->voice == NULL)
			rc = conf_refuse(root, conf_setting(root, "settings"),
				"\"%s\" is required for voice, and there is no \"voice\"",
				description->settings[i].name);
	}
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
		const struct conf_at root = {
			.file = description->file,
			.group = conf_file_root(description->file),
			.name = "",
			.fault = fault,
		};

		rc = read_root(&root, description);
	}
	if (rc == 0)
		*ret_description = description;
	else
		description_free(&description);
	return rc;
}

const struct description_setting *
description_sender(const struct description *description)
{
	const struct description_setting *named = NULL;

	for (size_t i = 0; i < description->setting_count; i++) {
		const struct description_setting *setting = &description->settings[i];

		if (setting->sender)
			return setting;
		if (strcmp(setting->name, "from") == 0)
			named = setting;
	}
	return named;
}

const struct description_call *
description_for(const struct description *description, enum wire_task task)
{
	switch (task) {
	case WIRE_TASK_VOICE: return description->voice;
	case WIRE_TASK_STATUS: return description->status;
	case WIRE_TASK_TEXT: return description->receive == NULL ? &description->text : NULL;
	case WIRE_TASK_RENT: return description->rent;
	case WIRE_TASK_RECEIVE: return description->receive;
	case WIRE_TASK_RELEASE: return description->release;
	case WIRE_TASK_LOOKUP:
	case WIRE_TASK_CHECK:
	case WIRE_TASK_CONNECT: break;
	}
	return NULL;
}

static void
free_call(struct description_call *call)
{
	description_send_free(&call->send);
	description_answer_free(&call->answer);
}

static void
free_other(struct description_call *call)
{
	if (call != NULL)
		free_call(call);
	free(call);
}

void
description_free(struct description **description)
{
	if (*description == NULL)
		return;
	free_call(&(*description)->text);
	free_other((*description)->voice);
	free_other((*description)->status);
	free_other((*description)->rent);
	free_other((*description)->receive);
	free_other((*description)->release);
	free((*description)->settings);
	conf_file_free(&(*description)->file);
	free(*description);
	*description = NULL;
}
