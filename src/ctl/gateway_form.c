/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/gateway_form.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "ctl/ask.h"
#include "paths.h"

#define VALUE_SIZE 1024

/* --- what there is to be set ---------------------------------------------- */

static int
read_setting(const struct conf_at *at, struct gateway_form_setting *setting)
{
	static const struct conf_length length = { 1, 64 };
	int result = conf_string(at, "name", true, length, &setting->name);

	if (result == 0)
		result = conf_boolean(at, "required", false, &setting->required);
	if (result == 0)
		result = conf_boolean(at, "secret", false, &setting->secret);
	return result == 0 ? conf_string(at, "one_of", false, length, &setting->one_of) : result;
}

static int
read_settings(struct gateway_form *form, struct fault *fault)
{
	static const struct conf_range range = { 0, GATEWAY_FORM_SETTINGS_MAX };
	struct conf_at at = { .file = form->description, .name = "", .fault = fault,
		.group = conf_file_root(form->description) };
	const config_setting_t *list = NULL;
	int result = conf_list(&at, "settings", false, range, &list);

	at.name = "settings";
	for (int i = 0; result == 0 && list != NULL && i < config_setting_length(list); i++) {
		at.group = config_setting_get_elem(list, (unsigned int)i);
		result = read_setting(&at, &form->settings[form->setting_count++]);
	}
	return result;
}

static int
read_description(struct gateway_form *form, const char *path, struct fault *fault)
{
	static const struct conf_length length = { 1, 64 };
	struct conf_file *example = NULL;
	struct conf_at at = { .name = "", .fault = fault };
	const char *api = "";
	char description[512];
	int result = annotated_parse(&form->text, path, &example, fault);

	if (result != 0)
		return result;
	at.file = example;
	at.group = conf_file_root(example);
	result = conf_string(&at, "api", true, length, &api);
	if (result == 0 && strcmp(api, "outbox") != 0) {
		snprintf(description, sizeof description, "%s/%s.conf", SMSOTP_API_DIR, api);
		result = conf_file_load(description, CONF_PUBLIC, &form->description, fault);
		if (result == 0)
			result = read_settings(form, fault);
	}
	conf_file_free(&example);
	return result;
}

int
gateway_form_open(const char *name, struct gateway_form *ret_form, struct fault *fault)
{
	struct gateway_form form = { .name = name };
	char path[512];
	int result;

	snprintf(path, sizeof path, "%s/gateways/%s.conf", SMSOTP_EXAMPLE_DIR, name);
	if (!gateway_name_valid(name) || access(path, F_OK) != 0)
		return fault_set(fault, FAULT_SYSTEM, "no gateway \"%s\" is described; %s/gateways "
			"has one file for each that is", name, SMSOTP_EXAMPLE_DIR);
	result = annotated_read(path, &form.text, fault);
	if (result == 0)
		result = read_description(&form, path, fault);
	if (result == 0)
		*ret_form = form;
	else
		gateway_form_close(&form);
	return result;
}

void
gateway_form_close(struct gateway_form *form)
{
	annotated_free(&form->text);
	conf_file_free(&form->description);
	*form = (struct gateway_form)GATEWAY_FORM_NONE;
}

static const struct gateway_form_setting *
setting_of(const struct gateway_form *form, const char *key)
{
	for (size_t i = 0; i < form->setting_count; i++) {
		if (strcmp(form->settings[i].name, key) == 0)
			return &form->settings[i];
	}
	return NULL;
}

bool
gateway_form_secret(const struct gateway_form *form, const char *key)
{
	const struct gateway_form_setting *setting = setting_of(form, key);

	return setting != NULL && setting->secret;
}

/* --- filling it in -------------------------------------------------------- */

/* A key that every gateway has, as the example shows it: a number, a list, or a string. */
static int
set_common(struct gateway_form *form, const char *key, const char *value, struct fault *fault)
{
	const bool bare = value[0] == '[' || value[0] == '(' || strcmp(value, "true") == 0 ||
		strcmp(value, "false") == 0 ||
		(value[0] != '\0' && value[strspn(value, "0123456789.")] == '\0');

	if (annotated_find(&form->text, key) == ANNOTATED_ABSENT)
		return fault_set(fault, FAULT_SYSTEM, "gateway \"%s\" has no setting \"%s\"",
			form->name, key);
	return bare ? annotated_set(&form->text, key, value, fault)
		: annotated_set_string(&form->text, key, value, fault);
}

