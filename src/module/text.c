/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "core/config.h"
#include "core/random.h"
#include "core/shelter.h"
#include "core/template.h"
#include "module/clock.h"
#include "module/log.h"
#include "module/login_state.h"
#include "module/report.h"
#include "paths.h"

/*
 * Texting an account that does not exist takes as long as a fast gateway does; a few draws around
 * that.
 */
#define PRETEND_BASE_MS 300
#define PRETEND_SPREAD_MS 256

static int
compose(const struct login *login, struct wire_request *request)
{
	char minutes[8];

	snprintf(minutes, sizeof minutes, "%d", (int)(login->config->code_lifetime_ms / 60000 > 0
		? login->config->code_lifetime_ms / 60000 : 1));

	const struct template_value values[] = {
		{ "code", login->code.text }, { "ref", login->ref }, { "host", login->host },
		{ "user", login->account.name }, { "service", login->service },
		{ "client", login->client }, { "minutes", minutes },
	};

	memset(request, 0, sizeof *request);
	request->task = WIRE_TASK_TEXT;
	request->validity_s = (uint32_t)(login->config->code_lifetime_ms / 1000);
	memcpy(request->to, login_phone(login)->text, sizeof request->to);
	memcpy(request->code, login->code.text, sizeof request->code);
	memcpy(request->ref, login->ref, sizeof login->ref);
	return template_expand(login->config->message, values, sizeof values / sizeof values[0],
		request->text, sizeof request->text);
}

static enum outcome
outcome_of_verdict(struct login *login, const struct store_verdict *verdict)
{
	login->wait_ms = verdict->standing == STORE_LOCKED ? verdict->locked_for_ms
		: verdict->wait_ms;
	if (verdict->standing == STORE_LOCKED)
		return OUTCOME_LOCKED;
	if (verdict->standing == STORE_DISABLED)
		return OUTCOME_DISABLED;
	switch (verdict->spent) {
	case STORE_BUDGET_NONE: return OUTCOME_ACCEPTED;
	case STORE_BUDGET_USER: return OUTCOME_BUDGET_USER;
	case STORE_BUDGET_PHONE: return OUTCOME_BUDGET_PHONE;
	case STORE_BUDGET_CLIENT: return OUTCOME_BUDGET_CLIENT;
	case STORE_BUDGET_HOST: return OUTCOME_BUDGET_HOST;
	case STORE_BUDGET_VOICE: return OUTCOME_BUDGET_VOICE;
	}
	return OUTCOME_SYSTEM;
}

static int
start_keeper(struct login *login, const struct wire_request *request)
{
	const struct keeper_job job = {
		.helper = SMSOTP_SEND,
		.directory = login->config->directory,
		.gateways = login->config->gateways,
		.gateway_count = login->config->gateway_count,
		.start_after_ms = login->texts == 0 ? login->config->send_after_ms : 0,
		.timeout_ms = login->config->send_timeout_ms,
		.request = request,
	};

	memset(&login->sent, 0, sizeof login->sent);
	login->logged = 0;
	return keeper_start(&job, &login->keeper, &login->fault);
}

/*
 * Reserves and sends. *ret_live is false if the code to be texted again has meanwhile ended;
 * nothing is sent then.
 */
static enum outcome
reserve_and_send(struct login *login, bool *ret_live)
{
	struct wire_request request;
	struct store_verdict verdict = { .standing = STORE_FREE };
	const struct store_more more = {
		.kind = LIMIT_TEXT, .phone = login_phone(login), .code = &login->code,
	};
	struct shelter shelter;
	enum outcome outcome;
	bool live = true;
	int result;

	if (compose(login, &request) != 0) {
		result = fault_set(&login->fault, FAULT_CONFIG,
			"%s: message: too long once filled in", login->conf_path);
		goto out;
	}
	result = shelter_enter(&shelter, &login->fault);
	if (result != 0)
		goto out;
	if (login->ticket.serial == 0)
		result = store_issue(login->store, &login->who, login_phone(login), &login->code,
			login->config->code_lifetime_ms, &login->ticket, &verdict, &login->fault);
	else
		result = store_again(login->store, &login->who, &more, &login->ticket, &live,
			&verdict, &login->fault);
	if (result == 0 && live && outcome_of_verdict(login, &verdict) == OUTCOME_ACCEPTED)
		result = start_keeper(login, &request);
	if (shelter_leave(&shelter, result == 0 ? &login->fault : NULL) != 0 && result == 0)
		result = FAULT_SYSTEM;
out:
	sodium_memzero(&request, sizeof request);
	outcome = result != 0 ? outcome_of_fault((enum fault_kind)result)
		: outcome_of_verdict(login, &verdict);
	if (outcome == OUTCOME_ACCEPTED && live) {
		login->texts++;
		login->texted_boot_ms = clock_boot_ms();
	}
	*ret_live = live;
	return outcome;
}

