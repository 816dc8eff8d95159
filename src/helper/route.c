/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/e164.h"
#include "core/fault.h"
#include "core/message.h"
#include "core/template.h"
#include "helper/description_send.h"
#include "helper/setting.h"
#include "wire/wire.h"

#define NAME_SIZE 32	/* "from_by_prefix[255]" */
#define VALIDITY_MIN_S 30	/* a code lives at least as long */
#define VALIDITY_MAX_S 86400

_Static_assert(WIRE_TO_SIZE == E164_SIZE, "a number is as long in a request");

static int
read_prefixes(const struct conf_at *at, struct route *route)
{
	const config_setting_t *list = conf_setting(at, "prefixes");
	int rc;

	rc = conf_strings(at, "prefixes", false, (struct conf_range){ 1, E164_PREFIXES_MAX },
		&route->prefixes, &route->prefix_count);
	for (size_t i = 0; rc == 0 && i < route->prefix_count; i++) {
		if (!e164_prefix_valid(route->prefixes[i]))
			rc = conf_refuse(at, config_setting_get_elem(list, (unsigned int)i),
				"not a prefix; for instance \"+91\" or \"!+9198\"");
	}
	return rc;
}

static int
read_sender(const struct conf_at *at, const struct route *route, struct route_sender *sender)
{
	static const char *const known[] = { "prefix", "from", NULL };
	const config_setting_t *setting = conf_setting(at, "prefix");
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = setting_text(at, "prefix", true, &sender->prefix);
	/* What is excluded is said by "prefixes": here a prefix only chooses. */
	if (rc == 0 && (sender->prefix[0] == '!' || !e164_prefix_valid(sender->prefix)))
		rc = conf_refuse(at, setting, "not a prefix; for instance \"+44\"");
	for (const struct route_sender *other = route->senders; rc == 0 && other < sender;
		other++) {
		if (strcmp(other->prefix, sender->prefix) == 0)
			rc = conf_refuse(at, setting, "\"%s\" stands twice", sender->prefix);
	}
	return rc != 0 ? rc : setting_text(at, "from", true, &sender->from);
}

static int
read_senders(const struct conf_at *at, struct route *route)
{
	const config_setting_t *list = NULL;
	int rc, count;

	rc = conf_list(
		at, "from_by_prefix", false, (struct conf_range){ 1, E164_PREFIXES_MAX }, &list);
	if (rc != 0 || list == NULL)
		return rc;
	count = config_setting_length(list);
	route->senders = calloc((size_t)count, sizeof *route->senders);
	if (route->senders == NULL)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	for (int i = 0; rc == 0 && i < count; i++) {
		char name[NAME_SIZE];
		const struct conf_at one = {
			.file = at->file,
			.group = config_setting_get_elem(list, (unsigned int)i),
			.name = name,
			.fault = at->fault,
		};

		snprintf(name, sizeof name, "from_by_prefix[%d]", i);
		rc = read_sender(&one, route, &route->senders[i]);
		route->sender_count++;
	}
	return rc;
}

static int
read_validity(const struct conf_at *at, struct route *route)
{
	const struct conf_range any = { -999999999, 999999999 };
	long long validity = 0;
	int rc = conf_integer(at, "validity", false, any, &validity);

	/* In words: five digits would be taken for part of a telephone number, and not shown. */
	if (rc == 0 && conf_setting(at, "validity") != NULL &&
		(validity < VALIDITY_MIN_S || validity > VALIDITY_MAX_S))
		return conf_refuse(at, conf_setting(at, "validity"),
			"must be 30 seconds to 24 hours, in seconds");
	route->validity_s = (uint32_t)validity;
	return rc;
}

int
route_read(const struct conf_at *at, struct route *route)
{
	int rc;

	route->path = conf_file_path(at->file);
	rc = read_prefixes(at, route);
	if (rc == 0)
		rc = message_read(at, "message", MESSAGE_OF_GATEWAY, &route->message);
	if (rc == 0)
		rc = read_senders(at, route);
	return rc != 0 ? rc : read_validity(at, route);
}

bool
route_takes(const struct route *route, const struct wire_request *request)
{
	struct e164 number = { "" };
	bool takes;

	if (route->prefix_count == 0 || request->task == WIRE_TASK_STATUS)
		return true;
	snprintf(number.text, sizeof number.text, "%s", request->to);
	takes = e164_allowed(&number, route->prefixes, route->prefix_count);
	e164_wipe(&number);
	return takes;
}

const char *
route_sender(const struct route *route, const char *to)
{
	const char *from = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < route->sender_count; i++) {
		const struct route_sender *sender = &route->senders[i];
		size_t length = strlen(sender->prefix);

		if (length > longest && strncmp(to, sender->prefix, length) == 0) {
			from = sender->from;
			longest = length;
		}
	}
	return from;
}

int
route_apply(const struct route *route, struct wire_request *request, struct fault *fault)
{
	const struct message_values values = {
		.code = request->code, .ref = request->ref, .host = request->host,
		.user = request->user, .service = request->service, .client = request->client,
		.lifetime_s = request->validity_s,
		/* Where the line goes is for the message to say: it may be an approved text. */
		.origin = route->message != NULL && template_uses(route->message, "origin")
			? request->origin : NULL,
	};

	if (request->task == WIRE_TASK_STATUS)
		return 0;
	if (route->message != NULL && message_compose(route->message, &values, request->text,
			sizeof request->text) != 0)
		return fault_set(fault, FAULT_CONFIG, "%s: message: too long once filled in",
			route->path);
	if (route->validity_s != 0 && route->validity_s < request->validity_s)
		request->validity_s = route->validity_s;
	return 0;
}

static bool
has_text(const struct description *description)
{
	return description == NULL || description_send_uses(&description->text.send, "text") ||
		description_send_uses(&description->text.send, "text_hex");
}

void
route_note(const struct description *description, const struct wire_request *request,
	struct wire_reply *reply)
{
	struct message_size size;

	if (request->task != WIRE_TASK_TEXT || reply->outcome != WIRE_ACCEPTED ||
		reply->detail[0] != '\0' || !has_text(description))
		return;
	message_measure(request->text, &size);
	message_size_words(&size, reply->detail);
}

void
route_free(struct route *route)
{
	free(route->prefixes);
	free(route->senders);
	*route = (struct route){ 0 };
}
