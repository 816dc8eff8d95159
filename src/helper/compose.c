/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/compose.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/fault.h"
#include "helper/auth.h"
#include "helper/expand.h"
#include "helper/jsonpath.h"
#include "helper/origin.h"

_Static_assert(DESCRIPTION_HEADERS_MAX + 5 <= HTTP_HEADERS_MAX,
	"a description's headers, the content type, and the four of a signature");

static int
refuse(struct fault *fault, const char *what, const char *name, const char *why)
{
	return fault_set(fault, FAULT_CONFIG, "the description's %s \"%s\" %s", what, name, why);
}

bool
compose_wanted(const struct description_field *field, const struct values *values)
{
	if (field->when != NULL && *values_get(values, field->when, strlen(field->when)) == '\0')
		return false;
	return field->unless == NULL ||
		*values_get(values, field->unless, strlen(field->unless)) == '\0';
}

static bool
is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits <= 18 && text[digits] == '\0';
}

/* A field's value, plain. The text is ret_value's. */
static int
field_value(const struct description_field *field, const struct values *values,
	struct buffer *ret_value, struct fault *fault)
{
	struct buffer value = { 0 };
	char bounded[24];

	if (expand_add(&value, field->value, values,
		    field->xml ? EXPAND_XML : EXPAND_PLAIN) != 0) {
		buffer_free(&value);
		return refuse(fault, "field", field->name, "would hold what XML cannot");
	}
	if (buffer_text(&value) == NULL) {
		buffer_free(&value);
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	}
	if ((field->bounded || field->type == DESCRIPTION_INTEGER) &&
		!is_number(buffer_text(&value))) {
		buffer_free(&value);
		return refuse(
			fault, "field", field->name, "must be a number, and its value is none");
	}
	if (field->bounded) {
		long long number = strtoll(buffer_text(&value), NULL, 10);

		if (number < field->min)
			number = field->min;
		if (number > field->max)
			number = field->max;
		snprintf(bounded, sizeof bounded, "%lld", number);
		buffer_free(&value);
		buffer_add_text(&value, bounded);
	}
	if (buffer_text(&value) == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	*ret_value = value;
	return 0;
}

/* name=value&…, the form of WHATWG URL, section 5.2, with %20 for a space. */
static int
add_pairs(struct buffer *buffer, const struct description_fields *fields, const char *first,
	const struct values *values, struct fault *fault)
{
	const char *joint = first;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < fields->count; i++) {
		struct buffer value = { 0 };

		if (!compose_wanted(&fields->item[i], values))
			continue;
		rc = field_value(&fields->item[i], values, &value, fault);
		if (rc != 0)
			break;
		buffer_add_text(buffer, joint);
		buffer_add_percent(buffer, fields->item[i].name);
		buffer_add_text(buffer, "=");
		buffer_add_percent(buffer, buffer_text(&value));
		buffer_free(&value);
		joint = "&";
	}
	return rc;
}

