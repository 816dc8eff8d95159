/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/query.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "module/login_state.h"
#include "module/pretend.h"
#include "module/report.h"
#include "module/send.h"
#include "paths.h"

/* A person waits at an empty prompt meanwhile. */
#define QUERY_MS 3000

static bool
final(enum wire_delivery delivery)
{
	return delivery == WIRE_DELIVERY_DELIVERED || delivery == WIRE_DELIVERY_REFUSED ||
		delivery == WIRE_DELIVERY_FAILED;
}

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
	struct wire_request request = { .task = WIRE_TASK_STATUS };
	const char *const gateway = login->config->gateways[login->taken.gateway];
	const struct keeper_job job = {
		.helper = SMSOTP_SEND,
		.argument = login->config->directory,
		.targets = &gateway,
		.target_count = 1,
		.timeout_ms = timeout_of(login),
		.request = &request,
	};
	int result;

	memcpy(request.to, login_phone(login)->text, sizeof request.to);
	memcpy(request.ref, login->ref, sizeof login->ref);
	memcpy(request.message_id, login->taken.message_id, sizeof request.message_id);
	result = keeper_run(&job, ret_attempt, fault);
	sodium_memzero(&request, sizeof request);
	return result;
}

static void
log_query(const struct login *login, const struct keeper_attempt *attempt,
	const struct fault *fault)
{
	const bool answered = attempt != NULL && attempt->reply.outcome == WIRE_ACCEPTED;
	struct report_line written;
	struct log_line *line = &written.line;
	char reply[REPORT_DETAIL_SIZE], detail[REPORT_DETAIL_SIZE + 16];

	report_describe(login, &written);
	line->event = "status";
	line->reason = wire_delivery_name(login->delivery);
	line->gateway = login->config->gateways[login->taken.gateway];
	line->message_id = login->taken.message_id;
	line->detail = fault->text;
	if (attempt != NULL) {
		line->ms = (long)attempt->elapsed_ms;
		report_reply(&attempt->reply, reply);
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
	if (!can_ask(login) || final(login->delivery))
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
