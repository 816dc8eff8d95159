/* SPDX-License-Identifier: BSD-2-Clause */
/* A store whose logins remember: where they come from, and one process that waits or has ended. */
#ifndef SMSOTP_TESTS_STORE_PLACE_H
#define SMSOTP_TESTS_STORE_PLACE_H

#include "store_bench.h"

#define PLACE_PROCESS 4711

static bool place_process_lives;

static inline bool
place_lives(const struct code_process *process)
{
	return place_process_lives && process->pid == PLACE_PROCESS && process->started == 99;
}

static inline struct store_whence
place_of(const struct bench *it)
{
	return (struct store_whence){
		.uid = it->login.uid, .user = "alice", .service = it->login.service,
		.phones = &it->phone, .phone_count = 1, .client = it->login.client,
	};
}

static inline void
place_remember(struct bench *it, const struct store_whence *place)
{
	store_place_tag(it->store, place, &it->login.place);
	it->login.remember_ms = HOUR;
}

static inline void
place_open(const struct scratch *scratch, struct bench *ret_bench)
{
	struct store_whence place;

	bench_open(scratch, ret_bench);
	bench_widen(ret_bench);
	ret_bench->settings.lives = place_lives;
	place_process_lives = true;
	ret_bench->login.process = (struct code_process){ .pid = PLACE_PROCESS, .started = 99 };
	place = place_of(ret_bench);
	place_remember(ret_bench, &place);
}

static inline enum store_met
place_met(struct bench *it)
{
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict = bench_issue(it, &ticket);

	assert_int_equal(verdict.standing, STORE_FREE);
	assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
	assert_true((ticket.serial != 0) == (verdict.met == STORE_MET_NOTHING));
	if (ticket.serial != 0)
		assert_int_equal(
			store_cancel(it->store, &it->login, &ticket, &it->fault), 0);
	return verdict.met;
}

static inline void
place_succeed(struct bench *it)
{
	struct store_ticket ticket = bench_text(it);

	assert_int_equal(bench_guess(it, &ticket, &it->code), STORE_MATCH);
}

#endif
