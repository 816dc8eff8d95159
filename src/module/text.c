/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/text.h"

#include <string.h>

#include "core/config.h"
#include "module/login_state.h"
#include "module/pretend.h"
#include "module/report.h"
#include "module/send.h"
#include "wire/clock.h"

enum outcome
text_first(struct login *login)
{
	bool live;

	if (!login->account.known) {
		pretend_first(login);
		return OUTCOME_ACCEPTED;
	}
	if (code_draw(&login->config->code, &login->code) != 0) {
		(void)fault_set(&login->fault, FAULT_SYSTEM, "no random numbers for a code");
		return OUTCOME_SYSTEM;
	}
	return send_code(login, WIRE_TASK_TEXT, &live);
}

static enum text_answer
again(struct login *login, enum wire_task task, size_t phone, enum outcome *ret_outcome)
{
	int64_t wait = login->texted_boot_ms + login->config->budget.cooldown_ms - clock_boot_ms();
	struct gateways gateways;
	size_t before = login->phone;
	bool live = true;

	text_follow(login, 0);
	if (login->sent.state == KEEPER_WAITING || login->sent.state == KEEPER_SENDING)
		return TEXT_BUSY;
	send_route(login, task, &gateways);
	if (gateways.count == 0)
		return TEXT_IMPOSSIBLE;
	/* A number that cannot be texted has cost nobody a text: its owner need not wait. */
	if (wait > 0 && !gateways_refused_number(login)) {
		login->wait_ms = wait;
		return TEXT_COOLDOWN;
	}
	if (!login->account.known)
		return pretend_again(login, task, ret_outcome);

	keeper_stop(&login->keeper, NULL);
	login->phone = phone;
	*ret_outcome = send_code(login, task, &live);
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
	case OUTCOME_BUDGET_VOICE:
		report_outcome(login, "refused", *ret_outcome);
		return TEXT_SPENT;
	default:
		return TEXT_ENDED;
	}
}

enum text_answer
text_again(struct login *login, size_t phone, enum outcome *ret_outcome)
{
	return again(login, WIRE_TASK_TEXT, phone, ret_outcome);
}

enum text_answer
text_call(struct login *login, enum outcome *ret_outcome)
{
	return again(login, WIRE_TASK_VOICE, login->phone, ret_outcome);
}

bool
text_can_call(const struct login *login)
{
	for (size_t i = 0; i < login->config->gateway_count; i++) {
		if (send_offers(login, i, WIRE_OFFERS_VOICE))
			return true;
	}
	return false;
}

bool
text_none_called(const struct login *login)
{
	for (size_t i = 0; i < login->sent.attempt_count; i++) {
		if (!login->sent.attempts[i].ended ||
		    login->sent.attempts[i].reply.outcome != WIRE_SKIPPED)
			return false;
	}
	return login->task == WIRE_TASK_VOICE && login->sent.attempt_count > 0;
}

static void
log_attempt(const struct login *login, const struct keeper_attempt *attempt)
{
	const struct wire_reply *reply = &attempt->reply;
	char detail[WIRE_WORDS_SIZE];
	struct report_line written;
	struct log_line *line = &written.line;

	report_describe(login, &written);
	wire_reply_words(reply, detail);
	line->event = login->task == WIRE_TASK_VOICE ? "call" : "text";
	line->reason = wire_outcome_name(reply->outcome);
	line->gateway = login->gateways.names[attempt->target];
	line->message_id = reply->message_id;
	line->ms = (long)attempt->elapsed_ms;
	line->detail = detail;
	line->segments = login->task == WIRE_TASK_TEXT ? login->segments : 0;
	line->failover = keeper_failed_over(&login->sent, attempt);
	report_write(login, gateways_priority(&login->gateways, attempt), line);
}

/* What a reply tells for the rest of the login. */
static void
learn(struct login *login, const struct keeper_attempt *attempt)
{
	const struct wire_reply *reply = &attempt->reply;
	size_t gateway = login->gateways.numbers[attempt->target];

	if (wire_offers_known(reply))
		login->offers[gateway] = (struct login_offers){
			.known = true, .bits = reply->offers,
		};
	if (reply->outcome != WIRE_ACCEPTED)
		return;
	login->taken = (struct login_taken){
		.any = true, .gateway = gateway, .elapsed_ms = attempt->elapsed_ms,
	};
	memcpy(login->taken.message_id, reply->message_id, sizeof reply->message_id);
}

static void
take_in(struct login *login)
{
	while (login->logged < login->sent.attempt_count &&
	    login->sent.attempts[login->logged].ended) {
		const struct keeper_attempt *attempt = &login->sent.attempts[login->logged++];

		learn(login, attempt);
		log_attempt(login, attempt);
	}
}

void
text_follow(struct login *login, int64_t wait_ms)
{
	if (login->keeper != NULL) {
		keeper_poll(login->keeper, wait_ms, &login->sent);
		take_in(login);
		return;
	}
	if (!login->account.known)
		pretend_follow(login, wait_ms);
}

void
text_end(struct login *login)
{
	bool had = login->keeper != NULL;

	keeper_stop(&login->keeper, &login->sent);
	if (!had)
		return;
	take_in(login);
	if (!login->sent.began && login->texts == 1 && login->calls == 0 &&
	    store_cancel(login->store, &login->who, &login->ticket, &login->fault) == 0)
		login->ticket.serial = 0;
}
