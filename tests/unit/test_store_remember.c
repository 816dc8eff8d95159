/* SPDX-License-Identifier: BSD-2-Clause */
/* What the store remembers, for how long, and what ends it. */
#include "store_place.h"

static void
a_success_counts_for_its_time(void **state)
{
	struct bench bench;
	int64_t then;

	place_open(*state, &bench);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	then = bench_now.boot_ms;
	place_succeed(&bench);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_now.boot_ms = then + HOUR - 1;
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_now.boot_ms = then + HOUR;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	/* By the configuration in force now. */
	bench.login.remember_ms = HOUR + 1;
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench.login.remember_ms = 1;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench.login.remember_ms = 0;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	/* One from the future is none. */
	bench.login.remember_ms = 24 * HOUR;
	bench_now.boot_ms = then - 1;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_now.boot_ms = then;
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	/* The wall clock has no part in it, another boot ends it. */
	bench_now.real_ms += 1000 * 24 * HOUR;
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_now.boot_id[0]++;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

/* Being let in for it is no new success, or whoever came often would never be asked again. */
static void
its_use_does_not_renew_it(void **state)
{
	struct bench bench;

	place_open(*state, &bench);
	place_succeed(&bench);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
		bench_now.boot_ms += HOUR / 4;
	}
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

static void
it_costs_no_text(void **state)
{
	struct bench bench;

	place_open(*state, &bench);
	bench.settings.budget.user.unredeemed = bench.settings.budget.phone.unredeemed = 1;
	place_succeed(&bench);
	for (int i = 0; i < 20; i++)
		assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench.login.remember_ms = 0;
	(void)bench_text(&bench);
	bench_close(&bench);
}

static void
nothing_is_remembered_unless_asked(void **state)
{
	struct bench bench;

	place_open(*state, &bench);
	bench.login.remember_ms = 0;
	place_succeed(&bench);
	bench.login.remember_ms = HOUR;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

static void
a_wrong_code_is_no_success(void **state)
{
	struct store_ticket ticket;
	struct bench bench;

	place_open(*state, &bench);
	ticket = bench_text(&bench);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.wrong), STORE_WRONG);
	assert_int_equal(store_revoke(bench.store, &bench.login, &ticket, &bench.fault), 0);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

/* Each part by itself, and no part can run into the next. */
static void
every_part_of_a_place_counts(void **state)
{
	struct e164 two[2], three[3];
	struct store_whence places[15];
	struct code_tag tags[15];
	struct bench bench;
	size_t count = 0;

	place_open(*state, &bench);
	strcpy(two[0].text, "+447700900123");
	strcpy(two[1].text, "+447700900124");
	memcpy(three, two, sizeof two);
	strcpy(three[2].text, "+447700900125");
	for (size_t i = 0; i < 15; i++)
		places[i] = place_of(&bench);
	count++;
	places[count++].uid++;
	places[count++].user = "bob";
	places[count++].service = "sudo";
	places[count++].client = "192.0.2.11";
	places[count++].phones = &two[1];
	places[count].phones = two;
	places[count++].phone_count = 2;
	places[count].phones = three;
	places[count++].phone_count = 3;
	places[count].user = "alices";
	places[count++].service = "shd";
	for (size_t i = count; i < 15; i++) {
		places[i].client = NULL;
		places[i].terminal = (struct store_terminal){
			.session = 7, .started = 8, .device = 9, .caller = 10,
			.name = "192.0.2.1",
		};
	}
	count++;
	places[count++].terminal.session++;
	places[count++].terminal.started++;
	places[count++].terminal.device++;
	places[count++].terminal.caller++;
	places[count++].terminal.name = "pts/1";
	assert_int_equal(count, 15);
	for (size_t i = 0; i < 15; i++) {
		store_place_tag(bench.store, &places[i], &tags[i]);
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&tags[i], &tags[j], sizeof tags[i]);
	}
	/* And what is the same in all of them is the same, in whatever order the numbers come. */
	for (size_t i = 0; i < 6; i++) {
		static const size_t orders[6][3] = {
			{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
			{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
		};
		struct e164 other[3] = {
			three[orders[i][0]], three[orders[i][1]], three[orders[i][2]],
		};

		places[7].phones = other;
		store_place_tag(bench.store, &places[7], &tags[0]);
		assert_memory_equal(&tags[0], &tags[7], sizeof tags[0]);
	}
	bench_close(&bench);
}

static void
another_place_has_to_be_proved(void **state)
{
	struct store_whence here, there;
	struct bench bench;

	place_open(*state, &bench);
	place_succeed(&bench);
	here = there = place_of(&bench);
	there.client = "192.0.2.2";
	place_remember(&bench, &there);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	place_succeed(&bench);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	place_remember(&bench, &here);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_close(&bench);
}

static void
sixteen_places_are_remembered(void **state)
{
	struct store_whence place;
	struct bench bench;
	char client[16];

	place_open(*state, &bench);
	place = place_of(&bench);
	place.client = client;
	for (int i = 0; i < 18; i++) {
		snprintf(client, sizeof client, "192.0.2.%d", i);
		place_remember(&bench, &place);
		place_succeed(&bench);
		bench_now.boot_ms += SECOND;
		/* The first is proved anew, and so is younger than the second. */
		if (i == 15) {
			strcpy(client, "192.0.2.0");
			place_remember(&bench, &place);
			bench.login.remember_ms = 1;
			place_succeed(&bench);
			bench_now.boot_ms += SECOND;
		}
	}
	for (int i = 0; i < 18; i++) {
		snprintf(client, sizeof client, "192.0.2.%d", i);
		place_remember(&bench, &place);
		assert_int_equal(place_met(&bench), i == 1 || i == 2 ? STORE_MET_NOTHING
			: STORE_MET_SUCCESS);
	}
	bench_close(&bench);
}

static void
guess_wrongly(struct bench *it, int times, enum store_result last)
{
	struct store_ticket ticket;

	it->login.remember_ms = 0;
	ticket = bench_text(it);
	for (int i = 1; i < times; i++)
		assert_int_equal(bench_guess(it, &ticket, &it->wrong), STORE_WRONG);
	it->login.remember_ms = HOUR;
	assert_int_equal(bench_guess(it, &ticket, last == STORE_MATCH ? &it->code : &it->wrong),
		last);
}

static void
a_lock_out_ends_it(void **state)
{
	struct store_verdict verdict;
	struct store_ticket ticket;
	struct bench bench;

	place_open(*state, &bench);
	bench.settings.guesses.lock_after = 3;
	place_succeed(&bench);
	/* One guess less changes nothing. */
	guess_wrongly(&bench, 2, STORE_WRONG);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	guess_wrongly(&bench, 1, STORE_WRONG);
	verdict = bench_issue(&bench, &ticket);
	assert_int_equal(verdict.standing, STORE_LOCKED);
	assert_int_equal(verdict.met, STORE_MET_NOTHING);
	bench_now.boot_ms += 30 * MINUTE;
	bench_now.real_ms += 30 * MINUTE;
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

/* Not by an attempt, which would end it, but by a configuration that allows fewer. */
static void
nobody_disabled_is_let_in(void **state)
{
	struct store_verdict verdict;
	struct store_ticket ticket;
	struct bench bench;

	place_open(*state, &bench);
	place_succeed(&bench);
	guess_wrongly(&bench, 4, STORE_WRONG);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench.settings.guesses.disable_after = 4;
	verdict = bench_issue(&bench, &ticket);
	assert_int_equal(verdict.standing, STORE_DISABLED);
	assert_int_equal(verdict.met, STORE_MET_NOTHING);
	bench_close(&bench);
}

/* The last guess there was: right after all, it is a success like any other. */
static void
the_last_guess_may_be_right(void **state)
{
	struct store_whence other;
	struct bench bench;

	place_open(*state, &bench);
	bench.settings.guesses.lock_after = 3;
	other = place_of(&bench);
	other.client = "192.0.2.2";
	place_remember(&bench, &other);
	place_succeed(&bench);
	other = place_of(&bench);
	place_remember(&bench, &other);
	guess_wrongly(&bench, 3, STORE_MATCH);
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_close(&bench);
}

/* Guesses until it is locked. */
static void
guess_until_locked(struct bench *it, const struct store_ticket *ticket)
{
	enum store_result result = STORE_WRONG;
	struct store_status status;

	while (result == STORE_WRONG) {
		if (store_verify(it->store, &it->login, ticket, &it->wrong, &result, &status,
		    NULL) != 0)
			_exit(1);
	}
	pause();
}

/*
 * What is remembered ends with the guess that locks, wherever that one was killed: it is not there
 * again when the lock-out is over.
 */
static void
who_is_killed_leaves_nothing_behind_a_lock(void **state)
{
	unsigned int random = 23, locked = 0;

	/* Phones have room for so many. */
	for (int round = 0; round < 150 || (locked == 0 && round < 1000); round++) {
		struct bench bench, *it = &bench;
		struct store_ticket ticket;
		pid_t child;

		place_open(*state, it);
		it->settings.guesses.lock_after = 2;
		it->login.uid += (uid_t)round;
		snprintf(it->phone.text, sizeof it->phone.text, "+447700900%03d", round);
		place_succeed(it);
		assert_int_equal(place_met(it), STORE_MET_SUCCESS);
		it->login.remember_ms = 0;
		ticket = bench_text(it);
		it->login.remember_ms = 24 * HOUR;

		child = crowd_fork();
		if (child == 0) {
			it->store = NULL;
			if (bench_reopen(it) == 0)
				guess_until_locked(it, &ticket);
			_exit(1);
		}
		assert_true(child > 0);
		/* Later and later, for slow machines. */
		usleep((useconds_t)(500 + rand_r(&random) % (4000 + 100 * round)));
		kill(child, SIGKILL);
		assert_int_equal(scratch_wait(child), 1000 + SIGKILL);

		if (bench_look(it).standing == STORE_LOCKED) {
			locked++;
			bench_now.boot_ms += HOUR;
			bench_now.real_ms += HOUR;
			assert_int_equal(bench_look(it).standing, STORE_FREE);
			assert_int_equal(place_met(it), STORE_MET_NOTHING);
		}
		bench_close(it);
	}
	/* Or this has said nothing. */
	assert_true(locked > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_success_counts_for_its_time),
		TEST(its_use_does_not_renew_it),
		TEST(it_costs_no_text),
		TEST(nothing_is_remembered_unless_asked),
		TEST(a_wrong_code_is_no_success),
		TEST(every_part_of_a_place_counts),
		TEST(another_place_has_to_be_proved),
		TEST(sixteen_places_are_remembered),
		TEST(a_lock_out_ends_it),
		TEST(nobody_disabled_is_let_in),
		TEST(the_last_guess_may_be_right),
		TEST(who_is_killed_leaves_nothing_behind_a_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
