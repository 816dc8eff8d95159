/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/price.h"
#include "helper/description.h"
#include "helper/receiver.h"
#include "helper/sandbox.h"
#include "helper/setting.h"
#include "paths.h"

static const char *const common[] = { "api", "base_url", "ca_file", "proxy", "connect_timeout",
	"timeout", "voice", "language", "voice_message", "prefixes", "message", "from_by_prefix",
	"validity", "price", "spool", "program", "writable", NULL };

#define COMMON_COUNT (sizeof common / sizeof common[0])

static int
read_api(const struct conf_at *at, struct gateway *gateway)
{
	static const char *const outbox_keys[] = { "api", "path", "timeout", "prefixes", "message",
		"price", NULL };
	const char *api = "";
	int rc, length;

	rc = setting_text(at, "api", true, &api);
	if (rc != 0)
		return rc;
	if (strcmp(api, "outbox") == 0 && !gateway->receives) {
		gateway->kind = GATEWAY_OUTBOX;
		rc = conf_known(at, outbox_keys);
		return rc != 0 ? rc : setting_path(at, "path", true, &gateway->outbox_path);
	}
	if (api[0] == '/')
		length = asprintf(&gateway->description_path, "%s", api);
	else if (gateway_name_valid(api))
		length = asprintf(&gateway->description_path, "%s/%s.conf", SMSOTP_API_DIR, api);
	else
		return conf_refuse(at, conf_setting(at, "api"),
			"neither a name nor an absolute path");
	if (length < 0) {
		gateway->description_path = NULL;
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	}
	return 0;
}

/* Checked also where there is no voice: it may be switched on any day. */
static int
read_voice(const struct conf_at *at, struct gateway *gateway)
{
	static const struct conf_length length = { 1, SPOKEN_MESSAGE_MAX };
	struct spoken *spoken = &gateway->spoken;
	const char *wrong = NULL;
	size_t column = 0;
	int rc;

	spoken->language = "en-GB";
	rc = conf_boolean(at, "voice", false, &gateway->voice);
	if (rc == 0)
		rc = conf_string(at, "language", false, length, &spoken->language);
	if (rc == 0 && !spoken_language_valid(spoken->language))
		rc = conf_refuse(at, conf_setting(at, "language"),
			"must be a language like \"en\" or \"en-GB\"");
	if (rc == 0)
		rc = conf_string(at, "voice_message", false, length, &spoken->message);
	if (rc == 0 && spoken->message != NULL)
		wrong = spoken_check(spoken->message, &column);
	if (wrong != NULL)
		rc = conf_refuse(at, conf_setting(at, "voice_message"),
			"character %zu: %s", column, wrong);
	if (rc == 0 && gateway->voice && spoken->message == NULL && !spoken_has(spoken->language))
		rc = conf_refuse(at, conf_setting(at, "language"),
			"there are no words for this language: set \"voice_message\"");
	return rc;
}

/* Paths of this machine; which of them the API takes, local_prepare knows. */
static int
read_places(const struct conf_at *at, struct gateway *gateway)
{
	int rc;

	rc = setting_path(at, "spool", false, &gateway->spool);
	if (rc == 0)
		rc = setting_path(at, "program", false, &gateway->program);
	if (rc == 0)
		rc = conf_strings(at, "writable", false,
			(struct conf_range){ 0, SANDBOX_WRITABLE_MAX }, &gateway->writable,
			&gateway->writable_count);
	for (size_t i = 0; rc == 0 && i < gateway->writable_count; i++) {
		if (gateway->writable[i][0] != '/' || setting_has_control(gateway->writable[i]))
			rc = conf_refuse(at, conf_setting(at, "writable"),
				"must hold paths that begin with /, without control characters");
	}
	return rc;
}

static int
read_common(const struct conf_at *at, struct gateway *gateway)
{
	struct price price;	/* nothing here needs it, but a mistake must show */
	int rc;

	gateway->timeout_ms = 5000;
	gateway->connect_timeout_ms = 3000;
	rc = conf_seconds(
		at, "timeout", false, (struct conf_range){ 1000, 60000 }, &gateway->timeout_ms);
	if (rc == 0)
		rc = price_read(at, &price);
	if (rc != 0 || gateway->kind == GATEWAY_OUTBOX)
		return rc;
	rc = conf_seconds(at, "connect_timeout", false, (struct conf_range){ 1000, 30000 },
		&gateway->connect_timeout_ms);
	if (rc == 0)
		rc = setting_text(at, "base_url", false, &gateway->base_url);
	if (rc == 0)
		rc = setting_path(at, "ca_file", false, &gateway->ca_file);
	if (rc == 0)
		rc = setting_text(at, "proxy", false, &gateway->proxy);
	if (rc == 0 && !gateway->receives)
		rc = read_places(at, gateway);
	if (rc == 0 && !gateway->receives)
		rc = read_voice(at, gateway);
	return rc;
}

