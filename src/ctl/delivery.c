/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/delivery.h"

#include <stdio.h>
#include <syslog.h>

#include "core/config.h"
#include "core/log_line.h"
#include "ctl/audit.h"
#include "ctl/ctl.h"
#include "ctl/site.h"
#include "ctl/texting.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"

#define ASK_EVERY_MS 3000
#define ASK_MS 10000

static void
log_delivery(const struct texting *texting, const struct keeper_attempt *taken,
	const struct delivery *delivery)
{
	struct e164_masked phone;
	struct log_line line = {
		.event = "status", .reason = wire_delivery_name(delivery->state), .phone = &phone,
		.gateway = texting->gateways[taken->target],
		.message_id = taken->reply.message_id, .ms = -1, .detail = delivery->says,
	};

	e164_mask_log(&texting->to, &phone);
	audit_line(LOG_INFO, &line, texting->account);
}

void
delivery_follow(const struct texting *texting, const char *ref, int64_t wait_ms,
	struct delivery *ret_delivery)
{
	const struct keeper_attempt *taken = texting_taken(texting);
	const int64_t start_ms = clock_boot_ms(), end_ms = start_ms + wait_ms;
	struct delivery delivery = { .asked = true, .state = WIRE_DELIVERY_UNKNOWN };
	struct request_fate fate = {
		.helper = SMSOTP_SEND, .directory = texting->site->config->directory,
		.to = &texting->to, .ref = ref, .timeout_ms = ASK_MS,
	};

	if (taken == NULL || wait_ms == 0 || taken->reply.message_id[0] == '\0' ||
	    (taken->reply.offers & WIRE_OFFERS_STATUS) == 0)
		return;
	fate.gateway = texting->gateways[taken->target];
	fate.message_id = taken->reply.message_id;
	do {
		struct fault fault = { .text = "" };
		struct keeper_attempt answer = { .ended = false };

		texting_progress("Waiting for the delivery", clock_boot_ms() - start_ms);
		if (end_ms - clock_boot_ms() < fate.timeout_ms)
			fate.timeout_ms = end_ms - clock_boot_ms();
		if (request_fate(&fate, &answer, &fault) != 0) {
			snprintf(delivery.says, sizeof delivery.says, "%s", fault.text);
			break;
		}
		wire_reply_words(&answer.reply, delivery.says);
		if (answer.reply.outcome == WIRE_ACCEPTED)
			delivery.state = answer.reply.delivery;
		if (wire_delivery_final(delivery.state) ||
		    end_ms - clock_boot_ms() < ASK_EVERY_MS)
			break;
		clock_sleep(ASK_EVERY_MS);
	} while (clock_boot_ms() < end_ms);
	texting_progress(NULL, 0);
	log_delivery(texting, taken, &delivery);
	*ret_delivery = delivery;
}

json_t *
delivery_describe(const struct delivery *delivery)
{
	return !delivery->asked ? json_null() : json_pack("{s:s, s:b, s:o}",
		"state", wire_delivery_name(delivery->state),
		"final", wire_delivery_final(delivery->state), "says", ctl_text(delivery->says));
}

void
delivery_show(const json_t *described)
{
	if (json_is_null(described)) {
		puts("This gateway was not asked what became of it.");
		return;
	}
	printf("Delivery: %s%s", ctl_string(described, "state"),
		json_is_true(json_object_get(described, "final")) ? "" : " until now");
	if (ctl_string(described, "says")[0] != '\0')
		printf(" (%s)", ctl_string(described, "says"));
	putchar('\n');
}
