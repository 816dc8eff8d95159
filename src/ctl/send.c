/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl send: a test text, and what becomes of it; or a test call. */
#include <stdio.h>
#include <string.h>

#include "core/fault.h"
#include "core/message.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/delivery.h"
#include "ctl/person.h"
#include "ctl/texting.h"
#include "wire/request.h"

#define WAIT_S 60

/* Nothing in it looks like a code: whoever gets it must not learn to expect one unasked. */
static const char message[] =
	"Test of {host} by its administrator. There is no code in this text, and nothing to do.";
/* A gateway with a message of its own has to be given one. */
static const char no_code[CODE_MAX_LENGTH + 1] = "0000000000";
static const char ref[] = "test";

struct sending {
	struct texting texting;
	struct person person;		/* account.known: it was asked for by name */
	long wait_s;
	struct delivery delivery;
};

/* --- to whom -------------------------------------------------------------- */

static int
choose_phone(struct site *site, const char *name, struct sending *it, struct fault *fault)
{
	const struct phones *phones = &it->person.phones;
	int result = person_find(site, name, &it->person, fault);

	if (result != 0)
		return result;
	it->texting.account = &it->person.account;
	switch (phones->outcome) {
	case PHONES_FOUND:
		it->texting.to = phones->number[0];
		return 0;
	case PHONES_NONE:
		return fault_set(fault, FAULT_SYSTEM, "no source has a phone for %s", name);
	case PHONES_BAD:
		return fault_set(fault, FAULT_SYSTEM, "the number that source \"%s\" has for %s "
			"is none: %s", phones->source, name, e164_strerror(phones->bad));
	case PHONES_NOT_ALLOWED:
		return fault_set(fault, FAULT_SYSTEM, "allowed_prefixes leaves out the number "
			"that source \"%s\" has for %s", phones->source, name);
	case PHONES_UNAVAILABLE:
		break;
	}
	return fault_set(fault, FAULT_SYSTEM, "%s", it->person.trouble.text);
}

static int
prepare(const struct ctl *ctl, struct site *site, struct sending *it, struct fault *fault)
{
	const char *to = command_option(ctl, "to");
	const struct command_number wait = { "wait", "seconds", WAIT_S, 0, 3600 };
	int result = command_number(ctl, &wait, &it->wait_s, fault);

	it->texting.site = site;
	it->texting.task = command_option(ctl, "voice") != NULL ? WIRE_TASK_VOICE : WIRE_TASK_TEXT;
	it->texting.reason = it->texting.task == WIRE_TASK_VOICE ? "send_voice" : "send";
	/* Of calls nobody is asked what became of them, at a login neither. */
	if (result == 0 && it->texting.task == WIRE_TASK_VOICE &&
	    command_option(ctl, "wait") != NULL)
		result = fault_set(fault, FAULT_SYSTEM, "--wait is for texts: no gateway is asked "
			"what became of a call");
	if (result == 0 && (to == NULL) == (ctl->operand_count == 0))
		result = fault_set(fault, FAULT_SYSTEM, "to whom? Either a user, or --to a number");
	if (result == 0)
		result = site_load(ctl, NULL, site, fault);
	if (result == 0)
		result = site_open_store(site, fault);
	if (result == 0)
		result = to != NULL ? texting_read_number(site, to, &it->texting.to, fault)
			: choose_phone(site, ctl->operands[0], it, fault);
	if (result == 0)
		result = texting_choose(&it->texting, command_option(ctl, "gateway"), fault);
	return result;
}

/* --- what is told --------------------------------------------------------- */

static json_t *
describe(const struct ctl *ctl, const struct sending *it)
{
	const struct texting *texting = &it->texting;

	return json_pack("{s:o, s:o, s:s, s:b, s:b, s:o, s:o}",
		"user", ctl_text(texting->account != NULL ? texting->account->name : NULL),
		"number", person_number(ctl, &texting->to),
		"kind", texting->task == WIRE_TASK_VOICE ? "call" : "text",
		"accepted", texting_taken(texting) != NULL,
		"may_have_been_sent", texting->status.ambiguous,
		"attempts", texting_attempts(texting),
		"delivery", delivery_describe(&it->delivery));
}

static void
show_call(const json_t *document)
{
	const char *number = ctl_string(document, "number");

	if (json_is_true(json_object_get(document, "accepted")))
		printf("The call to %s is accepted. What it reads out are zeros.\n", number);
	else
		printf("No gateway took the call to %s%s.\n", number,
			json_is_false(json_object_get(document, "may_have_been_sent")) ? ""
			: ", but the phone may ring");
}

static void
show(const json_t *document)
{
	const char *number = ctl_string(document, "number");
	bool sure = json_is_false(json_object_get(document, "may_have_been_sent"));

	texting_show_attempts(json_object_get(document, "attempts"));
	if (strcmp(ctl_string(document, "kind"), "call") == 0) {
		show_call(document);
		return;
	}
	if (!json_is_true(json_object_get(document, "accepted"))) {
		printf("No gateway took the text to %s%s.\n", number,
			sure ? "" : ", but it may have been sent");
		return;
	}
	printf("The text to %s is accepted.\n", number);
	delivery_show(json_object_get(document, "delivery"));
}

int
send_run(struct ctl *ctl)
{
	struct sending it = { .delivery = { .asked = false } };
	struct site site = SITE_NONE;
	char host[REQUEST_HOST_SIZE], code[CODE_MAX_LENGTH + 1] = "";
	struct message_values values = {
		.code = code, .ref = ref, .host = host, .origin = "",
	};
	struct fault fault;
	int result, status;

	result = prepare(ctl, &site, &it, &fault);
	if (result == 0) {
		request_host(host);
		memcpy(code, no_code, site.config->code.length);
		values.user = it.texting.account != NULL ? it.texting.account->name : "";
		values.lifetime_s = (uint32_t)(site.config->code_lifetime_ms / 1000);
		result = texting_send(&it.texting, message, &values, &fault);
	}
	if (result != 0) {
		status = ctl_fail(ctl, &fault, NULL);
	} else {
		if (it.texting.task == WIRE_TASK_TEXT)
			delivery_follow(&it.texting, ref, it.wait_s * 1000, &it.delivery);
		status = ctl_print(ctl, describe(ctl, &it), show,
			texting_taken(&it.texting) != NULL ? CTL_DONE : CTL_FOUND);
	}
	person_wipe(&it.person);
	texting_wipe(&it.texting);
	site_close(&site);
	return status;
}
