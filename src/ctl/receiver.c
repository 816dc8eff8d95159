/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/receiver.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/log_line.h"
#include "ctl/audit.h"
#include "paths.h"
#include "wire/clock.h"
#include "wire/request.h"

#define ASK_MS 15000	/* the receiver's own time-outs end it sooner */

int
receiver_choose(const char *directory, const char *name, struct receiver *ret_receiver,
	struct fault *fault)
{
	struct receiver receiver = { .directory = directory };

	if (!gateway_name_valid(name))
		return fault_set(fault, FAULT_SYSTEM, "\"%s\" cannot be a receiver's name", name);
	snprintf(receiver.target, sizeof receiver.target, GATEWAY_NAME_RECEIVER "%s", name);
	*ret_receiver = receiver;
	return 0;
}

static void
log_event(const struct receiver *receiver, int priority, const struct log_line *said)
{
	struct log_line line = *said;
	struct e164_masked phone;

	if (receiver->number.text[0] != '\0') {
		e164_mask_log(&receiver->number, &phone);
		line.phone = &phone;
	}
	line.gateway = receiver->target;
	audit_line(priority, &line, NULL);
}

/* Asks. The words are the fault's where it cannot be asked. */
static enum wire_outcome
ask(const struct receiver *receiver, const struct wire_request *request,
	struct keeper_attempt *attempt, char ret_words[static WIRE_WORDS_SIZE])
{
	const struct request_way way = {
		.helper = SMSOTP_SEND, .directory = receiver->directory,
		.target = receiver->target, .timeout_ms = ASK_MS,
	};
	struct fault fault = { .text = "" };

	*attempt = (struct keeper_attempt){ .ended = false };
	if (request_ask(&way, request, attempt, &fault) != 0) {
		snprintf(ret_words, WIRE_WORDS_SIZE, "%.*s", WIRE_WORDS_SIZE - 1, fault.text);
		return WIRE_UNREACHABLE;
	}
	wire_reply_words(&attempt->reply, ret_words);
	return attempt->reply.outcome;
}

static void
log_answer(const struct receiver *receiver, const struct keeper_attempt *attempt,
	enum wire_outcome outcome, struct log_line line)
{
	line.reason = wire_outcome_name(outcome);
	line.ms = (long)attempt->elapsed_ms;

	log_event(receiver, outcome == WIRE_ACCEPTED ? LOG_INFO : LOG_WARNING, &line);
}

static const char *
advise(enum wire_outcome outcome)
{
	switch (outcome) {
	case WIRE_PASSING: return "Try again later.";
	case WIRE_UNREACHABLE:
		return "Look at name resolution, firewall, proxy and certificates of this host.";
	case WIRE_AMBIGUOUS:
	case WIRE_UNRECOGNISED:
		return "It may have been rented all the same: look at the account with the "
			"service.";
	default: return "Look at the receiver's file, smsotp-receiver(5), and at the account with "
		"the service.";
	}
}

int
receiver_rent(struct receiver *receiver, struct fault *fault, const char **ret_advice)
{
	const struct wire_request request = { .task = WIRE_TASK_RENT };
	struct log_line begin = { .event = "admin", .reason = "rent", .ms = -1 };
	struct keeper_attempt attempt;
	enum wire_outcome outcome;

	/* Before anything is paid for: what is killed on the way must stand in the log as well. */
	log_event(receiver, LOG_NOTICE, &begin);
	outcome = ask(receiver, &request, &attempt, receiver->says);
	if (outcome == WIRE_ACCEPTED) {
		/* It is one: a reply to this task holds nothing else. */
		snprintf(receiver->number.text, sizeof receiver->number.text, "%.*s",
			(int)sizeof receiver->number.text - 1, attempt.reply.numbers);
		memcpy(receiver->rental, attempt.reply.message_id, sizeof receiver->rental);
		receiver->had_ms = clock_boot_ms();
		/* Without a word from the service it is the administrator's own. */
		if (attempt.reply.http_status != 0)
			receiver->state = RECEIVER_HELD;
	}
	log_answer(receiver, &attempt, outcome,
		(struct log_line){ .event = "rent", .detail = receiver->says });
	sodium_memzero(&attempt, sizeof attempt);
	if (outcome == WIRE_ACCEPTED)
		return 0;
	*ret_advice = advise(outcome);
	return fault_set(fault, FAULT_SYSTEM, "%s gave no number (%s): %s", receiver->target,
		wire_outcome_name(outcome), receiver->says);
}

static void
put(char *field, size_t size, const char *text)
{
	memcpy(field, text, strnlen(text, size));
}

enum receiver_look
receiver_look(struct receiver *receiver, const char *code, const char *text)
{
	struct wire_request request = {
		.task = WIRE_TASK_RECEIVE,
		.validity_s = (uint32_t)((clock_boot_ms() - receiver->had_ms + 999) / 1000),
	};
	enum receiver_look look = RECEIVER_WAITING;
	struct keeper_attempt attempt;

	put(request.to, sizeof request.to, receiver->number.text);
	put(request.code, sizeof request.code, code);
	put(request.text, sizeof request.text, text);
	put(request.message_id, sizeof request.message_id, receiver->rental);
	switch (ask(receiver, &request, &attempt, receiver->says)) {
	case WIRE_ACCEPTED:
		if (attempt.reply.delivery == WIRE_DELIVERY_DELIVERED)
			look = RECEIVER_ARRIVED;
		break;
	case WIRE_RECIPIENT:
	case WIRE_OPERATOR:
	case WIRE_UNROUTABLE:
	case WIRE_SKIPPED:
		look = RECEIVER_REFUSED;
		break;
	case WIRE_PASSING:
	case WIRE_UNREACHABLE:
	case WIRE_AMBIGUOUS:
	case WIRE_UNRECOGNISED:
		break;
	}
	sodium_memzero(&request, sizeof request);
	return look;
}

void
receiver_log_end(const struct receiver *receiver, const char *reason, int64_t ms)
{
	struct log_line line = {
		.event = "arrival", .reason = reason, .ms = (long)ms, .detail = receiver->says,
	};

	log_event(receiver, LOG_INFO, &line);
}

void
receiver_release(struct receiver *receiver)
{
	struct wire_request request = { .task = WIRE_TASK_RELEASE };
	struct keeper_attempt attempt;
	enum wire_outcome outcome;

	if (receiver->state != RECEIVER_HELD)
		return;
	put(request.to, sizeof request.to, receiver->number.text);
	put(request.message_id, sizeof request.message_id, receiver->rental);
	outcome = ask(receiver, &request, &attempt, receiver->release_says);
	sodium_memzero(&request, sizeof request);
	/* The service takes none back. */
	if (outcome == WIRE_SKIPPED) {
		receiver->state = RECEIVER_NOTHING;
		return;
	}
	if (outcome == WIRE_ACCEPTED)
		receiver->state = RECEIVER_RELEASED;
	log_answer(receiver, &attempt, outcome,
		(struct log_line){ .event = "release", .detail = receiver->release_says });
}

void
receiver_wipe(struct receiver *receiver)
{
	sodium_memzero(receiver, sizeof *receiver);
}
