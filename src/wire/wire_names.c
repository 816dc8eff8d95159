/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/wire.h"

#include <stdio.h>

bool
wire_offers_known(const struct wire_reply *reply)
{
	switch (reply->outcome) {
	case WIRE_ACCEPTED:
	case WIRE_RECIPIENT:
	case WIRE_UNROUTABLE:
	case WIRE_SKIPPED:
		return true;
	case WIRE_OPERATOR:
	case WIRE_PASSING:
	case WIRE_UNREACHABLE:
	case WIRE_AMBIGUOUS:
	case WIRE_UNRECOGNISED:
		break;
	}
	return reply->offers != 0;
}

const char *
wire_outcome_name(enum wire_outcome outcome)
{
	switch (outcome) {
	case WIRE_ACCEPTED: return "accepted";
	case WIRE_RECIPIENT: return "recipient";
	case WIRE_OPERATOR: return "operator";
	case WIRE_PASSING: return "passing";
	case WIRE_UNREACHABLE: return "unreachable";
	case WIRE_AMBIGUOUS: return "ambiguous";
	case WIRE_UNRECOGNISED: return "unrecognised";
	case WIRE_UNROUTABLE: return "unroutable";
	case WIRE_SKIPPED: return "skipped";
	}
	return "unknown";
}

const char *
wire_delivery_name(enum wire_delivery delivery)
{
	switch (delivery) {
	case WIRE_DELIVERY_UNKNOWN: return "unknown";
	case WIRE_DELIVERY_PENDING: return "pending";
	case WIRE_DELIVERY_DELIVERED: return "delivered";
	case WIRE_DELIVERY_UNREACHABLE: return "unreachable";
	case WIRE_DELIVERY_REFUSED: return "refused";
	case WIRE_DELIVERY_FAILED: return "failed";
	}
	return "unknown";
}

bool
wire_delivery_final(enum wire_delivery delivery)
{
	return delivery == WIRE_DELIVERY_DELIVERED || delivery == WIRE_DELIVERY_REFUSED ||
		delivery == WIRE_DELIVERY_FAILED;
}

void
wire_reply_words(const struct wire_reply *reply, char ret_words[static WIRE_WORDS_SIZE])
{
	char status[16] = "";

	if (reply->http_status != 0)
		snprintf(status, sizeof status, "HTTP %u", (unsigned int)reply->http_status);
	snprintf(ret_words, WIRE_WORDS_SIZE, "%s%s%s", status,
		status[0] != '\0' && reply->detail[0] != '\0' ? ": " : "", reply->detail);
}