static const char *
answer_to(const struct gateway_form_answers *answers, const char *key)
{
	for (size_t i = 0; i < answers->count; i++) {
		if (strcmp(answers->given[i].key, key) == 0)
			return answers->given[i].value;
	}
	return NULL;
}

/* Whether one of the setting's group is answered. */
static bool
group_answered(const struct gateway_form *form, const struct gateway_form_answers *answers,
	const char *one_of)
{
	for (size_t i = 0; i < form->setting_count; i++) {
		const struct gateway_form_setting *other = &form->settings[i];

		if (other->one_of != NULL && strcmp(other->one_of, one_of) == 0 &&
			answer_to(answers, other->name) != NULL)
			return true;
	}
	return false;
}

/* Of a group the example says which is usual: only that one has to be there. */
static bool
has_to_be_set(const struct gateway_form *form, const struct gateway_form_answers *answers,
	const struct gateway_form_setting *setting)
{
	if (setting->required)
		return true;
	return setting->one_of != NULL && !group_answered(form, answers, setting->one_of) &&
		annotated_find(&form->text, setting->name) == ANNOTATED_ACTIVE;
}

static int
ask_for(struct gateway_form *form, const struct gateway_form_setting *setting, bool needed,
	struct fault *fault)
{
	char question[160], value[VALUE_SIZE] = "";
	int result;

	snprintf(question, sizeof question, "%s: %s%s%s", form->name, setting->name,
		setting->secret ? " (is not shown)" : "", needed ? "" : " (Enter: none)");
	do {
		if (!(setting->secret ? ask_secretly : ask_openly)(question, value, sizeof value))
			return fault_set(fault, FAULT_SYSTEM, "no answer came; nothing was made");
	} while (needed && value[0] == '\0');
	result = value[0] != '\0'
		? annotated_set_string(&form->text, setting->name, value, fault)
		: annotated_silence(&form->text, setting->name, fault);
	sodium_memzero(value, sizeof value);
	return result;
}

static void
add_missing(char *missing, size_t size, const struct gateway_form_setting *setting)
{
	const size_t length = strlen(missing);

	snprintf(missing + length, size - length, "%s%s%s", length > 0 ? ", " : "", setting->name,
		setting->secret ? " (secret)" : "");
}

int
gateway_form_fill(struct gateway_form *form, const struct gateway_form_answers *answers,
	bool asks, struct fault *fault)
{
	struct conf_file *filled = NULL;
	char missing[256] = "";
	int result = 0;

	for (size_t i = 0; result == 0 && i < answers->count; i++) {
		const char *key = answers->given[i].key, *value = answers->given[i].value;

		result = setting_of(form, key) != NULL
			? annotated_set_string(&form->text, key, value, fault)
			: set_common(form, key, value, fault);
	}
	for (size_t i = 0; result == 0 && i < form->setting_count; i++) {
		const struct gateway_form_setting *setting = &form->settings[i];
		const bool needed = has_to_be_set(form, answers, setting);

		if (answer_to(answers, setting->name) != NULL)
			continue;
		if (asks && (needed || (setting->one_of == NULL &&
		    annotated_find(&form->text, setting->name) == ANNOTATED_ACTIVE)))
			result = ask_for(form, setting, needed, fault);
		else if (needed)
			add_missing(missing, sizeof missing, setting);
		else
			result = annotated_silence(&form->text, setting->name, fault);
	}
	if (result == 0 && missing[0] != '\0')
		return fault_set(fault, FAULT_SYSTEM, "gateway \"%s\" needs: %s", form->name,
			missing);
	if (result == 0)
		result = annotated_parse(&form->text, "the gateway's file", &filled, fault);
	conf_file_free(&filled);
	return result;
}