int
gateway_open(
	const char *directory, const char *name, struct gateway **ret_gateway, struct fault *fault)
{
	struct gateway *gateway = calloc(1, sizeof *gateway);
	char *path = NULL;
	int rc = 0;

	if (gateway == NULL || asprintf(&path, "%s/%s%s.conf", directory,
			gateway_name_receives(name) ? "" : "gateways/", name) < 0) {
		path = NULL;
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
		goto out;
	}
	gateway->receives = gateway_name_receives(name);
	rc = conf_file_load(path, CONF_SECRET, &gateway->file, fault);
	if (rc == 0) {
		const struct conf_at at = {
			.file = gateway->file,
			.group = conf_file_root(gateway->file),
			.name = "",
			.fault = fault,
		};

		rc = read_api(&at, gateway);
		if (rc == 0)
			rc = read_common(&at, gateway);
		if (rc == 0)
			rc = gateway->receives ? receiver_read(&at, gateway)
				: route_read(&at, &gateway->route);
	}
out:
	free(path);
	if (rc == 0)
		*ret_gateway = gateway;
	else
		gateway_free(&gateway);
	return rc;
}

/* Of the settings that share a one_of, exactly one must be there. */
static int
check_one_of(const struct conf_at *at, const struct description *description, const char *one_of)
{
	char names[256] = "";
	size_t present = 0, used = 0;

	for (size_t i = 0; i < description->setting_count; i++) {
		const struct description_setting *setting = &description->settings[i];

		if (setting->one_of == NULL || strcmp(setting->one_of, one_of) != 0)
			continue;
		present += conf_setting(at, setting->name) != NULL;
		if (used < sizeof names)
			used += (size_t)snprintf(names + used, sizeof names - used, "%s%s",
				used > 0 ? ", " : "", setting->name);
	}
	if (present == 1)
		return 0;
	return conf_refuse(at, NULL, "exactly one of these must be set: %s", names);
}

/*
 * from_by_prefix stands in for a setting of the API: there must be one, and it must be what this
 * gateway's texts are sent from.
 */
static int
check_sender(const struct conf_at *at, const struct gateway *gateway,
	const struct description *description)
{
	const struct description_setting *sender = description_sender(description);
	const config_setting_t *list = conf_setting(at, "from_by_prefix");

	if (gateway->route.sender_count == 0)
		return 0;
	if (sender == NULL)
		return conf_refuse(at, list, "this API has no sender to choose");
	if (sender->one_of != NULL && conf_setting(at, sender->name) == NULL)
		return conf_refuse(at, list, "takes the place of \"%s\", which is not set",
			sender->name);
	return 0;
}

int
gateway_settings(const struct gateway *gateway, const struct description *description,
	struct values *ret_values, struct fault *fault)
{
	const struct conf_at at = {
		.file = gateway->file,
		.group = conf_file_root(gateway->file),
		.name = "",
		.fault = fault,
	};
	const char *const *keys = gateway->receives ? receiver_keys : common;
	const char *known[COMMON_COUNT + DESCRIPTION_SETTINGS_MAX + 1] = { NULL };
	struct values values = { 0 };
	size_t count = 0;
	int rc;

	for (; keys[count] != NULL; count++)
		known[count] = keys[count];
	for (size_t i = 0; i < description->setting_count; i++)
		known[count++] = description->settings[i].name;
	rc = receiver_check(&at, gateway, description);
	if (rc == 0)
		rc = conf_known(&at, known);
	if (rc == 0 && gateway->voice && description->voice == NULL)
		rc = conf_refuse(&at, conf_setting(&at, "voice"),
			"this API cannot call");
	for (size_t i = 0; rc == 0 && i < description->setting_count; i++) {
		const struct description_setting *setting = &description->settings[i];
		struct value value = { setting->name, setting->fallback, setting->secret };

		rc = setting_text(&at, setting->name,
			setting->required || (setting->for_voice && gateway->voice), &value.text);
		if (rc == 0 && setting->one_of != NULL)
			rc = check_one_of(&at, description, setting->one_of);
		if (rc == 0 && !values_add(&values, value))
			rc = fault_set(fault, FAULT_MEMORY, "too many settings");
	}
	if (rc == 0)
		rc = check_sender(&at, gateway, description);
	if (rc == 0)
		rc = receiver_check_values(&at, description, &values);
	if (rc == 0)
		*ret_values = values;
	return rc;
}

void
gateway_choose_sender(const struct gateway *gateway, const struct description *description,
	const char *to, struct values *values)
{
	const struct description_setting *sender = description_sender(description);
	const char *from = route_sender(&gateway->route, to);

	if (sender != NULL && from != NULL)
		values_set(values, sender->name, from);
}

void
gateway_free(struct gateway **gateway)
{
	if (*gateway == NULL)
		return;
	conf_file_free(&(*gateway)->file);
	route_free(&(*gateway)->route);
	free((*gateway)->description_path);
	free((*gateway)->writable);
	free(*gateway);
	*gateway = NULL;
}
