/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotpctl roundtrip: a text through the gateways to a number of a service that receives texts,
 * and whether it arrives there.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/code.h"
#include "core/config.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/message.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/interrupt.h"
#include "ctl/person.h"
#include "ctl/receiver.h"
#include "ctl/site.h"
#include "ctl/texting.h"
#include "wire/clock.h"
#include "wire/request.h"

#define WAIT_S 120
#define LOOK_EVERY_MS 2000
#define NAP_MS 100	/* how late an interruption is seen */

struct roundtrip {
	struct texting texting;
	struct receiver receiver;
	long wait_s;
	struct code code;
	char text[WIRE_TEXT_SIZE];	/* as smsotp.conf has it, filled in */
	enum { NOT_SENT, LATE, UNKNOWN, ARRIVED } end;
	int64_t arrived_ms;		/* after the sending began */
};

/* What will not work anyway is found before a number is paid for. */
static int
prepare(const struct ctl *ctl, struct site *site, struct roundtrip *it, struct fault *fault)
{
	const char *name = command_option(ctl, "receiver");
	const struct command_number wait = { "wait", "seconds", WAIT_S, 0, 3600 };
	int result = command_number(ctl, &wait, &it->wait_s, fault);

	if (result == 0 && name == NULL)
		result = fault_set(fault, FAULT_SYSTEM, "through which receiver? --receiver names "
			"a file below receivers/");
	if (result == 0)
		result = site_load(ctl, NULL, site, fault);
	if (result == 0)
		result = site_open_store(site, fault);
	it->texting.site = site;
	it->texting.task = WIRE_TASK_TEXT;
	it->texting.reason = "roundtrip";
	it->texting.stopped = interrupt_came;
	if (result == 0)
		result = texting_choose(&it->texting, command_option(ctl, "gateway"), fault);
	if (result == 0)
		result = receiver_choose(site->config->directory, name, &it->receiver, fault);
	if (result == 0 && code_draw(&site->config->code, &it->code) != 0)
		result = fault_set(fault, FAULT_SYSTEM, "the random generator failed");
	return result;
}

static int
send_text(struct roundtrip *it, struct fault *fault)
{
	const struct config *config = it->texting.site->config;
	char ref[CODE_REF_SIZE], host[REQUEST_HOST_SIZE];
	const struct message_values values = {
		.code = it->code.text, .ref = ref, .host = host, .user = "",
		.service = "smsotpctl", .origin = "",
		.lifetime_s = (uint32_t)(config->code_lifetime_ms / 1000),
	};

	code_draw_ref(ref);
	request_host(host);
	if (message_compose(config->message, &values, it->text, sizeof it->text) != 0)
		return fault_set(fault, FAULT_CONFIG, "the message is too long once filled in");
	return texting_send(&it->texting, config->message, &values, fault);
}

/* Until the next look, or the end of the time. */
static void
nap(int64_t begin_ms, int64_t end_ms)
{
	const int64_t until_ms = clock_boot_ms() + LOOK_EVERY_MS;

	while (clock_boot_ms() < until_ms && clock_boot_ms() < end_ms && !interrupt_came()) {
		texting_progress("Waiting for the text", clock_boot_ms() - begin_ms);
		clock_sleep(NAP_MS);
	}
}

static void
look_for_text(struct roundtrip *it, int64_t begin_ms)
{
	static const char *const reasons[] = { [LATE] = "not_arrived", [UNKNOWN] = "unknown",
		[ARRIVED] = "arrived" };
	const int64_t end_ms = clock_boot_ms() + it->wait_s * 1000;
	enum receiver_look look = RECEIVER_WAITING;

	while (!interrupt_came()) {
		look = receiver_look(&it->receiver, it->code.text, it->text);
		if (look != RECEIVER_WAITING || clock_boot_ms() >= end_ms)
			break;
		nap(begin_ms, end_ms);
	}
	texting_progress(NULL, 0);
	it->arrived_ms = clock_boot_ms() - begin_ms;
	it->end = look == RECEIVER_ARRIVED ? ARRIVED : look == RECEIVER_REFUSED ? UNKNOWN : LATE;
	receiver_log_end(&it->receiver, reasons[it->end], it->arrived_ms);
}

