/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/gateways.h"

#include <syslog.h>

#include "core/config.h"
#include "core/fault.h"
#include "core/health.h"
#include "module/login_state.h"
#include "module/report.h"
#include "wire/clock.h"

_Static_assert((int)CONFIG_GATEWAYS_MAX <= (int)KEEPER_ATTEMPTS_MAX, "all of them can be tried");

int
gateways_recall(struct login *login)
{
	const struct config *config = login->config;
	struct fault trouble = { .text = "" };
	struct report_line written;
	int result;

	result = store_health(login->store, &login->health, &trouble, &login->fault);
	if (result != 0)
		return result;
	for (size_t i = 0; i < config->gateway_count; i++) {
		struct login_offers *offers = &login->offers[i];

		offers->known = health_offers(health_find(login->health, config->directory,
			config->gateways[i]), &offers->bits);
	}
	if (trouble.text[0] == '\0')
		return 0;
	report_describe(login, &written);
	written.line.event = "warning";
	written.line.reason = "gateway_health";
	written.line.detail = trouble.text;
	report_write(login, LOG_WARNING, &written.line);
	return 0;
}

void
gateways_order(const struct login *login, uint32_t avoid, struct gateways *ret_gateways)
{
	const struct config *config = login->config;
	struct gateways gateways = { .count = config->gateway_count };
	struct health_row *rows[KEEPER_ATTEMPTS_MAX];

	for (size_t i = 0; i < gateways.count; i++)
		rows[i] = health_find(login->health, config->directory, config->gateways[i]);
	health_turns(rows, (unsigned int)gateways.count, avoid, clock_boot_ms(),
		gateways.numbers);
	for (size_t i = 0; i < gateways.count; i++) {
		gateways.names[i] = config->gateways[gateways.numbers[i]];
		gateways.health[i] = rows[gateways.numbers[i]];
	}
	*ret_gateways = gateways;
}

uint32_t
gateways_used(const struct gateways *gateways, const struct keeper_status *status)
{
	uint32_t used = 0;

	for (size_t i = 0; i < status->attempt_count; i++) {
		const struct keeper_attempt *attempt = &status->attempts[i];

		if (attempt->ended && attempt->reply.outcome == WIRE_SKIPPED)
			continue;
		used |= UINT32_C(1) << gateways->numbers[attempt->target];
	}
	return used;
}

int
gateways_priority(const struct gateways *gateways, const struct keeper_attempt *attempt)
{
	switch (attempt->reply.outcome) {
	case WIRE_ACCEPTED:
	case WIRE_SKIPPED:
		return LOG_INFO;
	case WIRE_OPERATOR:
		return health_alert(gateways->health[attempt->target], clock_boot_ms())
			? LOG_ALERT : LOG_WARNING;
	case WIRE_RECIPIENT:
	case WIRE_PASSING:
	case WIRE_UNREACHABLE:
	case WIRE_AMBIGUOUS:
	case WIRE_UNRECOGNISED:
	case WIRE_UNROUTABLE:
		break;
	}
	return LOG_WARNING;
}

bool
gateways_refused_number(const struct login *login)
{
	const struct keeper_status *sent = &login->sent;
	size_t passed = 0;

	if (login->task != WIRE_TASK_TEXT || sent->state != KEEPER_FAILED)
		return false;
	for (size_t i = 0; i < sent->attempt_count; i++) {
		const struct keeper_attempt *attempt = &sent->attempts[i];

		if (attempt->ended && attempt->reply.outcome == WIRE_RECIPIENT)
			return true;
		passed += attempt->ended && (attempt->reply.outcome == WIRE_SKIPPED ||
			attempt->reply.outcome == WIRE_UNROUTABLE);
	}
	/* Nor is it an outage if every gateway was there and none is for this number. */
	return passed == login->gateways.count;
}
