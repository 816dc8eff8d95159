/* SPDX-License-Identifier: BSD-2-Clause */
/* The store: what texts and calls cost, and who gets it back. */
#include "store_bench.h"

static int
more_of(struct bench *it, enum limit_kind kind, struct store_ticket *ticket, bool *ret_live,
	struct store_verdict *ret_verdict)
{
	const struct store_more more = { .kind = kind, .phone = &it->phone, .code = &it->code };

	return store_again(it->store, &it->login, &more, ticket, ret_live, ret_verdict,
		&it->fault);
}

/* A call of the ticket's code, which must be live: who refuses it. */
static enum store_budget
call(struct bench *it, struct store_ticket *ticket)
{
	struct store_verdict verdict = { .standing = STORE_FREE };
	bool live = false;

	assert_int_equal(more_of(it, LIMIT_CALL, ticket, &live, &verdict), 0);
	assert_true(live);
	assert_int_equal(verdict.spent == STORE_BUDGET_NONE, verdict.wait_ms == 0);
	return verdict.spent;
}

static void
each_budget_refuses_in_its_name(void **state)
{
	struct bench it;
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict;
	static const enum store_budget names[] = { STORE_BUDGET_USER, STORE_BUDGET_PHONE,
		STORE_BUDGET_CLIENT, STORE_BUDGET_HOST };

	for (size_t i = 0; i < 4; i++) {
		bench_open(*state, &it);
		it.settings.budget.user.unredeemed = i == 0 ? 3 : 30;
		it.settings.budget.phone.unredeemed = i == 1 ? 3 : 30;
		it.settings.budget.client.unredeemed = i == 2 ? 3 : 30;
		it.settings.budget.host.unredeemed = i == 3 ? 3 : 30;
		for (int n = 0; n < 3; n++)
			(void)bench_text(&it);
		verdict = bench_issue(&it, &ticket);
		assert_int_equal(verdict.spent, names[i]);
		assert_true(verdict.wait_ms > 0 && verdict.wait_ms <= (i < 2 ? 10 * MINUTE : HOUR));
		it.login.reserve = true;
		verdict = bench_issue(&it, &ticket);
		assert_int_equal(verdict.spent, i < 2 ? names[i] : STORE_BUDGET_NONE);
		bench_close(&it);
		scratch_empty(scratch_path(*state, "state"));
		scratch_empty(scratch_path(*state, "run"));
	}
}

static void
a_redeemed_code_gives_every_place_back(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	struct store_verdict verdict;
	bool live = false;

	bench_open(*state, &it);
	it.settings.budget.client.unredeemed = it.settings.budget.host.unredeemed = 3;
	for (int i = 0; i < 5; i++) {
		ticket = bench_text(&it);
		/* Texted again, to the same phone and to another. */
		assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live,
			&verdict), 0);
		assert_true(live && verdict.spent == STORE_BUDGET_NONE);
		strcpy(it.phone.text, i % 2 == 0 ? "+447700900777" : "+447700900123");
		assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live,
			&verdict), 0);
		assert_true(live && verdict.spent == STORE_BUDGET_NONE);
		assert_string_equal(ticket.phone.text, it.phone.text);
		assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live,
			&verdict), 0);
		assert_true(live && verdict.spent == STORE_BUDGET_USER);
		assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
		bench_now.boot_ms += SECOND;
	}
	assert_int_equal(bench_count_files(scratch_path(*state, "state/phones")), 2);
	bench_close(&it);
}

static void
a_code_is_not_texted_again_once_it_is_over(void **state)
{
	struct bench it;
	struct store_ticket ticket, before;
	struct store_verdict verdict;
	bool live = true;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	before = ticket;
	assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live, &verdict), 0);
	assert_false(live);
	assert_memory_equal(&before, &ticket, sizeof before);
	ticket = bench_text(&it);
	bench_now.boot_ms += LIFETIME;
	live = true;
	assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live, &verdict), 0);
	assert_false(live);
	bench_close(&it);
}

static void
a_cancelled_text_never_was(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	it.settings.budget.user.daily = it.settings.budget.phone.daily = 3;
	it.settings.budget.client.unredeemed = it.settings.budget.host.unredeemed = 3;
	it.settings.budget.host.daily = 3;
	for (int i = 0; i < 10; i++) {
		ticket = bench_text(&it);
		assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
		assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_EXPIRED);
	}
	assert_int_equal(bench_look(&it).failures, 0);
	/* One that was entered was sent. */
	ticket = bench_text(&it);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
	(void)bench_text(&it);
	(void)bench_text(&it);
	assert_int_equal(bench_issue(&it, &ticket).spent, STORE_BUDGET_USER);
	bench_close(&it);
}

