/* SPDX-License-Identifier: BSD-2-Clause */
/* The store under 64 processes at once. */
#include "store_place.h"

#define CODE_BUSY 50
#define CODE_FAULT 51
#define CODE_BAD 52
#define CODE_GUESSED 53

struct race {
	struct bench bench;
	struct store_ticket ticket;
	bool right;
	bool own_user, own_phone, own_client;
};

/* What every child begins with. */
static int
own_store(struct race *race)
{
	race->bench.store = NULL;
	return bench_reopen(&race->bench) == 0 ? 0 : CODE_FAULT;
}

static int
guess_once(int number, void *context)
{
	struct race *race = context;
	struct bench *it = &race->bench;
	enum store_result result;
	struct store_status status;
	struct fault fault;
	int error;

	(void)number;
	if (own_store(race) != 0)
		return CODE_FAULT;
	error = store_verify(it->store, &it->login, &race->ticket,
		race->right ? &it->code : &it->wrong, &result, &status, &fault);
	if (error != 0)
		return error == FAULT_BUSY ? CODE_BUSY : CODE_FAULT;
	return (int)result;
}

static void
one_right_code_lets_one_of_64_in(void **state)
{
	struct race race = { .right = true };
	struct crowd crowd;

	bench_open(*state, &race.bench);
	bench_widen(&race.bench);
	for (int round = 0; round < 5; round++) {
		store_client_binding(race.bench.store, UID, "sshd", "192.0.2.1",
			race.bench.login.binding);
		race.ticket = bench_text(&race.bench);
		crowd_run(64, guess_once, &race, &crowd);
		assert_int_equal(crowd.ended[STORE_MATCH], 1);
		assert_int_equal(crowd.ended[STORE_CONSUMED] + crowd.ended[CODE_BUSY], 63);
	}
	assert_int_equal(bench_look(&race.bench).failures, 0);
	bench_close(&race.bench);
}

static void
of_64_wrong_guesses_5_are_compared(void **state)
{
	struct race race = { .right = false };
	struct crowd crowd;

	bench_open(*state, &race.bench);
	race.bench.settings.guesses.lock_after = 5;
	race.ticket = bench_text(&race.bench);
	crowd_run(64, guess_once, &race, &crowd);
	assert_int_equal(crowd.ended[STORE_WRONG], 5);
	assert_int_equal(crowd.ended[STORE_REFUSED] + crowd.ended[CODE_BUSY], 59);
	assert_int_equal(bench_look(&race.bench).failures, 5);
	assert_int_equal(bench_look(&race.bench).standing, STORE_LOCKED);
	bench_close(&race.bench);
}

static int
issue_once(int number, void *context)
{
	struct race *race = context;
	struct bench *it = &race->bench;
	struct store_ticket ticket;
	struct store_verdict verdict;
	struct fault fault;
	char client[16];
	int error;

	if (own_store(race) != 0)
		return CODE_FAULT;
	if (race->own_user)
		it->login.uid += (uid_t)number;
	if (race->own_phone)
		snprintf(&it->phone.text[11], 3, "%02d", number);
	snprintf(client, sizeof client, "10.1.1.%d", number);
	if (race->own_client)
		it->login.client = client;
	error = store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, &ticket,
		&verdict, &fault);
	if (error != 0)
		return error == FAULT_BUSY ? CODE_BUSY : CODE_FAULT;
	if (verdict.spent != STORE_BUDGET_NONE &&
	    (verdict.wait_ms < 1 || verdict.wait_ms > LIMIT_DAY_MS))
		return CODE_BAD;
	return (int)verdict.spent;
}

static void
of_64_requests_3_are_granted(void **state)
{
	static const struct { bool user, phone, client; enum store_budget spent; } cases[] = {
		{ false, true, true, STORE_BUDGET_USER },
		{ true, false, true, STORE_BUDGET_PHONE },
		{ true, true, false, STORE_BUDGET_CLIENT },
		{ true, true, true, STORE_BUDGET_HOST },
	};

	for (size_t i = 0; i < 4; i++) {
		struct race race = {
			.own_user = cases[i].user,
			.own_phone = cases[i].phone,
			.own_client = cases[i].client,
		};
		struct limit_budget *budget = &race.bench.settings.budget;
		struct crowd crowd;

		bench_open(*state, &race.bench);
		budget->user.unredeemed = i == 0 ? 3 : 30;
		budget->phone.unredeemed = i == 1 ? 3 : 30;
		budget->client.unredeemed = i == 2 ? 3 : 1000;
		budget->host.unredeemed = i == 3 ? 3 : 1000;
		crowd_run(64, issue_once, &race, &crowd);
		assert_int_equal(crowd.ended[STORE_BUDGET_NONE], 3);
		assert_int_equal(crowd.ended[cases[i].spent] + crowd.ended[CODE_BUSY], 61);
		bench_close(&race.bench);
		scratch_empty(scratch_path(*state, "state"));
		scratch_empty(scratch_path(*state, "run"));
	}
}

