/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_send.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/fault.h"
#include "core/template.h"
#include "helper/description_local.h"
#include "helper/jsonpath.h"

#define NAME_SIZE 32	/* "status.send.body" */

static const struct conf_length name_length = { 1, 128 };
static const struct conf_length value_length = { 0, 1024 };

int
description_send_value(const struct conf_at *at, const char *key, const char *const variables[],
	const char **ret_value)
{
	const char *value = NULL;
	int rc;

	rc = conf_string(at, key, true, value_length, &value);
	if (rc == 0)
		rc = conf_template(at, key, value, variables);
	if (rc == 0)
		*ret_value = value;
	return rc;
}

/* RFC 9110, section 5.1; without those that frame the message or are curl's to write. */
static bool
is_header_name(const char *name)
{
	static const char *const reserved[] = { "Host", "Content-Length", "Transfer-Encoding",
		"Connection", "Expect", "Upgrade", "TE", "Trailer" };
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
		if (strcasecmp(name, reserved[i]) == 0)
			return false;
	}
	return *name != '\0' && name[strspn(name, token)] == '\0';
}

int
description_send_header_name(const struct conf_at *at, const char *key, const char **ret_name)
{
	const char *name = NULL;
	int rc = conf_string(at, key, true, name_length, &name);

	if (rc == 0 && !is_header_name(name))
		rc = conf_refuse(at, conf_setting(at, key),
			"\"%s\" is not the name of a header that can be set", name);
	if (rc == 0)
		*ret_name = name;
	return rc;
}

static int
read_bounds(const struct conf_at *at, struct description_field *field)
{
	const struct conf_range range = { 0, 999999999 };
	bool has_min = conf_setting(at, "min") != NULL;
	bool has_max = conf_setting(at, "max") != NULL;
	int rc;

	if (!has_min && !has_max)
		return 0;
	rc = conf_integer(at, "min", true, range, &field->min);
	if (rc == 0)
		rc = conf_integer(at, "max", true, range, &field->max);
	if (rc == 0 && field->min > field->max)
		rc = conf_refuse(at, NULL, "\"min\" is more than \"max\"");
	field->bounded = true;
	return rc;
}

/* "when" or "unless": the name of a variable. */
static int
read_condition(const struct conf_at *at, const char *key, const char *const variables[],
	const char **ret_name)
{
	const char *name = NULL;
	int rc = conf_string(at, key, false, name_length, &name);

	if (rc != 0 || name == NULL)
		return rc;
	for (size_t i = 0; variables[i] != NULL; i++) {
		if (strcmp(variables[i], name) == 0) {
			*ret_name = name;
			return 0;
		}
	}
	return conf_refuse(
		at, conf_setting(at, key), "no variable: \"%s\"", name);
}

/* What values are escaped for inside the text, before the text is for where it stands. */
static int
read_escape(const struct conf_at *at, bool *ret_xml)
{
	static const char *const kinds[] = { "none", "xml", NULL };
	unsigned int kind = 0;
	int rc = conf_choice(at, "escape", false, kinds, &kind);

	if (rc == 0)
		*ret_xml = kind == 1;
	return rc;
}

static int
read_field(const struct conf_at *at, const char *const variables[], struct description_field *field)
{
	static const char *const known[] = { "name", "value", "when", "unless", "escape", "type",
		"min", "max", NULL };
	static const char *const types[] = { "string", "integer", "boolean", NULL };
	unsigned int type = 0;
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_string(at, "name", true, name_length, &field->name);
	if (rc == 0)
		rc = description_send_value(at, "value", variables, &field->value);
	if (rc == 0)
		rc = read_condition(at, "when", variables, &field->when);
	if (rc == 0)
		rc = read_condition(at, "unless", variables, &field->unless);
	if (rc == 0 && field->when != NULL && field->unless != NULL &&
			strcmp(field->when, field->unless) == 0)
		rc = conf_refuse(at, NULL, "is never sent: \"when\" and \"unless\" are the same");
	if (rc == 0)
		rc = read_escape(at, &field->xml);
	if (rc == 0)
		rc = conf_choice(at, "type", false, types, &type);
	if (rc == 0)
		rc = read_bounds(at, field);
	field->type = (enum description_type)type;
	return rc;
}

