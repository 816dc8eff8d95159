/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=fdatasync */
/* The store: codes and guesses of one user at a time. */
#include "store_bench.h"

static int syncs;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int
__wrap_fdatasync(int fd)
{
	syncs++;
	return __real_fdatasync(fd);
}

static void
the_right_code_works_once(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(ticket.expires_boot_ms, bench_now.boot_ms + LIFETIME);
	assert_string_equal(ticket.phone.text, it.phone.text);
	assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	assert_int_equal(bench_look(&it).failures, 1);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	assert_int_equal(bench_look(&it).failures, 0);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_CONSUMED);
	assert_int_equal(bench_look(&it).failures, 0);
	bench_close(&it);
}

static void
a_code_lives_to_the_millisecond(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	bench_now.boot_ms += LIFETIME - 1;
	/* Steps of the wall clock do not matter. */
	bench_now.real_ms += 8760 * HOUR;
	assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	bench_now.boot_ms += 1;
	bench_now.real_ms -= 2 * 8760 * HOUR;
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_EXPIRED);
	assert_int_equal(bench_look(&it).failures, 1);
	bench_close(&it);
}

static void
a_code_dies_with_its_boot(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	bench_now.boot_id[0] = 2;
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	assert_int_equal(bench_look(&it).failures, 0);
	bench_close(&it);
}

/* What a code is bound to; anything else is not even compared. */
static void
a_code_is_worth_nothing_elsewhere(void **state)
{
	struct bench it;
	struct store_ticket ticket, other;
	const struct store_login *own;
	struct store_login login;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	login = it.login;
	own = &login;
	it.login.service = "sudo";
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	it.login = *own;
	it.login.binding[31] ^= 1;
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	it.login = *own;
	it.login.uid = UID + 1;
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	it.login = *own;
	other = ticket;
	strcpy(other.phone.text, "+447700900124");
	assert_int_equal(bench_guess(&it, &other, &it.code), STORE_CONSUMED);
	assert_int_equal(bench_look(&it).failures, 0);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	bench_close(&it);
}

static void
one_binding_is_compared_with_all_its_codes(void **state)
{
	struct bench it;
	struct store_ticket first, second;
	struct code other = { "112233" }, own;

	bench_open(*state, &it);
	store_client_binding(it.store, UID, "sshd", "192.0.2.1", it.login.binding);
	first = bench_text(&it);
	own = it.code;
	it.code = other;
	second = bench_text(&it);
	/* The conversation of the first code is told the second. */
	assert_int_equal(bench_guess(&it, &first, &other), STORE_MATCH);
	assert_int_equal(bench_guess(&it, &second, &other), STORE_WRONG);
	assert_int_equal(bench_guess(&it, &second, &own), STORE_MATCH);
	assert_int_equal(bench_guess(&it, &first, &own), STORE_CONSUMED);
	bench_close(&it);
}

static void
bindings_and_decoys_differ_and_stay(void **state)
{
	uint8_t one[CODE_BINDING_SIZE], other[CODE_BINDING_SIZE], entropy[16], again[16];
	static const char *const cases[][2] = { { "sshd", "a" }, { "ssh", "da" }, { "sshda", "" } };
	struct bench it;

	bench_open(*state, &it);
	store_client_binding(it.store, UID, "sshd", "b", one);
	for (size_t i = 0; i < 3; i++) {
		store_client_binding(it.store, UID, cases[i][0], cases[i][1], other);
		assert_memory_not_equal(one, other, sizeof one);
		memcpy(one, other, sizeof one);
	}
	store_client_binding(it.store, UID + 1, cases[2][0], cases[2][1], other);
	assert_memory_not_equal(one, other, sizeof one);
	store_decoy_entropy(it.store, "nobody-here", entropy);
	assert_int_equal(bench_reopen(&it), 0);
	store_decoy_entropy(it.store, "nobody-here", again);
	assert_memory_equal(entropy, again, sizeof entropy);
	store_decoy_entropy(it.store, "nobody-there", again);
	assert_memory_not_equal(entropy, again, sizeof entropy);
	store_client_binding(it.store, UID + 1, cases[2][0], cases[2][1], one);
	assert_memory_equal(one, other, sizeof one);
	assert_int_equal(bench_look(&it).failures, 0);
	assert_int_equal(bench_count_files(scratch_path(*state, "state/users")), 0);
	assert_int_equal(bench_count_files(scratch_path(*state, "run/codes")), 0);
	bench_close(&it);
}

static void
failures_lock_and_a_lock_is_told(void **state)
{
	struct bench it;
	struct store_ticket ticket, none = { .serial = 0 };
	struct store_verdict verdict;
	struct store_status status;
	enum store_result result;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	for (int i = 0; i < 9; i++)
		assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	assert_int_equal(store_verify(it.store, &it.login, &ticket, &it.wrong, &result, &status,
		NULL), 0);
	assert_int_equal(result, STORE_WRONG);
	assert_int_equal(status.standing, STORE_LOCKED);
	assert_int_equal(status.locked_for_ms, 30 * MINUTE);
	/*
	 * Locked, the right one is not compared; nor is a new one texted, which would reset
	 * nothing.
	 */
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_REFUSED);
	bench_now.boot_ms += 29 * MINUTE;
	verdict = bench_issue(&it, &none);
	assert_int_equal(verdict.standing, STORE_LOCKED);
	assert_int_equal(verdict.locked_for_ms, MINUTE);
	assert_int_equal(none.serial, 0);
	bench_now.boot_ms += MINUTE;
	ticket = bench_text(&it);
	assert_int_equal(bench_look(&it).failures, 10);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	assert_int_equal(bench_look(&it).failures, 0);
	bench_close(&it);
}

static void
a_lock_survives_the_reboot(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	for (int i = 0; i < 10; i++)
		assert_int_equal(bench_guess(&it, &ticket, &it.wrong), STORE_WRONG);
	bench_now = (struct now){ .boot_ms = SECOND, .real_ms = 0, .boot_id = { 2 } };
	assert_int_equal(bench_look(&it).locked_for_ms, 30 * MINUTE);
	/* 1970, looked at again and again: the wait runs down all the same. */
	bench_now.boot_ms += 20 * MINUTE;
	assert_int_equal(bench_look(&it).locked_for_ms, 10 * MINUTE);
	bench_now.boot_ms += 10 * MINUTE;
	assert_int_equal(bench_look(&it).standing, STORE_FREE);
	bench_close(&it);
}

static void
a_login_costs_three_syncs(void **state)
{
	struct bench it;
	struct store_ticket ticket;

	bench_open(*state, &it);
	for (int i = 0; i < 4; i++) {
		if (i == 1)
			assert_int_equal(bench_reopen(&it), 0);
		syncs = 0;
		ticket = bench_text(&it);
		assert_int_equal(syncs, 2);
		assert_int_equal(bench_look(&it).failures, i % 2);
		assert_int_equal(syncs, 2);
		assert_int_equal(bench_guess(&it, &ticket, i % 2 == 0 ? &it.wrong : &it.code),
			i % 2 == 0 ? STORE_WRONG : STORE_MATCH);
		assert_int_equal(syncs, 3);
	}
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_code_works_once),
		TEST(a_code_lives_to_the_millisecond),
		TEST(a_code_dies_with_its_boot),
		TEST(a_code_is_worth_nothing_elsewhere),
		TEST(one_binding_is_compared_with_all_its_codes),
		TEST(bindings_and_decoys_differ_and_stay),
		TEST(failures_lock_and_a_lock_is_told),
		TEST(a_lock_survives_the_reboot),
		TEST(a_login_costs_three_syncs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
