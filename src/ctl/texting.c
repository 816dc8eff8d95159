/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/texting.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/health.h"
#include "core/log_line.h"
#include "core/message.h"
#include "core/store_admin.h"
#include "core/words.h"
#include "ctl/audit.h"
#include "ctl/ctl.h"
#include "ctl/site.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"

#define LOOK_MS 250
#define LATE_MS 500	/* for a keeper to say that its time is over */
#define NAMES_SIZE (KEEPER_ATTEMPTS_MAX * 67)

int
texting_read_number(const struct site *site, const char *text, struct e164 *ret_number,
	struct fault *fault)
{
	const struct config *config = site->config;
	const char *const *prefixes = (const char *const *)config->allowed_prefixes;
	struct e164 number;
	int error = e164_parse(text, config->country_code, &number);

	if (error != 0)
		return fault_set(fault, FAULT_SYSTEM, "that is no telephone number: %s",
			e164_strerror(error));
	if (!e164_allowed(&number, prefixes, config->allowed_prefix_count)) {
		e164_wipe(&number);
		return fault_set(fault, FAULT_SYSTEM, "allowed_prefixes leaves this number out");
	}
	*ret_number = number;
	e164_wipe(&number);
	return 0;
}

int
texting_choose(struct texting *texting, const char *gateway, struct fault *fault)
{
	const struct config *config = texting->site->config;

	if (gateway != NULL && !gateway_name_valid(gateway))
		return fault_set(fault, FAULT_SYSTEM, "\"%s\" cannot be a gateway's name",
			gateway);
	if (gateway != NULL) {
		texting->gateways[0] = gateway;
		texting->gateway_count = 1;
		return 0;
	}
	for (size_t i = 0; i < config->gateway_count; i++)
		texting->gateways[i] = config->gateways[i];
	texting->gateway_count = config->gateway_count;
	return 0;
}

void
texting_progress(const char *what, int64_t ms)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (what == NULL)
		fputs("\r\033[K", stderr);
	else
		fprintf(stderr, "\r\033[K%s, %lld s", what, (long long)(ms / 1000));
	(void)fflush(stderr);
}

/* Before anything is sent: what is killed on the way must stand in the log as well. */
static void
log_begin(const struct texting *texting)
{
	struct log_line line = { .event = "admin", .reason = texting->reason, .ms = -1 };
	struct e164_masked phone;
	char names[NAMES_SIZE] = "";

	for (size_t i = 0; i < texting->gateway_count; i++) {
		size_t length = strlen(names);

		snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? "," : "",
			texting->gateways[i]);
	}
	e164_mask_log(&texting->to, &phone);
	line.phone = &phone;
	line.gateway = names;
	audit_line(LOG_NOTICE, &line, texting->account);
}

/* As the module logs its own. */
static void
log_attempt(const struct texting *texting, const struct keeper_attempt *attempt)
{
	const struct wire_reply *reply = &attempt->reply;
	char words[WIRE_WORDS_SIZE];
	struct e164_masked phone;
	struct log_line line = {
		.event = texting->task == WIRE_TASK_VOICE ? "call" : "text",
		.reason = wire_outcome_name(reply->outcome), .phone = &phone,
		.gateway = texting->gateways[attempt->target], .message_id = reply->message_id,
		.ms = (long)attempt->elapsed_ms, .detail = words, .segments = texting->segments,
		.failover = keeper_failed_over(&texting->status, attempt),
	};

	wire_reply_words(reply, words);
	e164_mask_log(&texting->to, &phone);
	audit_line(reply->outcome == WIRE_ACCEPTED ? LOG_INFO : LOG_WARNING, &line,
		texting->account);
}

static int
charge(struct site *site, struct fault *fault)
{
	struct store_verdict verdict;
	char wait[WORDS_PART_SIZE];
	int result = store_charge_host(site->store, &verdict, fault);

	if (result != 0 || verdict.spent == STORE_BUDGET_NONE)
		return result;
	words_duration(NULL, verdict.wait_ms, wait);
	return fault_set(fault, FAULT_SYSTEM, "this host's budget of texts is spent; the next one "
		"in %s", wait);
}

/* The words of who is being asked now. */
static void
show_waiting(const struct texting *texting, int64_t ms)
{
	const struct keeper_status *status = &texting->status;
	size_t now = status->attempt_count;
	char words[96];

	if (now > 0)
		now = status->attempts[now - 1].target + (status->attempts[now - 1].ended ? 1 : 0);
	if (now >= texting->gateway_count)
		return;
	snprintf(words, sizeof words, "Waiting for %s", texting->gateways[now]);
	texting_progress(words, ms);
}

