/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl send: a test text, and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "core/fault.h"
#include "core/log_line.h"
#include "core/message.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/person.h"
#include "ctl/texting.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"

#define WAIT_S 60
#define WAIT_MOST_S 3600
#define ASK_EVERY_MS 3000
#define ASK_MS 10000

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
	enum wire_delivery delivery;
	bool asked;			/* of the delivery */
	char says[FAULT_TEXT_SIZE];	/* the last answer */
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
read_wait(const struct ctl *ctl, long *ret_wait_s, struct fault *fault)
{
	const char *text = command_option(ctl, "wait");
	char *end;
	long seconds;

	if (text == NULL) {
		*ret_wait_s = WAIT_S;
		return 0;
	}
	errno = 0;
	seconds = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || seconds < 0 || seconds > WAIT_MOST_S)
		return fault_set(fault, FAULT_SYSTEM, "--wait takes 0 to %d seconds", WAIT_MOST_S);
	*ret_wait_s = seconds;
	return 0;
}

static int
prepare(const struct ctl *ctl, struct site *site, struct sending *it, struct fault *fault)
{
	const char *to = command_option(ctl, "to");
	int result = read_wait(ctl, &it->wait_s, fault);

	it->texting.site = site;
	it->texting.reason = "send";
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

/* --- what becomes of it --------------------------------------------------- */

static void
log_delivery(const struct sending *it, const struct keeper_attempt *taken)
{
	struct e164_masked phone;
	struct log_line line = {
		.event = "status", .reason = wire_delivery_name(it->delivery), .phone = &phone,
		.gateway = it->texting.gateways[taken->target],
		.message_id = taken->reply.message_id, .ms = -1, .detail = it->says,
	};

	e164_mask_log(&it->texting.to, &phone);
	audit_line(LOG_INFO, &line, it->texting.account);
}

/* Asks until the answer is final or the time is over. Why not is told once, by the last answer. */
static void
follow(struct sending *it, const struct site *site)
{
	const struct keeper_attempt *taken = texting_taken(&it->texting);
	const int64_t start_ms = clock_boot_ms(), end_ms = start_ms + it->wait_s * 1000;
	struct request_fate fate = {
		.helper = SMSOTP_SEND, .directory = site->config->directory,
		.to = &it->texting.to, .ref = ref, .timeout_ms = ASK_MS,
	};

	if (taken == NULL || it->wait_s == 0 || taken->reply.message_id[0] == '\0' ||
	    (taken->reply.offers & WIRE_OFFERS_STATUS) == 0)
		return;
	fate.gateway = it->texting.gateways[taken->target];
	fate.message_id = taken->reply.message_id;
	it->asked = true;
	do {
		struct fault fault = { .text = "" };
		struct keeper_attempt answer = { .ended = false };

		texting_progress("Waiting for the delivery", clock_boot_ms() - start_ms);
		if (end_ms - clock_boot_ms() < fate.timeout_ms)
			fate.timeout_ms = end_ms - clock_boot_ms();
		if (request_fate(&fate, &answer, &fault) != 0) {
			snprintf(it->says, sizeof it->says, "%s", fault.text);
			break;
		}
		wire_reply_words(&answer.reply, it->says);
		if (answer.reply.outcome == WIRE_ACCEPTED)
			it->delivery = answer.reply.delivery;
		if (wire_delivery_final(it->delivery) || end_ms - clock_boot_ms() < ASK_EVERY_MS)
			break;
		clock_sleep(ASK_EVERY_MS);
	} while (clock_boot_ms() < end_ms);
	texting_progress(NULL, 0);
	log_delivery(it, taken);
}

/* --- what is told --------------------------------------------------------- */

static json_t *
describe(const struct ctl *ctl, const struct sending *it)
{
	const struct texting *texting = &it->texting;
	json_t *delivery = !it->asked ? json_null() : json_pack("{s:s, s:b, s:o}",
		"state", wire_delivery_name(it->delivery),
		"final", wire_delivery_final(it->delivery), "says", ctl_text(it->says));

	return json_pack("{s:o, s:o, s:b, s:b, s:o, s:o}",
		"user", ctl_text(texting->account != NULL ? texting->account->name : NULL),
		"number", person_number(ctl, &texting->to),
		"accepted", texting_taken(texting) != NULL,
		"may_have_been_sent", texting->status.ambiguous,
		"attempts", texting_attempts(texting), "delivery", delivery);
}

static void
show(const json_t *document)
{
	const json_t *delivery = json_object_get(document, "delivery");
	const char *number = json_string_value(json_object_get(document, "number"));
	bool sure = json_is_false(json_object_get(document, "may_have_been_sent"));

	texting_show_attempts(json_object_get(document, "attempts"));
	if (!json_is_true(json_object_get(document, "accepted"))) {
		printf("No gateway took the text to %s%s.\n", number,
			sure ? "" : ", but it may have been sent");
		return;
	}
	printf("The text to %s is accepted.\n", number);
	if (json_is_null(delivery)) {
		puts("This gateway was not asked what became of it.");
		return;
	}
	printf("Delivery: %s%s", json_string_value(json_object_get(delivery, "state")),
		json_is_true(json_object_get(delivery, "final")) ? "" : " until now");
	if (json_string_length(json_object_get(delivery, "says")) > 0)
		printf(" (%s)", json_string_value(json_object_get(delivery, "says")));
	putchar('\n');
}

int
send_run(struct ctl *ctl)
{
	struct sending it = { .delivery = WIRE_DELIVERY_UNKNOWN };
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
		follow(&it, &site);
		status = ctl_print(ctl, describe(ctl, &it), show,
			texting_taken(&it.texting) != NULL ? CTL_DONE : CTL_FOUND);
	}
	person_wipe(&it.person);
	texting_wipe(&it.texting);
	site_close(&site);
	return status;
}