static int
read_fields(const struct conf_at *at, const char *key, long long most,
	const char *const variables[], struct description_fields *fields)
{
	const config_setting_t *list = NULL;
	int rc;

	rc = conf_list(at, key, false, (struct conf_range){ 1, most }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	fields->item = calloc((size_t)config_setting_length(list), sizeof *fields->item);
	if (fields->item == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < config_setting_length(list); i++) {
		const struct conf_at one = {
			.file = at->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = key,
			.fault = at->fault,
		};

		rc = read_field(&one, variables, &fields->item[fields->count++]);
	}
	return rc;
}

static int
read_headers(const struct conf_at *at, const char *const variables[], struct description_send *send)
{
	int rc;

	rc = read_fields(at, "headers", DESCRIPTION_HEADERS_MAX, variables, &send->headers);
	for (size_t i = 0; rc == 0 && i < send->headers.count; i++) {
		const char *name = send->headers.item[i].name;

		if (name == NULL || !is_header_name(name))
			rc = conf_refuse(at, conf_setting(at, "headers"),
				"\"%s\" is not the name of a header that can be set",
				name != NULL ? name : "");
	}
	return rc;
}

static int
read_auth(const struct conf_at *outer, const char *const variables[], struct description_send *send)
{
	char name[NAME_SIZE];
	struct conf_at at = { .file = outer->file, .name = name, .fault = outer->fault };
	int rc;

	snprintf(name, sizeof name, "%s.auth", outer->name);
	rc = conf_group(outer, "auth", false, &at);
	return rc != 0 || at.group == NULL ? rc
		: description_auth_read(&at, variables, &send->auth);
}

/* Whether one is left out exactly where other is not. */
static bool
excludes(const struct description_field *one, const struct description_field *other)
{
	return one->when != NULL && other->unless != NULL && strcmp(one->when, other->unless) == 0;
}

static bool
is_named(const struct description_field *field, const char *name)
{
	return field->name != NULL && name != NULL && strcmp(field->name, name) == 0;
}

/* Whether fields before this one take the same place, and none is ever written with it. */
static bool
is_alternative(const struct description_fields *fields, size_t which)
{
	const struct description_field *field = &fields->item[which];
	bool found = false;

	for (size_t i = 0; i < which; i++) {
		const struct description_field *before = &fields->item[i];

		if (!is_named(before, field->name))
			continue;
		if (!excludes(before, field) && !excludes(field, before))
			return false;
		found = true;
	}
	return found;
}

/* Fields that cannot stand together ("a" and "a.b") are found here, not at a login. */
static int
check_json(const struct conf_at *at, const struct description_fields *fields)
{
	json_t *trial = json_object();
	int rc = trial != NULL ? 0 : fault_set(at->fault, FAULT_MEMORY, "out of memory");

	for (size_t i = 0; rc == 0 && i < fields->count; i++) {
		const char *name = fields->item[i].name;
		const char *wrong = jsonpath_check(name, JSONPATH_WRITE);

		if (wrong == NULL && !is_alternative(fields, i) &&
				jsonpath_put(trial, name, json_true()) != 0)
			wrong = "cannot stand beside the fields before it";
		if (wrong != NULL)
			rc = conf_refuse(at, conf_setting(at, "fields"),
				"\"%s\" %s", name, wrong);
	}
	json_decref(trial);
	return rc;
}

static int
read_text_body(
	const struct conf_at *at, const char *const variables[], struct description_send *send)
{
	static const char *const known[] = { "kind", "content_type", "text", "escape", NULL };
	int rc;

	send->content_type = "text/plain; charset=UTF-8";
	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_string(at, "content_type", false, name_length, &send->content_type);
	if (rc == 0)
		rc = conf_template(at, "content_type", send->content_type, variables);
	if (rc == 0)
		rc = read_escape(at, &send->text_xml);
	return rc != 0 ? rc : description_send_value(at, "text", variables, &send->text);
}

static int
read_body(const struct conf_at *outer, const char *const variables[], struct description_send *send)
{
	static const char *const kinds[] = { "none", "form", "json", "text", NULL };
	static const char *const nothing[] = { "kind", NULL };
	static const char *const fields[] = { "kind", "fields", NULL };
	char name[NAME_SIZE];
	struct conf_at at = { .file = outer->file, .name = name, .fault = outer->fault };
	unsigned int kind = 0;
	int rc;

	snprintf(name, sizeof name, "%s.body", outer->name);
	rc = conf_group(outer, "body", false, &at);
	if (rc != 0 || at.group == NULL)
		return rc;
	rc = conf_choice(&at, "kind", false, kinds, &kind);
	if (rc != 0)
		return rc;
	send->body = (enum description_body)kind;
	if (send->body == DESCRIPTION_BODY_TEXT)
		return read_text_body(&at, variables, send);
	rc = conf_known(&at, send->body == DESCRIPTION_BODY_NONE ? nothing : fields);
	if (rc == 0)
		rc = read_fields(&at, "fields", DESCRIPTION_FIELDS_MAX, variables, &send->fields);
	if (rc == 0 && send->body == DESCRIPTION_BODY_JSON)
		rc = check_json(&at, &send->fields);
	return rc;
}

int
description_send_read(const struct conf_at *at, const char *const variables[],
	struct description_send *ret_send)
{
	static const char *const known[] = { "transport", "method", "url", "number", "auth",
		"headers", "parameters", "body", NULL };
	static const char *const methods[] = { "POST", "GET", "PUT", "DELETE", NULL };
	static const char *const numbers[] = { "e164", "digits", "national", NULL };
	struct description_send *send = ret_send;
	unsigned int method = 0, number = 0;
	int rc;

	rc = conf_choice(at, "number", false, numbers, &number);
	send->number = (enum description_number)number;
	if (rc == 0)
		rc = description_local_read(at, variables, &send->transport, &send->local);
	if (rc == 0 && send->transport != DESCRIPTION_SMTP)
		rc = read_headers(at, variables, send);
	if (rc != 0 || send->transport != DESCRIPTION_HTTP)
		return rc;
	rc = conf_known(at, known);
	if (rc == 0)
		rc = conf_choice(at, "method", false, methods, &method);
	if (rc == 0)
		rc = description_send_value(at, "url", variables, &send->url);
	/* What follows a fragment is not sent; a space would be found at the first login. */
	if (rc == 0 && send->url[strcspn(send->url, " #")] != '\0')
		rc = conf_refuse(at, conf_setting(at, "url"),
			"holds a space or a fragment");
	if (rc == 0)
		rc = read_auth(at, variables, send);
	if (rc == 0)
		rc = read_fields(
			at, "parameters", DESCRIPTION_FIELDS_MAX, variables, &send->parameters);
	if (rc == 0)
		rc = read_body(at, variables, send);
	if (rc == 0 && methods[method][0] == 'G' && send->body != DESCRIPTION_BODY_NONE)
		rc = conf_refuse(
			at, conf_setting(at, "body"), "GET has no body");
	send->method = methods[method];
	return rc;
}

static bool
fields_use(const struct description_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++) {
		if (template_uses(fields->item[i].value, name))
			return true;
	}
	return false;
}

bool
description_send_uses(const struct description_send *send, const char *name)
{
	const char *const texts[] = {
		send->url, send->text, send->local.name, send->local.text, send->local.subject,
	};
	bool uses = fields_use(&send->headers, name) || fields_use(&send->parameters, name) ||
		fields_use(&send->fields, name);

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		uses = uses || (texts[i] != NULL && template_uses(texts[i], name));
	return uses;
}

void
description_send_free(struct description_send *send)
{
	free(send->headers.item);
	free(send->parameters.item);
	free(send->fields.item);
	*send = (struct description_send){ 0 };
}
