/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins that wait for another one from their place. */
#include "store_place.h"

static void
a_login_waits_for_another(void **state)
{
	struct store_ticket first, second;
	struct store_whence place;
	struct bench bench;

	place_open(*state, &bench);
	first = bench_text(&bench);
	assert_int_equal(place_met(&bench), STORE_MET_WAITING);
	/* Another place, service or configuration does not. */
	place = place_of(&bench);
	place.client = "192.0.2.2";
	place_remember(&bench, &place);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	place = place_of(&bench);
	place_remember(&bench, &place);
	bench.login.remember_ms = 0;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	place_remember(&bench, &place);
	/* Nor one that asks for its own; a third waits for both. */
	bench.login.alone = true;
	second = bench_text(&bench);
	bench.login.alone = false;
	assert_int_equal(store_revoke(bench.store, &bench.login, &first, &bench.fault), 0);
	assert_int_equal(place_met(&bench), STORE_MET_WAITING);
	assert_int_equal(bench_guess(&bench, &second, &bench.code), STORE_MATCH);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	bench_close(&bench);
}

static void
nobody_waits_for_the_gone(void **state)
{
	struct store_ticket ticket;
	struct bench bench;

	place_open(*state, &bench);
	/* Killed. */
	ticket = bench_text(&bench);
	place_process_lives = false;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	place_process_lives = true;
	assert_int_equal(place_met(&bench), STORE_MET_WAITING);
	/* At its end, with a code that lives on. */
	assert_int_equal(store_stop_waiting(bench.store, &bench.login, &ticket, &bench.fault), 0);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	assert_int_equal(bench_guess(&bench, &ticket, &bench.code), STORE_MATCH);
	bench_now.boot_ms += HOUR;
	/* Given up, never sent, too late. */
	ticket = bench_text(&bench);
	assert_int_equal(store_revoke(bench.store, &bench.login, &ticket, &bench.fault), 0);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	ticket = bench_text(&bench);
	assert_int_equal(store_cancel(bench.store, &bench.login, &ticket, &bench.fault), 0);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	(void)bench_text(&bench);
	bench_now.boot_ms += LIFETIME - 1;
	assert_int_equal(place_met(&bench), STORE_MET_WAITING);
	bench_now.boot_ms++;
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	/* Where a process cannot tell who it is, nobody waits for it. */
	bench.login.process.pid = 0;
	(void)bench_text(&bench);
	assert_int_equal(place_met(&bench), STORE_MET_NOTHING);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_waits_for_another),
		TEST(nobody_waits_for_the_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
