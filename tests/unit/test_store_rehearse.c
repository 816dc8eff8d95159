/* SPDX-License-Identifier: BSD-2-Clause */
/* A rehearsal: it says what would happen, and afterwards everything is as it was. */
#include "store_place.h"

#include <fcntl.h>
#include <sodium.h>

#include "core/budget.h"
#include "core/health.h"
#include "core/store_admin.h"

static crypto_generichash_state print;

static int
add(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char bytes[8192];
	ssize_t count;
	int fd;

	(void)ftw;
	crypto_generichash_update(&print, (const uint8_t *)path, strlen(path) + 1);
	crypto_generichash_update(&print, (const uint8_t *)&st->st_mtim, sizeof st->st_mtim);
	if (type != FTW_F)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while ((count = read(fd, bytes, sizeof bytes)) > 0)
		crypto_generichash_update(&print, (const uint8_t *)bytes, (size_t)count);
	close(fd);
	return (int)count;
}

/* Of all files, and of when anything was made, changed or removed. */
static void
fingerprint(const struct bench *bench, uint8_t ret_print[static 32])
{
	crypto_generichash_init(&print, NULL, 0, 32);
	assert_int_equal(nftw(bench->state_dir, add, 8, FTW_PHYS), 0);
	assert_int_equal(nftw(bench->run_dir, add, 8, FTW_PHYS), 0);
	crypto_generichash_final(&print, ret_print, 32);
}

static void
rehearse(struct bench *bench)
{
	bench->settings.rehearse = true;
	assert_int_equal(bench_reopen(bench), 0);
}

static void
perform(struct bench *bench)
{
	bench->settings.rehearse = false;
	assert_int_equal(bench_reopen(bench), 0);
}

/* Text after text until one is refused: each is foretold. */
static void
what_is_foretold_happens(void **state)
{
	enum store_budget spent = STORE_BUDGET_NONE;
	uint8_t before[32], after[32];
	struct bench bench;

	bench_open(*state, &bench);
	for (int i = 0; i < 4; i++) {
		struct store_ticket ticket = { .serial = 0 };
		struct store_verdict foretold;

		fingerprint(&bench, before);
		rehearse(&bench);
		foretold = bench_issue(&bench, &ticket);
		fingerprint(&bench, after);
		assert_memory_equal(before, after, sizeof before);
		perform(&bench);
		spent = bench_issue(&bench, &ticket).spent;
		assert_int_equal(foretold.spent, spent);
	}
	assert_int_equal(spent, STORE_BUDGET_USER);
	bench_close(&bench);
}

static void
nothing_is_made_where_there_is_nothing(void **state)
{
	struct store_ticket ticket = { .serial = 0 };
	struct budget_shares shares;
	struct health *health = NULL;
	struct store_view view;
	struct fault trouble = { .text = "" };
	struct bench bench;

	bench_open(*state, &bench);
	store_close(&bench.store);
	scratch_empty(bench.state_dir);
	scratch_empty(bench.run_dir);
	rehearse(&bench);
	assert_int_equal(bench_look(&bench).standing, STORE_FREE);
	assert_int_equal(bench_issue(&bench, &ticket).spent, STORE_BUDGET_NONE);
	assert_true(ticket.serial != 0);
	assert_int_equal(store_view_user(bench.store, UID, &view, &bench.fault), 0);
	assert_int_equal(view.texts.today, 0);
	assert_int_equal(store_view_table(bench.store, "192.0.2.1", &shares, &bench.fault), 0);
	assert_int_equal(store_health(bench.store, &health, &trouble, &bench.fault), 0);
	assert_non_null(health_find(health, "/etc/smsotp", "one"));
	assert_int_equal(access(bench.state_dir, F_OK), -1);
	assert_int_equal(access(bench.run_dir, F_OK), -1);
	bench_close(&bench);
}

/* A table that a login would replace is replaced in the rehearsal alone, with what it counted. */
static void
other_windows_free_no_place(void **state)
{
	struct store_ticket ticket = { .serial = 0 };
	uint8_t before[32], after[32];
	struct budget_shares shares;
	struct bench bench;

	bench_open(*state, &bench);
	(void)bench_text(&bench);
	bench.settings.budget.client = (struct limit_texts){
		.unredeemed = 1, .window_ms = 2 * HOUR,
	};
	fingerprint(&bench, before);
	rehearse(&bench);
	assert_int_equal(store_view_table(bench.store, "192.0.2.1", &shares, &bench.fault), 0);
	assert_int_equal(shares.client.used, 1);
	assert_int_equal(shares.client.limit, 1);
	assert_true(shares.client.wait_ms > HOUR && shares.client.wait_ms <= 2 * HOUR);
	assert_int_equal(shares.host.used, 1);
	assert_int_equal(shares.day.limit, 5000);
	assert_int_equal(bench_issue(&bench, &ticket).spent, STORE_BUDGET_CLIENT);
	fingerprint(&bench, after);
	assert_memory_equal(before, after, sizeof before);
	bench_close(&bench);
}

static void
a_remembered_success_is_found(void **state)
{
	uint8_t before[32], after[32];
	struct bench bench;

	place_open(*state, &bench);
	place_succeed(&bench);
	fingerprint(&bench, before);
	rehearse(&bench);
	assert_int_equal(place_met(&bench), STORE_MET_SUCCESS);
	fingerprint(&bench, after);
	assert_memory_equal(before, after, sizeof before);
	bench_close(&bench);
}

/* What a login would stumble over, a rehearsal stumbles over. */
static void
damage_is_a_fault(void **state)
{
	struct bench bench;
	char path[PATH_MAX + 16];

	bench_open(*state, &bench);
	(void)bench_text(&bench);
	snprintf(path, sizeof path, "%s/users/%d", bench.state_dir, UID);
	assert_int_equal(truncate(path, 10), 0);
	rehearse(&bench);
	assert_int_equal(bench_try_issue(&bench, &(struct store_ticket){ .serial = 0 },
		&(struct store_verdict){ .wait_ms = 0 }), FAULT_DAMAGED);
	store_close(&bench.store);
	assert_int_equal(chmod(bench.run_dir, 0755), 0);
	assert_int_equal(store_open(&bench.settings, &bench.store, &bench.fault), FAULT_STATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_foretold_happens),
		TEST(nothing_is_made_where_there_is_nothing),
		TEST(other_windows_free_no_place),
		TEST(a_remembered_success_is_found),
		TEST(damage_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