/* Calls take nothing from the texts of user and phone, nor texts from the calls. */
static void
calls_have_a_budget_of_their_own(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	struct store_verdict verdict;
	bool live = false;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(more_of(&it, LIMIT_CALL, &ticket, &live, &verdict), 0);
	assert_true(live && verdict.spent == STORE_BUDGET_VOICE);
	assert_true(verdict.wait_ms > 0 && verdict.wait_ms <= HOUR);
	/* The two texts that are left, and no third. */
	assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live, &verdict), 0);
	assert_true(live && verdict.spent == STORE_BUDGET_NONE);
	assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live, &verdict), 0);
	assert_true(live && verdict.spent == STORE_BUDGET_NONE);
	assert_int_equal(more_of(&it, LIMIT_TEXT, &ticket, &live, &verdict), 0);
	assert_true(live && verdict.spent == STORE_BUDGET_USER);
	/* Entered, it gives back the places of both kinds. */
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_VOICE);
	bench_now.boot_ms += HOUR;
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	bench_close(&it);
}

static void
calls_are_counted_by_user_and_by_phone(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	/* Another user of the same phone; then he with another phone. */
	it.login.uid = UID + 1;
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_VOICE);
	strcpy(it.phone.text, "+447700900777");
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_VOICE);
	/* The first with that phone, and with one never called. */
	it.login.uid = UID;
	ticket = bench_text(&it);
	strcpy(it.phone.text, "+447700900888");
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_VOICE);
	bench_close(&it);
}

static void
client_and_host_count_calls_as_texts(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	for (size_t i = 0; i < 2; i++) {
		bench_open(*state, &it);
		it.settings.budget.client.unredeemed = i == 0 ? 2 : 30;
		it.settings.budget.host.unredeemed = i == 1 ? 2 : 30;
		ticket = bench_text(&it);
		assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
		assert_int_equal(call(&it, &ticket),
			i == 0 ? STORE_BUDGET_CLIENT : STORE_BUDGET_HOST);
		assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
		ticket = bench_text(&it);
		assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
		bench_close(&it);
		scratch_empty(scratch_path(*state, "state"));
		scratch_empty(scratch_path(*state, "run"));
	}
}

static void
nobody_locked_out_is_called(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	struct store_verdict verdict;
	bool live = false;

	bench_open(*state, &it);
	it.settings.guesses.lock_after = 1;
	it.settings.budget.client.unredeemed = it.settings.budget.host.unredeemed = 4;
	ticket = bench_text(&it);
	assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(more_of(&it, LIMIT_CALL, &ticket, &live, &verdict), 0);
		assert_int_equal(verdict.standing, STORE_LOCKED);
		assert_int_equal(verdict.locked_for_ms, 30 * MINUTE);
	}
	/* Its end finds every place as it was. */
	bench_now.boot_ms += 30 * MINUTE;
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	bench_close(&it);
}

static void
a_code_that_is_over_is_not_read_out(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	struct store_verdict verdict;
	bool live = true;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(store_revoke(it.store, &it.login, &ticket, &it.fault), 0);
	for (int i = 0; i < 5; i++) {
		live = true;
		assert_int_equal(more_of(&it, LIMIT_CALL, &ticket, &live, &verdict), 0);
		assert_false(live);
	}
	/* Nor has it cost anything. */
	ticket = bench_text(&it);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	assert_int_equal(call(&it, &ticket), STORE_BUDGET_NONE);
	bench_close(&it);
}

static void
a_revoked_code_is_dead_and_paid(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	for (int i = 0; i < 3; i++) {
		ticket = bench_text(&it);
		assert_int_equal(store_revoke(it.store, &it.login, &ticket, &it.fault), 0);
		assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_EXPIRED);
	}
	assert_int_equal(bench_issue(&it, &ticket).spent, STORE_BUDGET_USER);
	bench_close(&it);
}

static void
a_ninth_code_replaces_the_oldest(void **state)
{
	struct bench it;
	struct store_ticket tickets[9];

	bench_open(*state, &it);
	it.settings.budget.user.unredeemed = it.settings.budget.phone.unredeemed = 32;
	for (uint8_t i = 0; i < 9; i++) {
		it.login.binding[0] = i;
		tickets[i] = bench_text(&it);
	}
	for (uint8_t i = 0; i < 9; i++) {
		it.login.binding[0] = i;
		assert_int_equal(bench_guess(&it, &tickets[i], &it.code),
			i == 0 ? STORE_CONSUMED : STORE_MATCH);
	}
	/* The ended make room before the living. */
	for (uint8_t i = 0; i < 8; i++) {
		it.login.binding[0] = i;
		tickets[i] = bench_text(&it);
	}
	assert_int_equal(bench_guess(&it, &tickets[7], &it.code), STORE_MATCH);
	tickets[8] = bench_text(&it);
	for (uint8_t i = 0; i < 7; i++) {
		it.login.binding[0] = i;
		assert_int_equal(bench_guess(&it, &tickets[i], &it.code), STORE_MATCH);
	}
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_budget_refuses_in_its_name),
		TEST(a_redeemed_code_gives_every_place_back),
		TEST(a_code_is_not_texted_again_once_it_is_over),
		TEST(a_cancelled_text_never_was),
		TEST(calls_have_a_budget_of_their_own),
		TEST(calls_are_counted_by_user_and_by_phone),
		TEST(client_and_host_count_calls_as_texts),
		TEST(nobody_locked_out_is_called),
		TEST(a_code_that_is_over_is_not_read_out),
		TEST(a_revoked_code_is_dead_and_paid),
		TEST(a_ninth_code_replaces_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
