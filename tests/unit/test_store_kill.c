/* SPDX-License-Identifier: BSD-2-Clause */
/* The store when processes are killed or stopped at any instant. */
#include "store_bench.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define STRANGER 65534

struct race {
	struct bench bench;
	struct store_ticket ticket;
};

/* What every child begins with. */
static int
own_store(struct race *race)
{
	race->bench.store = NULL;
	return bench_reopen(&race->bench) == 0 ? 0 : 1;
}

/* What children saw, told where a SIGKILL cannot take it back. */
struct tally {
	_Atomic unsigned int asked, wrong, granted, matched;
	struct sent {
		struct store_ticket ticket;
		struct code code;
		_Atomic int stage;	/* SENT once the rest is written */
	} sent[4096];
};

enum { NOT_SENT, SENT, MATCHED };

static struct tally *
tally_new(void)
{
	struct tally *tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(tally != MAP_FAILED);
	return tally;
}

/* How long it goes on: so many rounds, and more until enough has been done, on a slow machine. */
struct effort {
	int rounds;
	const _Atomic unsigned int *done;	/* NULL: no more */
	unsigned int enough;
};

#define ROUNDS_MAX 3000

static bool
goes_on(const struct effort *effort, int round)
{
	return round < effort->rounds || (round < ROUNDS_MAX && effort->done != NULL &&
		atomic_load(effort->done) <= effort->enough);
}

/* Children at work, each killed at a random instant. */
static void
work_and_kill(struct race *race, struct tally *tally, void (*work)(struct race *, struct tally *),
	const struct effort *effort)
{
	unsigned int random = 17;

	for (int round = 0; goes_on(effort, round); round++) {
		pid_t children[3];

		for (size_t i = 0; i < 3; i++) {
			children[i] = crowd_fork();
			if (children[i] == 0) {
				if (own_store(race) == 0)
					work(race, tally);
				_exit(1);
			}
			assert_true(children[i] > 0);
		}
		usleep((useconds_t)(3000 + rand_r(&random) % 20000));
		for (size_t i = 0; i < 3; i++) {
			kill(children[i], SIGKILL);
			assert_int_equal(scratch_wait(children[i]), 1000 + SIGKILL);
		}
		bench_now.boot_ms += 2;
		/* Whatever they left, the next one gets in, finds it whole and no lock held. */
		assert_true(bench_look(&race->bench).standing == STORE_FREE);
	}
}

static void
guess_wrong(struct race *race, struct tally *tally)
{
	struct bench *it = &race->bench;
	enum store_result result;
	struct store_status status;

	for (;;) {
		atomic_fetch_add(&tally->asked, 1);
		if (store_verify(it->store, &it->login, &race->ticket, &it->wrong, &result, &status,
		    NULL) == 0 &&
		    result == STORE_WRONG)
			atomic_fetch_add(&tally->wrong, 1);
	}
}

static void
the_killed_have_their_guesses_counted(void **state)
{
	struct race race = { .ticket.serial = 0 };
	struct tally *tally = tally_new();
	unsigned int failures;

	bench_open(*state, &race.bench);
	bench_widen(&race.bench);
	race.ticket = bench_text(&race.bench);
	work_and_kill(&race, tally, guess_wrong, &(struct effort){ 60, &tally->wrong, 60 });
	failures = bench_look(&race.bench).failures;
	assert_true(atomic_load(&tally->wrong) > 60);
	assert_true(failures >= atomic_load(&tally->wrong));
	assert_true(failures <= atomic_load(&tally->asked));
	munmap(tally, sizeof *tally);
	bench_close(&race.bench);
}

static bool
matches(struct bench *it, const struct sent *sent)
{
	enum store_result result = STORE_REFUSED;
	struct store_status status;

	return store_verify(it->store, &it->login, &sent->ticket, &sent->code, &result, &status,
		NULL) == 0 &&
		result == STORE_MATCH;
}

/*
 * Texts a code and enters it, twice. All do so under one binding, so all are compared with all
 * codes.
 */
static void
log_in(struct race *race, struct tally *tally)
{
	const struct code_form form = { .length = 10, .alphabet = CODE_ALNUM };
	struct bench *it = &race->bench;
	struct store_ticket ticket;
	struct store_verdict verdict;

	for (;;) {
		ticket.serial = 0;
		if (code_draw(&form, &it->code) == 0 &&
		    store_issue(it->store, &it->login, &it->phone,
		    &it->code, LIFETIME, &ticket, &verdict, NULL) == 0 && ticket.serial != 0) {
			unsigned int number = atomic_fetch_add(&tally->granted, 1);
			struct sent *sent = &tally->sent[number % 4096];

			sent->ticket = ticket;
			sent->code = it->code;
			atomic_store(&sent->stage, SENT);
			if (matches(it, sent)) {
				atomic_store(&sent->stage, MATCHED);
				atomic_fetch_add(&tally->matched, 1);
			}
			if (matches(it, sent))
				atomic_fetch_add(&tally->wrong, 1);
		}
	}
}