static json_t *
json_of(enum description_type type, const char *text)
{
	if (type == DESCRIPTION_INTEGER)
		return json_integer(strtoll(text, NULL, 10));
	if (type == DESCRIPTION_BOOLEAN &&
		(strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return json_boolean(text[0] == 't');
	/* NULL for what is not UTF-8. */
	return type == DESCRIPTION_STRING ? json_string(text) : NULL;
}

static int
add_json(struct buffer *buffer, const struct description_fields *fields,
	const struct values *values, struct fault *fault)
{
	json_t *root = json_object();
	char *text = NULL;
	int rc = root != NULL ? 0 : fault_set(fault, FAULT_MEMORY, "out of memory");

	for (size_t i = 0; rc == 0 && i < fields->count; i++) {
		const struct description_field *field = &fields->item[i];
		struct buffer value = { 0 };

		if (!compose_wanted(field, values))
			continue;
		rc = field_value(field, values, &value, fault);
		if (rc == 0 && jsonpath_put(root, field->name,
				json_of(field->type, buffer_text(&value))) != 0)
			rc = refuse(fault, "field", field->name, "cannot be written as JSON");
		buffer_free(&value);
	}
	if (rc == 0) {
		text = json_dumps(root, JSON_COMPACT);
		if (text == NULL)
			rc = fault_set(fault, FAULT_MEMORY, "out of memory");
	}
	if (text != NULL) {
		buffer_add_text(buffer, text);
		sodium_memzero(text, strlen(text));
	}
	free(text);
	json_decref(root);
	return rc;
}

static int
add_header_text(struct buffer *buffer, const char *name, const char *text,
	const struct values *values, struct fault *fault)
{
	if (buffer == NULL)
		return refuse(fault, "header", name, "is one too many");
	if (expand_add(buffer, text, values, EXPAND_HEADER) != 0)
		return refuse(fault, "header", name, "would hold a control character");
	return 0;
}

int
compose_header(const struct description_field *field, const struct values *values,
	struct buffer *buffer, struct fault *fault)
{
	struct buffer value = { 0 };
	int rc = field_value(field, values, &value, fault);

	if (rc == 0) {
		const struct values one = {
			.item = { { "value", buffer_text(&value), true } }, .count = 1
		};

		rc = add_header_text(buffer, field->name, "{value}", &one, fault);
	}
	buffer_free(&value);
	return rc;
}

static int
add_headers(const struct description_send *send, struct http_request *request,
	const struct values *values, struct fault *fault)
{
	const char *content_type = NULL;
	int rc = 0;

	if (send->body == DESCRIPTION_BODY_FORM)
		content_type = "application/x-www-form-urlencoded";
	else if (send->body == DESCRIPTION_BODY_JSON)
		content_type = "application/json";
	else if (send->body == DESCRIPTION_BODY_TEXT)
		content_type = send->content_type;
	for (size_t i = 0; rc == 0 && i < send->headers.count; i++) {
		const struct description_field *header = &send->headers.item[i];

		if (strcasecmp(header->name, "Content-Type") == 0)
			content_type = NULL;
		if (compose_wanted(header, values))
			rc = compose_header(
				header, values, http_header(request, header->name), fault);
	}
	if (rc == 0 && content_type != NULL)
		rc = add_header_text(http_header(request, "Content-Type"), "Content-Type",
			content_type, values, fault);
	return rc;
}

static int
add_url(const struct description_send *send, struct origin *origin, struct http_request *request,
	const struct values *values, struct fault *fault)
{
	const char *start = buffer_text(&origin->start);

	if (start == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	buffer_add_text(&request->url, start);
	if (expand_add(&request->url, origin->rest, values, EXPAND_URL) != 0)
		return refuse(fault, "text", "url", "cannot take a value");
	return add_pairs(&request->url, &send->parameters,
		strchr(origin->rest, '?') != NULL ? "&" : "?", values, fault);
}

int
compose_request(const struct description_send *send, struct origin *origin,
	const struct values *values, struct http_request *ret_request, struct fault *fault)
{
	struct http_request request = { .method = send->method, .tls = origin->tls,
		.has_body = send->body != DESCRIPTION_BODY_NONE };
	int rc;

	rc = add_url(send, origin, &request, values, fault);
	if (rc == 0)
		rc = add_headers(send, &request, values, fault);
	if (rc == 0 && send->body == DESCRIPTION_BODY_FORM)
		rc = add_pairs(&request.body, &send->fields, "", values, fault);
	if (rc == 0 && send->body == DESCRIPTION_BODY_JSON)
		rc = add_json(&request.body, &send->fields, values, fault);
	if (rc == 0 && send->body == DESCRIPTION_BODY_TEXT &&
			expand_add(&request.body, send->text, values,
				send->text_xml ? EXPAND_XML : EXPAND_PLAIN) != 0)
		rc = refuse(fault, "text", "body", "cannot take a value");
	/* Last: a signature covers the rest. */
	if (rc == 0)
		rc = auth_add(&send->auth, values, &request, fault);
	if (rc == 0)
		*ret_request = request;
	else
		http_request_free(&request);
	return rc;
}
