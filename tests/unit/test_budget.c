/* SPDX-License-Identifier: BSD-2-Clause */
/* Client and host: what they may cost in any window. */
#include "budget_bench.h"

#include "core/client.h"

static void
a_client_has_its_limit_and_no_more(void **state)
{
	struct bench bench;
	int64_t wait_ms = 0;

	bench_open(*state, &bench);
	for (int i = 0; i < 5; i++)
		assert_int_equal(reserve(&bench, "192.0.2.1"), BUDGET_GRANTED);
	assert_int_equal(reserve_for(&bench, "192.0.2.1", &wait_ms), BUDGET_CLIENT);
	assert_true(wait_ms > 0 && wait_ms <= HOUR);
	assert_int_equal(reserve(&bench, "192.0.2.2"), BUDGET_GRANTED);
	assert_int_equal(reserve(&bench, NULL), BUDGET_GRANTED);
	/* A whole window later at the latest, and a sixteenth. */
	bench.now.boot_ms += HOUR - 1;
	assert_int_equal(reserve(&bench, "192.0.2.1"), BUDGET_CLIENT);
	bench.now.boot_ms += HOUR / 16 + SECOND;
	assert_int_equal(reserve(&bench, "192.0.2.1"), BUDGET_GRANTED);
	bench_close(&bench);
}

static void
the_host_has_a_window_and_a_day(void **state)
{
	struct bench bench;
	int64_t wait_ms = 0;
	char client[32];

	bench_open(*state, &bench);
	for (int i = 0; i < 50; i++) {
		snprintf(client, sizeof client, "10.0.%d.1", i);
		if (i == 20 || i == 40) {
			assert_int_equal(reserve_for(&bench, client, &wait_ms), BUDGET_HOST);
			assert_true(wait_ms > 0 && wait_ms <= HOUR);
			bench.now.boot_ms += 2 * HOUR;
		}
		assert_int_equal(reserve(&bench, client), BUDGET_GRANTED);
	}
	bench.now.boot_ms += 2 * HOUR;
	assert_int_equal(reserve_for(&bench, "10.0.60.1", &wait_ms), BUDGET_HOST);
	assert_true(wait_ms > 16 * HOUR && wait_ms <= LIMIT_DAY_MS);
	bench_close(&bench);
}

static void
a_refusal_counts_nothing(void **state)
{
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 100; i++)
		(void)reserve(&bench, "192.0.2.1");
	for (int i = 0; i < 15; i++)
		assert_int_equal(reserve(&bench, NULL), BUDGET_GRANTED);
	assert_int_equal(reserve(&bench, NULL), BUDGET_HOST);
	/* Nor what is refused for the host's sake with the client. */
	bench.now.boot_ms += HOUR - HOUR / 4;
	for (int i = 0; i < 10; i++)
		assert_int_equal(reserve(&bench, "192.0.2.9"), BUDGET_HOST);
	bench.now.boot_ms += HOUR / 4 + HOUR / 16 + SECOND;
	assert_int_equal(reserve(&bench, "192.0.2.9"), BUDGET_GRANTED);
	bench_close(&bench);
}

static void
reserve_groups_are_counted_but_not_stopped(void **state)
{
	const struct budget_text admin = { .client = "192.0.2.1", .reserve = true };
	enum budget_refusal refusal;
	struct bench bench;
	int64_t wait_ms;

	bench_open(*state, &bench);
	for (int i = 0; i < 30; i++) {
		refusal = BUDGET_HOST;
		assert_int_equal(budget_reserve(bench.budget, &admin, &bench.now, &refusal,
			&wait_ms, NULL), 0);
		assert_int_equal(refusal, BUDGET_GRANTED);
	}
	assert_int_equal(reserve(&bench, "192.0.2.1"), BUDGET_CLIENT);
	assert_int_equal(reserve(&bench, NULL), BUDGET_HOST);
	bench_close(&bench);
}

static void
places_come_back_once(void **state)
{
	struct bench bench;
	int64_t at_ms;

	bench_open(*state, &bench);
	at_ms = bench.now.boot_ms;
	for (int i = 0; i < 5; i++)
		assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	bench.now.boot_ms += 10 * MINUTE;
	give_back(&bench, "a", BUDGET_REDEEMED, at_ms);
	assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	assert_int_equal(reserve(&bench, "a"), BUDGET_CLIENT);
	/*
	 * From a time at which nothing was counted nothing comes back; nor more than was counted.
	 */
	give_back(&bench, "a", BUDGET_REDEEMED, at_ms + 30 * MINUTE);
	assert_int_equal(reserve(&bench, "a"), BUDGET_CLIENT);
	for (int i = 0; i < 50; i++)
		give_back(&bench, "a", BUDGET_CANCELLED, at_ms);
	for (int i = 0; i < 4; i++)
		assert_int_equal(reserve(&bench, "a"), BUDGET_GRANTED);
	assert_int_equal(reserve(&bench, "a"), BUDGET_CLIENT);
	bench_close(&bench);
}

static void
a_redeemed_text_still_counts_for_the_day(void **state)
{
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(reserve(&bench, NULL), BUDGET_GRANTED);
		give_back(&bench, NULL, BUDGET_REDEEMED, bench.now.boot_ms);
	}
	assert_int_equal(reserve(&bench, NULL), BUDGET_HOST);
	give_back(&bench, NULL, BUDGET_CANCELLED, bench.now.boot_ms);
	assert_int_equal(reserve(&bench, NULL), BUDGET_GRANTED);
	bench_close(&bench);
}

struct spelling {
	const char *one, *other;
	bool same;
};

