/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/send.h"

#include <sodium.h>
#include <string.h>

#include "core/config.h"
#include "core/message.h"
#include "core/shelter.h"
#include "module/login_state.h"
#include "module/report.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"

/* How long the code will live once it is sent: of one that goes out again, what is left. */
static uint32_t
lifetime_left_s(const struct login *login)
{
	int64_t left_ms = login->ticket.serial == 0
		? login->config->code_lifetime_ms - login->config->send_after_ms
		: login->ticket.expires_boot_ms - clock_boot_ms();

	return left_ms < 1000 ? 1 : (uint32_t)(left_ms / 1000);
}

static int
compose(struct login *login, enum wire_task task, struct wire_request *request)
{
	const struct message_values values = {
		.code = login->code.text, .ref = login->ref, .host = login->host,
		.user = login->account.name, .service = login->service, .client = login->client,
		.origin = login->config->origin, .lifetime_s = lifetime_left_s(login),
	};
	const struct request_plan plan = {
		.task = task, .to = login_phone(login), .template = login->config->message,
		.values = &values,
	};
	struct message_size size;
	int rc;

	rc = request_compose(&plan, request);
	if (rc != 0 || task != WIRE_TASK_TEXT)
		return rc;
	message_measure(request->text, &size);
	login->segments = size.segments;
	report_debug(login, "alphabet=%s length=%u segments=%u",
		size.ucs2 ? "UCS-2" : "GSM-7", size.units, size.segments);
	return 0;
}

static enum outcome
outcome_of_verdict(struct login *login, const struct store_verdict *verdict)
{
	login->wait_ms = verdict->standing == STORE_LOCKED ? verdict->locked_for_ms
		: verdict->wait_ms;
	return ending_of_verdict(verdict);
}

bool
send_offers(const struct login *login, size_t gateway, uint32_t what)
{
	return login->offers[gateway].known && (login->offers[gateway].bits & what) == what;
}

/* Through which gateways the last text went. */
static uint32_t
used_for_texts(const struct login *login)
{
	return login->task == WIRE_TASK_TEXT ? gateways_used(&login->gateways, &login->sent)
		: login->texted_through;
}

static void
add(struct gateways *to, const struct gateways *from, size_t place)
{
	to->names[to->count] = from->names[place];
	to->health[to->count] = from->health[place];
	to->numbers[to->count] = from->numbers[place];
	to->count++;
}

/*
 * A call goes through those that are known to make calls, then through those of which nothing is
 * known: they are asked for nothing if they make none.
 */
void
send_route(const struct login *login, enum wire_task task, struct gateways *ret_gateways)
{
	struct gateways all, calling = { .count = 0 };
	bool arrived = login->delivery == WIRE_DELIVERY_DELIVERED;

	gateways_order(login, task == WIRE_TASK_VOICE || arrived ? 0
		: used_for_texts(login), &all);
	if (task == WIRE_TASK_TEXT) {
		*ret_gateways = all;
		return;
	}
	for (size_t i = 0; i < all.count; i++) {
		if (send_offers(login, all.numbers[i], WIRE_OFFERS_VOICE))
			add(&calling, &all, i);
	}
	for (size_t i = 0; i < all.count; i++) {
		if (!login->offers[all.numbers[i]].known)
			add(&calling, &all, i);
	}
	*ret_gateways = calling;
}

void
send_begin(struct login *login, enum wire_task task)
{
	login->texted_through = used_for_texts(login);
	send_route(login, task, &login->gateways);
	login->task = task;
	memset(&login->sent, 0, sizeof login->sent);
	login->logged = 0;
	login->delivery = WIRE_DELIVERY_UNKNOWN;
}

void
send_count(struct login *login)
{
	if (login->task == WIRE_TASK_VOICE)
		login->calls++;
	else
		login->texts++;
	login->texted_boot_ms = clock_boot_ms();
}

static int
start_keeper(struct login *login, enum wire_task task, const struct wire_request *request)
{
	const struct gateways *gateways = &login->gateways;
	struct keeper_job job = {
		.helper = SMSOTP_SEND,
		.argument = login->config->directory,
		.targets = gateways->names,
		.health = gateways->health,
		.start_after_ms = login->texts == 0 ? login->config->send_after_ms : 0,
		.timeout_ms = login->config->send_timeout_ms,
		.request = request,
	};

	send_begin(login, task);
	job.target_count = gateways->count;
	return keeper_start(&job, &login->keeper, &login->fault);
}

enum outcome
send_code(struct login *login, enum wire_task task, bool *ret_live)
{
	const struct store_more more = {
		.kind = task == WIRE_TASK_VOICE ? LIMIT_CALL : LIMIT_TEXT,
		.phone = login_phone(login), .code = &login->code,
	};
	struct wire_request request;
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct shelter shelter;
	enum outcome outcome;
	bool live = true;
	int result;

	if (compose(login, task, &request) != 0) {
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
		result = start_keeper(login, task, &request);
	result = shelter_leave(&shelter, result, &login->fault);
out:
	sodium_memzero(&request, sizeof request);
	outcome = result != 0 ? ending_of_fault((enum fault_kind)result)
		: outcome_of_verdict(login, &verdict);
	if (outcome == OUTCOME_ACCEPTED && live)
		send_count(login);
	*ret_live = live;
	return outcome;
}

