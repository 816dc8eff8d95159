/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/query.h"

#include <stdio.h>
#include <syslog.h>

#include "module/login_state.h"
#include "module/pretend.h"
#include "module/report.h"
#include "module/send.h"
#include "paths.h"
#include "wire/request.h"

/* A person waits at an empty prompt meanwhile. */
#define QUERY_MS 3000

static bool
can_ask(const struct login *login)
{
	const struct login_taken *taken = &login->taken;

	return login->task == WIRE_TASK_TEXT && login->sent.state == KEEPER_ACCEPTED &&
		taken->any && taken->message_id[0] != '\0' &&
		send_offers(login, taken->gateway, WIRE_OFFERS_STATUS);
}

static int64_t
timeout_of(const struct login *login)
{
	return login->config->send_timeout_ms < QUERY_MS ? login->config->send_timeout_ms
		: QUERY_MS;
}

/* Runs the query to its end. Returns 0 with *ret_attempt ended, or a fault. */
static int
run(const struct login *login, struct keeper_attempt *ret_attempt, struct fault *fault)
{
	const struct request_fate fate = {
		.helper = SMSOTP_SEND,
		.directory = login->config->directory,
		.gateway = login->config->gateways[login->taken.gateway],
		.to = login_phone(login),
		.ref = login->ref,
		.message_id = login->taken.message_id,
		.timeout_ms = timeout_of(login),
	};

	return request_fate(&fate, ret_attempt, fault);
}

static void
log_query(const struct login *login, const struct keeper_attempt *attempt,
	const struct fault *fault)
{
	const bool answered = attempt != NULL && attempt->reply.outcome == WIRE_ACCEPTED;
	struct report_line written;
	struct log_line *line = &written.line;
	char reply[WIRE_WORDS_SIZE], detail[WIRE_WORDS_SIZE + 16];

	report_describe(login, &written);
	line->event = "status";
	line->reason = wire_delivery_name(login->delivery);
	line->gateway = login->config->gateways[login->taken.gateway];
	line->message_id = login->taken.message_id;
	line->detail = fault->text;
	if (attempt != NULL) {
		line->ms = (long)attempt->elapsed_ms;
		wire_reply_words(&attempt->reply, reply);
		/* What became of the query: as a reason, "unreachable" would be the phone. */
		snprintf(detail, sizeof detail, "%s: %s",
			wire_outcome_name(attempt->reply.outcome), reply);
		line->detail = answered ? reply : detail;
	}
	report_write(login, answered ? LOG_INFO : LOG_WARNING, line);
}

void
query_ask(struct login *login)
{
	struct fault fault = { .text = "" };
	struct keeper_attempt attempt = { .ended = false };

	if (!login->account.known) {
		pretend_query(login, timeout_of(login));
		return;
	}
	if (!can_ask(login) || wire_delivery_final(login->delivery))
		return;
	keeper_stop(&login->keeper, NULL);
	login->delivery = WIRE_DELIVERY_UNKNOWN;
	if (run(login, &attempt, &fault) != 0) {
		log_query(login, NULL, &fault);
		return;
	}
	if (attempt.reply.outcome == WIRE_ACCEPTED)
		login->delivery = attempt.reply.delivery;
	log_query(login, &attempt, &fault);
}