static int
call_once(int number, void *context)
{
	struct race *race = context;
	struct bench *it = &race->bench;
	const struct store_more more = {
		.kind = LIMIT_CALL, .phone = &it->phone, .code = &it->code,
	};
	struct store_ticket ticket = race->ticket;
	struct store_verdict verdict;
	struct fault fault;
	bool live = false;
	int error;

	(void)number;
	if (own_store(race) != 0)
		return CODE_FAULT;
	error = store_again(it->store, &it->login, &more, &ticket, &live, &verdict, &fault);
	if (error != 0)
		return error == FAULT_BUSY ? CODE_BUSY : CODE_FAULT;
	return live ? (int)verdict.spent : CODE_BAD;
}

/* And all the texts that user and phone may have are still to be had. */
static void
of_64_calls_2_are_made(void **state)
{
	struct race race = { .right = true };
	struct store_verdict verdict;
	struct crowd crowd;

	bench_open(*state, &race.bench);
	race.ticket = bench_text(&race.bench);
	crowd_run(64, call_once, &race, &crowd);
	assert_int_equal(crowd.ended[STORE_BUDGET_NONE], 2);
	assert_int_equal(crowd.ended[STORE_BUDGET_VOICE] + crowd.ended[CODE_BUSY], 62);
	(void)bench_text(&race.bench);
	(void)bench_text(&race.bench);
	verdict = bench_issue(&race.bench, &race.ticket);
	assert_int_equal(verdict.spent, STORE_BUDGET_USER);
	bench_close(&race.bench);
}

/* Even children guess, if there is something to guess; the others log in. */
static int
log_in_once(int number, void *context)
{
	struct race *race = context;
	struct bench *it = &race->bench;
	struct store_ticket ticket;
	struct store_verdict verdict;
	struct fault fault;
	int error;

	if (race->right && number % 2 == 0) {
		error = guess_once(number, context);
		return error == STORE_MATCH || error == STORE_CONSUMED ? CODE_GUESSED : error;
	}
	if (own_store(race) != 0)
		return CODE_FAULT;
	error = store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, &ticket,
		&verdict, &fault);
	if (error != 0)
		return error == FAULT_BUSY ? CODE_BUSY : CODE_FAULT;
	if (verdict.standing != STORE_FREE || verdict.spent != STORE_BUDGET_NONE)
		return CODE_BAD;
	return (int)verdict.met;
}

/* Then half of them enter it, and whoever looks meanwhile waits or is in: nobody else texts. */
static void
of_64_from_one_place_1_texts(void **state)
{
	struct race race = { .right = false };
	struct crowd crowd;

	place_open(*state, &race.bench);
	for (int round = 0; round < 5; round++) {
		race.right = false;
		crowd_run(64, log_in_once, &race, &crowd);
		assert_int_equal(crowd.ended[STORE_MET_NOTHING], 1);
		assert_int_equal(crowd.ended[STORE_MET_WAITING] + crowd.ended[CODE_BUSY], 63);

		/* The one that texts here stands for that one, whose ticket died with it. */
		race.bench.login.alone = true;
		race.ticket = bench_text(&race.bench);
		race.bench.login.alone = false;
		race.right = true;
		crowd_run(64, log_in_once, &race, &crowd);
		assert_int_equal(crowd.ended[STORE_MET_NOTHING], 0);
		assert_in_range(crowd.ended[CODE_GUESSED], 1, 32);
		assert_int_equal(crowd.ended[CODE_GUESSED] + crowd.ended[STORE_MET_WAITING] +
			crowd.ended[STORE_MET_SUCCESS] + crowd.ended[CODE_BUSY], 64);
		bench_now.boot_ms += HOUR;
	}
	bench_close(&race.bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_right_code_lets_one_of_64_in),
		TEST(of_64_wrong_guesses_5_are_compared),
		TEST(of_64_requests_3_are_granted),
		TEST(of_64_calls_2_are_made),
		TEST(of_64_from_one_place_1_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