/* Once there is a number. Whatever becomes of it, that is given back afterwards. */
static int
go_round(struct roundtrip *it, struct fault *fault)
{
	const int64_t begin_ms = clock_boot_ms();
	int result = texting_read_number(
		it->texting.site, it->receiver.number.text, &it->texting.to, fault);

	if (result == 0 && !interrupt_came())
		result = send_text(it, fault);
	/* What may have been sent may arrive. */
	if (result == 0 && (texting_taken(&it->texting) != NULL || it->texting.status.ambiguous))
		look_for_text(it, begin_ms);
	if (result == 0 && interrupt_came() && it->end != ARRIVED)
		result = fault_set(fault, FAULT_SYSTEM, "interrupted");
	return result;
}

/* --- what is told --------------------------------------------------------- */

static json_t *
describe(const struct ctl *ctl, const struct roundtrip *it)
{
	static const char *const why[] = { [NOT_SENT] = "not_sent", [LATE] = "late",
		[UNKNOWN] = "receiver", [ARRIVED] = NULL };
	const struct receiver *receiver = &it->receiver;
	const bool looked = it->end != NOT_SENT, kept = receiver->state == RECEIVER_HELD;

	return json_pack("{s:s, s:o, s:b, s:b, s:o, s:b, s:o, s:s?, s:o, s:o, s:o}",
		"receiver", receiver->target + sizeof GATEWAY_NAME_RECEIVER - 1,
		"number", person_number(ctl, &receiver->number),
		"accepted", texting_taken(&it->texting) != NULL,
		"may_have_been_sent", it->texting.status.ambiguous,
		"attempts", texting_attempts(&it->texting),
		"arrived", it->end == ARRIVED,
		"ms", it->end == ARRIVED ? json_integer(it->arrived_ms) : json_null(),
		"why", why[it->end], "says", looked ? ctl_text(receiver->says) : json_null(),
		"released", receiver->state == RECEIVER_NOTHING ? json_null() : json_boolean(!kept),
		"release_says", kept ? ctl_text(receiver->release_says) : json_null());
}

static void
show(const json_t *document)
{
	const char *number = ctl_string(document, "number"), *why = ctl_string(document, "why");
	const char *says = ctl_string(document, "says");
	const char *release = ctl_string(document, "release_says");

	texting_show_attempts(json_object_get(document, "attempts"));
	if (why == NULL) {
		const long long ms = ctl_number(document, "ms");

		printf("The text to %s arrived after %lld.%lld s", number, ms / 1000,
			ms % 1000 / 100);
	} else if (strcmp(why, "not_sent") == 0) {
		printf("No gateway took the text to %s", number);
	} else if (strcmp(why, "late") == 0) {
		printf("The text to %s has not arrived in time", number);
	} else {
		printf("Whether the text to %s has arrived cannot be known", number);
	}
	if (says != NULL && says[0] != '\0')
		printf(" (%s)", says);
	puts(".");
	if (release != NULL)
		printf("The number was not given back: %s\n", release);
}

/* What an administrator has to know of the number, too, where the command fails. */
static int
fail(const struct ctl *ctl, const struct roundtrip *it, const struct fault *fault,
	const char *advice)
{
	char kept[WIRE_WORDS_SIZE + 64];

	if (it->receiver.state == RECEIVER_HELD) {
		snprintf(kept, sizeof kept, "The number was not given back: %s",
			it->receiver.release_says);
		advice = kept;
	}
	return ctl_fail(ctl, fault, advice);
}

int
roundtrip_run(struct ctl *ctl)
{
	static const int statuses[] = { [NOT_SENT] = CTL_FOUND, [LATE] = CTL_FOUND,
		[UNKNOWN] = CTL_FAILED, [ARRIVED] = CTL_DONE };
	struct roundtrip it = { .end = NOT_SENT };
	struct site site = SITE_NONE;
	const char *advice = NULL;
	struct fault fault;
	int result, status;

	interrupt_hold();
	result = prepare(ctl, &site, &it, &fault);
	if (result == 0)
		result = receiver_rent(&it.receiver, &fault, &advice);
	if (result == 0) {
		result = go_round(&it, &fault);
		receiver_release(&it.receiver);
	}
	status = result != 0 ? fail(ctl, &it, &fault, advice)
		: ctl_print(ctl, describe(ctl, &it), show, statuses[it.end]);
	receiver_wipe(&it.receiver);
	texting_wipe(&it.texting);
	sodium_memzero(&it, sizeof it);
	site_close(&site);
	interrupt_obey();
	return status;
}
