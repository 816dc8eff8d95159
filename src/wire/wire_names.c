/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/wire.h"

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