static int
run(struct texting *texting, const struct wire_request *request, struct fault *fault)
{
	const struct config *config = texting->site->config;
	struct health_row *rows[KEEPER_ATTEMPTS_MAX];
	const struct keeper_job job = {
		.helper = SMSOTP_SEND,
		.argument = config->directory,
		.targets = texting->gateways,
		.target_count = texting->gateway_count,
		.health = rows,
		.timeout_ms = config->send_timeout_ms,
		.request = request,
	};
	struct fault trouble = { .text = "" };
	struct log_line warning = {
		.event = "warning", .reason = "gateway_health", .ms = -1, .detail = trouble.text,
	};
	struct keeper *keeper = NULL;
	struct health *health = NULL;
	int64_t start_ms, passed_ms = 0;
	int result = store_health(texting->site->store, &health, &trouble, fault);

	/* Told once, to whoever asks first: no login will say it any more. */
	if (trouble.text[0] != '\0')
		audit_line(LOG_WARNING, &warning, NULL);
	for (size_t i = 0; result == 0 && i < texting->gateway_count; i++)
		rows[i] = health_find(health, config->directory, texting->gateways[i]);
	if (result == 0)
		result = charge(texting->site, fault);
	if (result != 0)
		return result;
	log_begin(texting);
	start_ms = clock_boot_ms();
	result = keeper_start(&job, &keeper, fault);
	if (result != 0)
		return result;
	do {
		show_waiting(texting, passed_ms);
		keeper_poll(keeper, LOOK_MS, &texting->status);
		passed_ms = clock_boot_ms() - start_ms;
	} while (texting->status.state != KEEPER_ACCEPTED &&
		texting->status.state != KEEPER_FAILED &&
		passed_ms < config->send_timeout_ms + LATE_MS &&
		(texting->stopped == NULL || !texting->stopped()));
	texting_progress(NULL, 0);
	keeper_stop(&keeper, &texting->status);
	return 0;
}

int
texting_send(struct texting *texting, const char *template, const struct message_values *values,
	struct fault *fault)
{
	const struct request_plan plan = {
		.task = texting->task, .to = &texting->to, .template = template, .values = values,
	};
	struct wire_request request;
	struct message_size size = { .segments = 0 };
	int result = request_compose(&plan, &request);

	if (result != 0)
		result = fault_set(fault, FAULT_CONFIG, "the message is too long once filled in");
	else if (texting->task == WIRE_TASK_TEXT)
		message_measure(request.text, &size);
	texting->segments = size.segments;
	if (result == 0)
		result = run(texting, &request, fault);
	sodium_memzero(&request, sizeof request);
	for (size_t i = 0; result == 0 && i < texting->status.attempt_count; i++) {
		if (texting->status.attempts[i].ended)
			log_attempt(texting, &texting->status.attempts[i]);
	}
	return result;
}

const struct keeper_attempt *
texting_taken(const struct texting *texting)
{
	const struct keeper_status *status = &texting->status;

	return status->state == KEEPER_ACCEPTED && status->attempt_count > 0
		? &status->attempts[status->attempt_count - 1] : NULL;
}

json_t *
texting_attempts(const struct texting *texting)
{
	json_t *attempts = json_array();

	for (size_t i = 0; i < texting->status.attempt_count; i++) {
		const struct keeper_attempt *attempt = &texting->status.attempts[i];
		const struct wire_reply *reply = &attempt->reply;
		const char *id = reply->message_id[0] != '\0' ? reply->message_id : NULL;
		char words[WIRE_WORDS_SIZE];

		if (!attempt->ended)
			continue;
		wire_reply_words(reply, words);
		if (json_array_append_new(attempts, json_pack("{s:s, s:s, s:I, s:o, s:o}",
		    "gateway", texting->gateways[attempt->target],
		    "outcome", wire_outcome_name(reply->outcome),
		    "ms", (json_int_t)attempt->elapsed_ms, "id", ctl_text(id), "says",
		    ctl_text(words))) != 0) {
			json_decref(attempts);
			return NULL;
		}
	}
	return attempts;
}

void
texting_show_attempts(const json_t *attempts)
{
	const json_t *one;
	size_t index;

	json_array_foreach(attempts, index, one) {
		const char *id = json_string_value(json_object_get(one, "id"));
		const char *says = json_string_value(json_object_get(one, "says"));

		printf("%s: %s after %lld ms", json_string_value(json_object_get(one, "gateway")),
			json_string_value(json_object_get(one, "outcome")),
			(long long)json_integer_value(json_object_get(one, "ms")));
		if (id != NULL)
			printf(", id %s", id);
		if (says[0] != '\0')
			printf(": %s", says);
		putchar('\n');
	}
}

void
texting_wipe(struct texting *texting)
{
	sodium_memzero(texting, sizeof *texting);
}
