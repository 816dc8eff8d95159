/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/pretend.h"

#include "core/config.h"
#include "core/limit.h"
#include "core/random.h"
#include "module/login_state.h"
#include "module/send.h"
#include "wire/clock.h"

/* Texting takes as long as a fast gateway does; a few draws around that. */
#define WAIT_BASE_MS 300
#define WAIT_SPREAD_MS 256

/* Never 0, and no record that is kept knows it. */
#define SERIAL UINT64_C(1)

static void
wait_at_most(int64_t most_ms)
{
	unsigned int spread = 0;

	if (random_below(WAIT_SPREAD_MS, &spread) != 0)
		spread = 0;
	clock_sleep(most_ms < WAIT_BASE_MS + spread ? most_ms : WAIT_BASE_MS + spread);
}

static void
begin(struct login *login, enum wire_task task, const struct limit_texts *texts,
	const struct now *now)
{
	limit_text_add(&login->pretended, now, texts, SERIAL);
	send_begin(login, task);
	send_count(login);
}

void
pretend_first(struct login *login)
{
	const struct now now = { .boot_ms = clock_boot_ms() };

	login->ticket.expires_boot_ms = now.boot_ms + login->config->code_lifetime_ms;
	begin(login, WIRE_TASK_TEXT, &login->config->budget.user, &now);
}

enum text_answer
pretend_again(struct login *login, enum wire_task task, enum outcome *ret_outcome)
{
	const struct limit_budget *budget = &login->config->budget;
	const struct now now = { .boot_ms = clock_boot_ms() };
	const bool voice = task == WIRE_TASK_VOICE;
	/* One record is both user's and phone's: it is the only one with this number. */
	const struct limit_texts *const limits[] = {
		voice ? &budget->voice : &budget->user, voice ? &budget->voice : &budget->phone,
	};

	if (now.boot_ms >= login->ticket.expires_boot_ms) {
		*ret_outcome = OUTCOME_EXPIRED_CODE;
		return TEXT_ENDED;
	}
	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		login->wait_ms = limit_text_wait(&login->pretended, &now, limits[i]);
		if (login->wait_ms > 0)
			return TEXT_SPENT;
	}
	begin(login, task, limits[0], &now);
	return TEXT_GRANTED;
}

/* As gateways that say that they make no calls. */
static void
skip_all(struct login *login)
{
	const struct gateways *gateways = &login->gateways;
	struct keeper_status *sent = &login->sent;

	for (size_t i = 0; i < gateways->count; i++) {
		sent->attempts[i] = (struct keeper_attempt){
			.target = i, .ended = true, .reply.outcome = WIRE_SKIPPED,
		};
		login->offers[gateways->numbers[i]].known = true;
	}
	sent->attempt_count = gateways->count;
	sent->state = KEEPER_FAILED;
}

void
pretend_follow(struct login *login, int64_t wait_ms)
{
	struct keeper_status *sent = &login->sent;

	/* Only the first text waits for send_after. */
	if (login->texts == 1 && login->calls == 0 && clock_boot_ms() <
	    login->texted_boot_ms + login->config->send_after_ms) {
		sent->state = KEEPER_WAITING;
	} else if (sent->state == KEEPER_WAITING && login->task == WIRE_TASK_VOICE &&
	    !send_offers(login, login->gateways.numbers[0], WIRE_OFFERS_VOICE)) {
		skip_all(login);
		return;
	} else if (sent->state == KEEPER_WAITING) {
		sent->attempts[0] = (struct keeper_attempt){
			.target = 0, .ended = true, .reply.outcome = WIRE_ACCEPTED,
		};
		sent->attempt_count = 1;
		sent->state = KEEPER_ACCEPTED;
	}
	if (wait_ms > 0)
		wait_at_most(wait_ms);
}

void
pretend_query(struct login *login, int64_t most_ms)
{
	if (login->task != WIRE_TASK_TEXT || login->sent.state != KEEPER_ACCEPTED ||
	    !send_offers(login, login->gateways.numbers[0], WIRE_OFFERS_STATUS))
		return;
	wait_at_most(most_ms);
	login->delivery = WIRE_DELIVERY_PENDING;
}