static void
clients_are_told_apart_by_who_they_are(void **state)
{
	static const struct spelling cases[] = {
		{ "192.0.2.1", "::ffff:192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true },
		{ "2001:db8:1:2::1", "2001:DB8:1:2::5", true },
		{ "2001:db8:1:2::1", "2001:db8:1:3::1", false },
		{ "fe80::1%eth0", "fe80::2", true },
		{ "::ffff:192.0.2.1%x", "192.0.2.1", true },
		{ "192.0.2.1%x", "192.0.2.1", false },
		{ "192.0.2.1%x", "192.0.2.1%y", false },
		{ "Host.Example.ORG", "host.example.org.", true },
		{ "host.example.org", "host2.example.org", false },
		{ "192.0.2.1", "192.0.2.1.example.org", false },
		{ "", ".", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct client one, other;

		client_read(cases[i].one, &one);
		client_read(cases[i].other, &other);
		assert_int_equal(one.size == other.size &&
			memcmp(one.bytes, other.bytes, one.size) == 0, cases[i].same);
	}
}

static void
names_of_any_length_are_read(void **state)
{
	char name[5000];
	struct client client;

	(void)state;
	for (size_t length = 0; length < 600; length++) {
		memset(name, 'x', length);
		name[length] = '\0';
		client_read(name, &client);
		assert_in_range(client.size, 1, CLIENT_SIZE);
	}
}

/*
 * Whatever the hours at which texts are asked for, no window of the full length has more than the
 * limit.
 */
static void
no_window_holds_more_than_the_limit(void **state)
{
	struct bench bench;
	int64_t granted[4000];
	size_t count = 0, refused = 0;
	unsigned int random = 4711;

	bench_open(*state, &bench);
	bench.limits.client.unredeemed = 1000000;
	bench.limits.host.daily = 0;
	for (int i = 0; i < 4000; i++) {
		int64_t spread = rand_r(&random) % 4 == 0 ? 20 * MINUTE : MINUTE;
		int64_t wait_ms, span;

		bench.now.boot_ms += rand_r(&random) % spread;
		if (reserve_for(&bench, NULL, &wait_ms) != BUDGET_GRANTED) {
			assert_true(wait_ms > 0 && wait_ms <= HOUR);
			/* Not refused without a cause: so many within a window and a sixteenth. */
			assert_true(count >= 20);
			span = bench.now.boot_ms - granted[count - 20];
			assert_true(span <= HOUR + HOUR / 16 + SECOND);
			refused++;
			continue;
		}
		if (count >= 20)
			assert_true(bench.now.boot_ms - granted[count - 20] > HOUR);
		granted[count++] = bench.now.boot_ms;
	}
	assert_true(count > 500 && refused > 500);
	bench_close(&bench);
}

static void
the_wait_it_tells_is_the_wait_it_takes(void **state)
{
	struct bench bench;
	unsigned int random = 99;

	bench_open(*state, &bench);
	bench.limits.host.daily = 0;
	for (int i = 0; i < 300; i++) {
		int64_t wait_ms = 0;

		bench.now.boot_ms += rand_r(&random) % MINUTE;
		if (reserve_for(&bench, NULL, &wait_ms) == BUDGET_GRANTED)
			continue;
		bench.now.boot_ms += wait_ms;
		/* Told at most the window, it may take a sixteenth more. */
		if (wait_ms == HOUR)
			bench.now.boot_ms += HOUR / 16 + SECOND;
		assert_int_equal(reserve(&bench, NULL), BUDGET_GRANTED);
	}
	bench_close(&bench);
}

static struct budget_shares
look(struct bench *bench, const char *client)
{
	struct budget_shares shares;

	assert_int_equal(budget_look(bench->budget, client, &bench->now, &shares, NULL), 0);
	return shares;
}

static void
looking_counts_nothing(void **state)
{
	struct budget_shares shares;
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(look(&bench, "192.0.2.1").client.used, i);
		assert_int_equal(look(&bench, "192.0.2.1").client.wait_ms, 0);
		assert_int_equal(reserve(&bench, "192.0.2.1"), BUDGET_GRANTED);
	}
	for (int i = 0; i < 100; i++)
		shares = look(&bench, "192.0.2.1");
	assert_int_equal(shares.client.used, 5);
	assert_int_equal(shares.client.limit, 5);
	assert_true(shares.client.wait_ms > 0 && shares.client.wait_ms <= HOUR);
	assert_int_equal(shares.host.used, 5);
	assert_int_equal(shares.host.limit, 20);
	assert_int_equal(shares.host.wait_ms, 0);
	assert_int_equal(shares.day.used, 5);
	assert_int_equal(shares.day.limit, 50);
	assert_int_equal(look(&bench, "192.0.2.2").client.used, 0);
	assert_int_equal(look(&bench, NULL).client.limit, 0);
	bench.limits.host.daily = 0;
	assert_int_equal(look(&bench, NULL).day.limit, 0);
	assert_int_equal(look(&bench, NULL).day.wait_ms, 0);
	bench_close(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_client_has_its_limit_and_no_more),
		TEST(the_host_has_a_window_and_a_day),
		TEST(a_refusal_counts_nothing),
		TEST(reserve_groups_are_counted_but_not_stopped),
		TEST(places_come_back_once),
		TEST(a_redeemed_text_still_counts_for_the_day),
		TEST(clients_are_told_apart_by_who_they_are),
		TEST(names_of_any_length_are_read),
		TEST(no_window_holds_more_than_the_limit),
		TEST(the_wait_it_tells_is_the_wait_it_takes),
		TEST(looking_counts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
