/* SPDX-License-Identifier: BSD-2-Clause */
/* A store in a private folder, with a clock that tests turn by hand. */
#ifndef SMSOTP_TESTS_STORE_BENCH_H
#define SMSOTP_TESTS_STORE_BENCH_H

#include "state_crowd.h"

#include <stdbool.h>

#include "core/fault.h"
#include "core/store.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define LIFETIME (5 * MINUTE)
#define UID 1000

static struct now bench_now;

struct bench {
	char state_dir[PATH_MAX], run_dir[PATH_MAX];
	struct store_settings settings;
	struct store *store;
	struct store_login login;
	struct e164 phone;
	struct code code, wrong;
	struct fault fault;
};

static inline int
bench_clock(struct now *ret_now, struct fault *fault)
{
	(void)fault;
	*ret_now = bench_now;
	return 0;
}

static inline void
bench_open(const struct scratch *scratch, struct bench *ret_bench)
{
	struct bench *it = ret_bench;

	memset(it, 0, sizeof *it);
	bench_now = (struct now){
		.boot_ms = 3 * HOUR, .real_ms = INT64_C(1735689600000), .boot_id = { 1 },
	};
	snprintf(it->state_dir, sizeof it->state_dir, "%s/state", scratch->path);
	snprintf(it->run_dir, sizeof it->run_dir, "%s/run", scratch->path);
	it->settings = (struct store_settings){
		.state_dir = it->state_dir,
		.run_dir = it->run_dir,
		.guesses = { .per_conversation = 3, .lock_after = 10, .disable_after = 100,
			.lock_for_ms = 30 * MINUTE },
		.budget = {
			.user = { .unredeemed = 3, .daily = 40, .window_ms = 10 * MINUTE },
			.phone = { .unredeemed = 3, .daily = 60, .window_ms = 10 * MINUTE },
			.client = { .unredeemed = 60, .window_ms = HOUR },
			.host = { .unredeemed = 600, .daily = 5000, .window_ms = HOUR },
			.voice = { .unredeemed = 2, .daily = 10, .window_ms = HOUR,
				.kind = LIMIT_CALL },
		},
		.read_clock = bench_clock,
	};
	it->login = (struct store_login){
		.uid = UID, .service = "sshd", .client = "192.0.2.1", .binding = { 42 },
	};
	strcpy(it->phone.text, "+447700900123");
	strcpy(it->code.text, "491827");
	strcpy(it->wrong.text, "000000");
	if (store_open(&it->settings, &it->store, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
}

static inline void
bench_close(struct bench *it)
{
	store_close(&it->store);
}

/* A process of its own never shares descriptors with its parent. */
static inline int
bench_reopen(struct bench *it)
{
	store_close(&it->store);
	return store_open(&it->settings, &it->store, &it->fault);
}

static inline struct store_verdict
bench_issue(struct bench *it, struct store_ticket *ret_ticket)
{
	struct store_verdict verdict = { .wait_ms = -1 };

	if (store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, ret_ticket,
	    &verdict, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
	return verdict;
}

/* Issues a code where that must be granted. */
static inline struct store_ticket
bench_text(struct bench *it)
{
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict = bench_issue(it, &ticket);

	assert_int_equal(verdict.standing, STORE_FREE);
	assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
	assert_true(ticket.serial != 0);
	return ticket;
}

static inline enum store_result
bench_guess(struct bench *it, const struct store_ticket *ticket, const struct code *guess)
{
	enum store_result result = STORE_REFUSED;
	struct store_status status;

	if (store_verify(it->store, &it->login, ticket, guess, &result, &status, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
	assert_string_equal(it->fault.text, "");
	return result;
}

/* The same where a fault may come of it. */
static inline int
bench_try_issue(struct bench *it, struct store_ticket *ret_ticket,
	struct store_verdict *ret_verdict)
{
	return store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, ret_ticket,
		ret_verdict, &it->fault);
}

static inline int
bench_try_guess(struct bench *it, const struct store_ticket *ticket, const struct code *guess)
{
	enum store_result result = STORE_REFUSED;
	struct store_status status;
	int error = store_verify(it->store, &it->login, ticket, guess, &result, &status,
		&it->fault);

	return error != 0 ? error : (int)result;
}

static inline struct store_status
bench_look(struct bench *it)
{
	struct store_status status = { .failures = 999 };

	if (store_look(it->store, it->login.uid, &status, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
	return status;
}

/* Those that must not be there included. */
static inline int
bench_count_files(const char *path)
{
	DIR *stream = opendir(path);
	int count = 0;

	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
		count += entry->d_name[0] != '.' || strcmp(entry->d_name, ".new") == 0;
	closedir(stream);
	return count;
}

/* Budgets and limits that a test of something else does not meet. */
static inline void
bench_widen(struct bench *it)
{
	struct limit_budget *budget = &it->settings.budget;

	budget->user = (struct limit_texts){ .unredeemed = 32, .window_ms = 10 * MINUTE };
	budget->phone = budget->user;
	budget->client.unredeemed = budget->host.unredeemed = 1000000;
	budget->host.daily = 0;
	it->settings.guesses.lock_after = it->settings.guesses.disable_after = 1000000;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

#endif
