/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/send.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/message.h"
#include "core/shelter.h"
#include "module/clock.h"
#include "module/login_state.h"
#include "module/report.h"
#include "paths.h"

_Static_assert(WIRE_VALUE_SIZE >= MESSAGE_VALUE_SIZE && WIRE_ORIGIN_SIZE > MESSAGE_ORIGIN_MAX,
	"what a message may name fits into a request");

static int
compose(const struct login *login, enum wire_task task, struct wire_request *request)
{
	const uint32_t lifetime_s = (uint32_t)(login->config->code_lifetime_ms / 1000);
	const struct message_values values = {
		.code = login->code.text, .ref = login->ref, .host = login->host,
		.user = login->account.name, .service = login->service, .client = login->client,
		.origin = login->config->origin, .lifetime_s = lifetime_s,
	};
	struct message_size size;
	int rc;

	memset(request, 0, sizeof *request);
	request->task = task;
	request->validity_s = lifetime_s;
	memcpy(request->to, login_phone(login)->text, sizeof request->to);
	memcpy(request->code, login->code.text, sizeof request->code);
	memcpy(request->ref, login->ref, sizeof login->ref);
	rc = message_compose(login->config->message, &values, request->text, sizeof request->text);
	if (rc != 0)
		return rc;
	/* For gateways with a message of their own. */
	message_clean(values.user, request->user);
	message_clean(values.host, request->host);
	message_clean(values.service, request->service);
	message_clean(values.client, request->client);
	memcpy(request->origin, login->config->origin, strlen(login->config->origin) + 1);
	message_measure(request->text, &size);
	report_debug(login, "alphabet=%s length=%u segments=%u",
		size.ucs2 ? "UCS-2" : "GSM-7", size.units, size.segments);
	return 0;
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

bool
send_offers(const struct login *login, size_t gateway, uint32_t what)
{
	return login->offers[gateway].known && (login->offers[gateway].bits & what) == what;
}

/*
 * A call goes through those that are known to make calls, then through those of which nothing is
 * known: they are asked for nothing if they make none.
 */
size_t
send_route(const struct login *login, enum wire_task task,
	size_t ret_route[static CONFIG_GATEWAYS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < login->config->gateway_count; i++) {
		if (task == WIRE_TASK_TEXT || send_offers(login, i, WIRE_OFFERS_VOICE))
			ret_route[count++] = i;
	}
	for (size_t i = 0; task == WIRE_TASK_VOICE && i < login->config->gateway_count; i++) {
		if (!login->offers[i].known)
			ret_route[count++] = i;
	}
	return count;
}

static int
start_keeper(struct login *login, enum wire_task task, const struct wire_request *request)
{
	const char *names[CONFIG_GATEWAYS_MAX];
	const struct keeper_job job = {
		.helper = SMSOTP_SEND,
		.directory = login->config->directory,
		.gateways = names,
		.gateway_count = send_route(login, task, login->route),
		.start_after_ms = login->texts == 0 ? login->config->send_after_ms : 0,
		.timeout_ms = login->config->send_timeout_ms,
		.request = request,
	};

	for (size_t i = 0; i < job.gateway_count; i++)
		names[i] = login->config->gateways[login->route[i]];
	login->task = task;
	memset(&login->sent, 0, sizeof login->sent);
	login->logged = 0;
	login->delivery = WIRE_DELIVERY_UNKNOWN;
	return keeper_start(&job, &login->keeper, &login->fault);
}

static void
count_sent(struct login *login)
{
	if (login->task == WIRE_TASK_VOICE)
		login->calls++;
	else
		login->texts++;
	login->texted_boot_ms = clock_boot_ms();
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
	if (shelter_leave(&shelter, result == 0 ? &login->fault : NULL) != 0 && result == 0)
		result = FAULT_SYSTEM;
out:
	sodium_memzero(&request, sizeof request);
	outcome = result != 0 ? outcome_of_fault((enum fault_kind)result)
		: outcome_of_verdict(login, &verdict);
	if (outcome == OUTCOME_ACCEPTED && live)
		count_sent(login);
	*ret_live = live;
	return outcome;
}