enum outcome
text_first(struct login *login)
{
	bool live;

	if (!login->account.known) {
		login->texts = 1;
		login->texted_boot_ms = clock_boot_ms();
		login->ticket.expires_boot_ms = login->texted_boot_ms +
			login->config->code_lifetime_ms;
		return OUTCOME_ACCEPTED;
	}
	if (code_draw(&login->config->code, &login->code) != 0) {
		(void)fault_set(&login->fault, FAULT_SYSTEM, "no random numbers for a code");
		return OUTCOME_SYSTEM;
	}
	return reserve_and_send(login, &live);
}

/* As a real user would see it, without a text, a file or a budget. */
static enum text_answer
pretend_again(struct login *login, enum outcome *ret_outcome)
{
	const struct limit_texts *budgets[] = {
		&login->config->budget.user, &login->config->budget.phone,
	};
	int64_t now = clock_boot_ms();
	int64_t age = now - (login->ticket.expires_boot_ms - login->config->code_lifetime_ms);

	if (now >= login->ticket.expires_boot_ms) {
		*ret_outcome = OUTCOME_EXPIRED_CODE;
		return TEXT_ENDED;
	}
	for (size_t i = 0; i < sizeof budgets / sizeof budgets[0]; i++) {
		if (login->texts < budgets[i]->unredeemed || age >= budgets[i]->window_ms)
			continue;
		login->wait_ms = budgets[i]->window_ms - age;
		return TEXT_SPENT;
	}
	login->texts++;
	login->texted_boot_ms = now;
	return TEXT_GRANTED;
}

enum text_answer
text_again(struct login *login, size_t phone, enum outcome *ret_outcome)
{
	int64_t wait = login->texted_boot_ms + login->config->budget.cooldown_ms - clock_boot_ms();
	size_t before = login->phone;
	bool live = true;

	text_follow(login, 0);
	if (login->sent.state == KEEPER_WAITING || login->sent.state == KEEPER_SENDING)
		return TEXT_BUSY;
	if (wait > 0) {
		login->wait_ms = wait;
		return TEXT_COOLDOWN;
	}
	if (!login->account.known)
		return pretend_again(login, ret_outcome);

	keeper_stop(&login->keeper, NULL);
	login->phone = phone;
	*ret_outcome = reserve_and_send(login, &live);
	if (*ret_outcome == OUTCOME_ACCEPTED && live)
		return TEXT_GRANTED;
	login->phone = before;
	if (!live) {
		*ret_outcome = clock_boot_ms() >= login->ticket.expires_boot_ms
			? OUTCOME_EXPIRED_CODE : OUTCOME_USED_CODE;
		return TEXT_ENDED;
	}
	switch (*ret_outcome) {
	case OUTCOME_BUDGET_USER:
	case OUTCOME_BUDGET_PHONE:
	case OUTCOME_BUDGET_CLIENT:
	case OUTCOME_BUDGET_HOST:
		report_outcome(login, "refused", *ret_outcome);
		return TEXT_SPENT;
	default:
		return TEXT_ENDED;
	}
}

static void
log_attempt(const struct login *login, const struct keeper_attempt *attempt)
{
	const struct wire_reply *reply = &attempt->reply;
	char detail[WIRE_DETAIL_SIZE + 16] = "";
	struct report_line written;
	struct log_line *line = &written.line;

	report_describe(login, &written);
	if (reply->http_status != 0)
		snprintf(detail, sizeof detail, "HTTP %u%s", (unsigned int)reply->http_status,
			reply->detail[0] != '\0' ? ": " : "");
	strncat(detail, reply->detail, WIRE_DETAIL_SIZE);
	line->event = "text";
	line->reason = wire_outcome_name(reply->outcome);
	line->gateway = login->config->gateways[attempt->gateway];
	line->message_id = reply->message_id;
	line->ms = (long)attempt->elapsed_ms;
	line->detail = detail;
	log_write(login->pamh, reply->outcome == WIRE_ACCEPTED ? LOG_INFO : LOG_WARNING, line);
}

static void
log_attempts(struct login *login)
{
	while (login->logged < login->sent.attempt_count &&
	    login->sent.attempts[login->logged].ended)
		log_attempt(login, &login->sent.attempts[login->logged++]);
}

void
text_follow(struct login *login, int64_t wait_ms)
{
	unsigned int spread = 0;

	if (login->keeper != NULL) {
		keeper_poll(login->keeper, wait_ms, &login->sent);
		log_attempts(login);
		return;
	}
	if (login->account.known)
		return;
	/* Only the first text waits for send_after. */
	login->sent.state = login->texts == 1 && clock_boot_ms() <
		login->texted_boot_ms + login->config->send_after_ms
		? KEEPER_WAITING : KEEPER_ACCEPTED;
	if (wait_ms <= 0)
		return;
	if (random_below(PRETEND_SPREAD_MS, &spread) != 0)
		spread = 0;
	clock_sleep(wait_ms < PRETEND_BASE_MS + spread ? wait_ms : PRETEND_BASE_MS + spread);
}

void
text_end(struct login *login)
{
	bool had = login->keeper != NULL;

	keeper_stop(&login->keeper, &login->sent);
	if (!had)
		return;
	log_attempts(login);
	if (!login->sent.began && login->texts == 1 &&
	    store_cancel(login->store, &login->who, &login->ticket, &login->fault) == 0)
		login->ticket.serial = 0;
}