static void
the_killed_never_make_a_code_work_twice(void **state)
{
	struct race race = { .ticket.serial = 0 };
	struct tally *tally = tally_new();
	unsigned int granted, seen = 0, open = 0;

	bench_open(*state, &race.bench);
	bench_widen(&race.bench);
	race.bench.settings.budget.user.window_ms = race.bench.settings.budget.phone.window_ms = 1;
	work_and_kill(&race, tally, log_in, &(struct effort){ 60, &tally->matched, 60 });
	assert_int_equal(atomic_load(&tally->wrong), 0);
	granted = atomic_load(&tally->granted);
	assert_in_range(granted, 60, 4095);
	for (unsigned int i = 0; i < granted; i++) {
		struct sent *sent = &tally->sent[i];
		int stage = atomic_load(&sent->stage);
		bool again = stage != NOT_SENT && matches(&race.bench, sent);

		seen += stage == MATCHED;
		open += again;
		if (stage == MATCHED)
			assert_false(again);
		/* One whose owner was killed before he entered it still works, once. */
		assert_false(stage != NOT_SENT && matches(&race.bench, sent));
	}
	assert_true(seen > 60);
	assert_true(open <= STORE_CODES_MAX);
	munmap(tally, sizeof *tally);
	bench_close(&race.bench);
}

static void
ask_for_texts(struct race *race, struct tally *tally)
{
	struct bench *it = &race->bench;
	struct store_ticket ticket;
	struct store_verdict verdict;

	for (;;) {
		ticket.serial = 0;
		if (store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, &ticket,
		    &verdict, NULL) == 0 && ticket.serial != 0)
			atomic_fetch_add(&tally->granted, 1);
	}
}

static void
the_killed_get_no_text_for_nothing(void **state)
{
	for (int round = 0; round < 6; round++) {
		struct race race = { .ticket.serial = 0 };
		struct tally *tally = tally_new();

		bench_open(*state, &race.bench);
		race.bench.login.uid += (uid_t)round;
		race.bench.phone.text[12] = (char)('0' + round);
		race.bench.settings.budget.user = (struct limit_texts){
			.unredeemed = 32, .daily = 32, .window_ms = 10 * MINUTE,
		};
		race.bench.settings.budget.phone = race.bench.settings.budget.user;
		race.bench.settings.budget.client.unredeemed = 1000;
		/*
		 * On a busy machine few get far in so short a life; and whoever is killed once he
		 * has reserved leaves less for the others.
		 */
		for (int tries = 0; tries < 20 && atomic_load(&tally->granted) < 10; tries++)
			work_and_kill(&race, tally, ask_for_texts, &(struct effort){ .rounds = 6 });
		assert_true(atomic_load(&tally->granted) <= 32);
		assert_true(atomic_load(&tally->granted) > 0);
		munmap(tally, sizeof *tally);
		bench_close(&race.bench);
	}
}

static void
text_and_cancel(struct race *race, struct tally *tally)
{
	struct bench *it = &race->bench;
	struct store_ticket ticket;
	struct store_verdict verdict;

	for (;;) {
		ticket.serial = 0;
		if (store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME, &ticket,
		    &verdict, NULL) == 0 && ticket.serial != 0 &&
		    store_cancel(it->store, &it->login, &ticket, NULL) == 0)
			atomic_fetch_add(&tally->granted, 1);
		/* The prompt, where he may stop it as he likes. */
		usleep(100);
	}
}

/* SIGSTOP from his own uid, which is the real uid of su, at a random instant. */
static void
stop_as_the_caller(pid_t victim, useconds_t after)
{
	pid_t caller = crowd_fork();

	if (caller == 0) {
		usleep(after);
		if (setresuid(STRANGER, STRANGER, STRANGER) != 0)
			_exit(1);
		/* Refused in a shelter; he tries until it works. */
		for (int i = 0; i < 1000000; i++) {
			if (kill(victim, SIGSTOP) == 0)
				_exit(0);
			usleep(10);
		}
		_exit(2);
	}
	assert_int_equal(scratch_wait(caller), 0);
}

static void
a_caller_who_stops_su_holds_up_nobody(void **state)
{
	struct tally *tally;
	unsigned int random = 5;
	struct race race = { .ticket.serial = 0 };
	struct store_ticket ticket;

	if (geteuid() != 0) {
		print_message("skipped: needs root to run with another real uid\n");
		skip();
	}
	tally = tally_new();
	bench_open(*state, &race.bench);
	bench_widen(&race.bench);
	/* What the killed have reserved is past with the next round: there may be many. */
	race.bench.settings.budget.user.window_ms = race.bench.settings.budget.phone.window_ms = 1;
	const struct effort effort = { 40, &tally->granted, 40 };

	for (int round = 0; goes_on(&effort, round); round++) {
		pid_t su = crowd_fork();

		if (su == 0) {
			if (syscall(SYS_setresuid, STRANGER, 0, 0) == 0 && own_store(&race) == 0)
				text_and_cancel(&race, tally);
			_exit(1);
		}
		assert_true(su > 0);
		/* A shelter takes some 10 ms, and there are two in a round of his. */
		stop_as_the_caller(su, (useconds_t)(3000 + rand_r(&random) % 60000));
		/* Another user with the same phone, and root looking at this one: at once. */
		race.bench.login.uid = UID + 1;
		ticket = bench_text(&race.bench);
		assert_int_equal(
			store_cancel(race.bench.store, &race.bench.login, &ticket, NULL), 0);
		race.bench.login.uid = UID;
		assert_int_equal(bench_look(&race.bench).standing, STORE_FREE);
		kill(su, SIGKILL);
		assert_int_equal(scratch_wait(su), 1000 + SIGKILL);
		bench_now.boot_ms += 2;
	}
	assert_true(atomic_load(&tally->granted) > 40);
	munmap(tally, sizeof *tally);
	bench_close(&race.bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_killed_have_their_guesses_counted),
		TEST(the_killed_never_make_a_code_work_twice),
		TEST(the_killed_get_no_text_for_nothing),
		TEST(a_caller_who_stops_su_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
