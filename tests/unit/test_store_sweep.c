/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=pwrite,--wrap=pread,--wrap=fdatasync,--wrap=fsync,--wrap=openat */
/* ldflags: -Wl,--wrap=flock,--wrap=fstat,--wrap=fstatat,--wrap=fchmod,--wrap=mkdirat */
/* ldflags: -Wl,--wrap=linkat,--wrap=mmap,--wrap=calloc,--wrap=getrandom */
/*
 * A first login, and later ones, in which the Nth system call fails, for every N: whatever it is,
 * nothing is let in or texted that was not counted, and the next login finds everything whole.
 */
#include "store_place.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

/* Which call is to fail; calls seen so far. 0: none. */
static int failing, calls;

static bool
fails(int error)
{
	calls++;
	if (failing == 0 || calls != failing)
		return false;
	errno = error;
	return true;
}

#define WRAP(type, name, parameters, arguments, error, failure) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	type \
	__wrap_##name parameters \
	{ \
		return fails(error) ? failure : __real_##name arguments; \
	}

WRAP(ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at),
	ENOSPC, -1)
WRAP(ssize_t, pread, (int fd, void *bytes, size_t size, off_t at), (fd, bytes, size, at), EIO, -1)
WRAP(int, fdatasync, (int fd), (fd), EIO, -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, flock, (int fd, int operation), (fd, operation), ENOLCK, -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP(int, fstatat, (int fd, const char *path, struct stat *st, int flags), (fd, path, st, flags),
	EIO, -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), EROFS, -1)
WRAP(int, linkat, (int from, const char *path, int to, const char *name, int flags),
	(from, path, to, name, flags), EIO, -1)
WRAP(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
	(at, size, protection, flags, fd, offset), ENOMEM, MAP_FAILED)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), ENOMEM, NULL)
WRAP(ssize_t, getrandom, (void *bytes, size_t size, unsigned int flags), (bytes, size, flags),
	EIO, -1)

int __real_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);

int
__wrap_openat(int directory, const char *path, int flags, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return fails(EMFILE) ? -1 : __real_openat(directory, path, flags, mode);
}

/* What one login got, with the Nth call failing. */
struct login {
	bool opened, texted, wrong_compared, matched;
	int calls;
};

static int
guess(struct bench *it, const struct store_ticket *ticket, const struct code *code,
	enum store_result *ret_result)
{
	struct fault fault = { .text = "" };
	struct store_status status;
	int error = store_verify(it->store, &it->login, ticket, code, ret_result, &status, &fault);

	assert_int_equal(error != 0, *ret_result == STORE_REFUSED);
	if (error != 0)
		assert_true(strlen(fault.text) > 0 && (int)fault.kind == error);
	return error;
}

static void
log_in(struct bench *it, int nth, struct login *ret_login)
{
	struct login login = { .opened = false };
	struct store_ticket ticket = { .serial = 0 };
	struct store_verdict verdict = { .standing = STORE_FREE };
	struct fault fault = { .text = "" };
	enum store_result result;
	struct store_status status;

	failing = nth;
	calls = 0;
	login.opened = store_open(&it->settings, &it->store, &fault) == 0;
	if (login.opened && store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME,
	    &ticket, &verdict, &fault) == 0) {
		assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
		login.texted = true;
	}
	assert_int_equal(login.texted, ticket.serial != 0);
	if (!login.texted)
		assert_true(strlen(fault.text) > 0);
	if (login.texted) {
		result = STORE_REFUSED;
		login.wrong_compared = guess(it, &ticket, &it->wrong, &result) == 0;
		assert_int_equal(result, login.wrong_compared ? STORE_WRONG : STORE_REFUSED);
		result = STORE_REFUSED;
		login.matched = guess(it, &ticket, &it->code, &result) == 0;
		assert_int_equal(result, login.matched ? STORE_MATCH : STORE_REFUSED);
	}
	login.calls = calls;
	failing = 0;
	store_close(&it->store);

	/* From here on the machine works: what is recorded? */
	assert_int_equal(store_open(&it->settings, &it->store, &it->fault), 0);
	status = bench_look(it);
	if (login.wrong_compared && !login.matched)
		assert_true(status.failures >= 1);
	assert_true(status.failures <= 2);
	if (login.texted) {
		assert_int_equal(store_verify(it->store, &it->login, &ticket, &it->code, &result,
			&status, NULL), 0);
		/* A second match never; a first one now only if there was none. */
		assert_true(result != STORE_MATCH || !login.matched);
	}
	assert_true(bench_text(it).serial != 0);
	store_close(&it->store);
	*ret_login = login;
}

static void
sweep(void **state, bool first_login)
{
	int good = 0, denied = 0;

	for (int nth = 1;; nth++) {
		struct bench it;
		struct login login;

		bench_open(*state, &it);
		bench_widen(&it);
		if (!first_login) {
			strcpy(it.code.text, "777777");
			(void)bench_text(&it);
			strcpy(it.code.text, "491827");
		}
		store_close(&it.store);
		if (first_login) {
			scratch_empty(it.state_dir);
			scratch_empty(it.run_dir);
		}
		log_in(&it, nth, &login);
		scratch_empty(it.state_dir);
		scratch_empty(it.run_dir);
		if (login.matched && login.wrong_compared)
			good++;
		else
			denied++;
		if (login.calls < nth)
			break;
	}
	print_message("%d calls failed in turn: %d denied something, %d were survived\n",
		denied + good, denied, good);
	assert_true(denied > 40);
}

static void
every_call_of_a_first_login_may_fail(void **state)
{
	sweep(state, true);
}

static void
every_call_of_a_later_login_may_fail(void **state)
{
	sweep(state, false);
}

/* As tight as can be: a single place that were not given back would refuse the next text. */
static void
a_text_that_failed_costs_nothing(void **state)
{
	int failed = 0, granted = 0;

	for (int nth = 1;; nth++) {
		struct store_ticket ticket = { .serial = 0 };
		struct store_verdict verdict;
		struct limit_budget *budget;
		struct bench it;
		int result;

		bench_open(*state, &it);
		budget = &it.settings.budget;
		budget->user.unredeemed = budget->phone.unredeemed = 1;
		budget->client.unredeemed = budget->host.unredeemed = 1;
		/* A login before makes records and table; cancelled, it costs nothing. */
		ticket = bench_text(&it);
		assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
		ticket.serial = 0;
		failing = nth;
		calls = 0;
		result = bench_try_issue(&it, &ticket, &verdict);
		failing = 0;
		if (result == 0) {
			assert_int_equal(verdict.spent, STORE_BUDGET_NONE);
			assert_int_equal(bench_issue(&it, &ticket).spent, STORE_BUDGET_USER);
			granted++;
		} else {
			assert_int_equal(ticket.serial, 0);
			(void)bench_text(&it);
			failed++;
		}
		result = calls;
		bench_close(&it);
		scratch_empty(it.state_dir);
		scratch_empty(it.run_dir);
		if (result < nth)
			break;
	}
	assert_true(failed > 15 && granted > 3);
}

/*
 * A guess that locks, with each call failing: whatever was written, nothing is remembered behind
 * the lock-out.
 */
static void
a_lock_out_that_failed_forgets_no_less(void **state)
{
	int locked = 0, free = 0;

	for (int nth = 1;; nth++) {
		struct store_ticket ticket;
		struct bench it;
		int result;

		place_open(*state, &it);
		it.settings.guesses.lock_after = 1;
		place_succeed(&it);
		assert_int_equal(place_met(&it), STORE_MET_SUCCESS);
		it.login.remember_ms = 0;
		ticket = bench_text(&it);
		it.login.remember_ms = 24 * HOUR;
		failing = nth;
		calls = 0;
		(void)bench_try_guess(&it, &ticket, &it.wrong);
		failing = 0;
		result = calls;
		if (bench_look(&it).standing == STORE_LOCKED) {
			bench_now.boot_ms += HOUR;
			bench_now.real_ms += HOUR;
			assert_int_equal(store_revoke(it.store, &it.login, &ticket, &it.fault), 0);
			assert_int_equal(place_met(&it), STORE_MET_NOTHING);
			locked++;
		} else {
			free++;
		}
		bench_close(&it);
		scratch_empty(it.state_dir);
		scratch_empty(it.run_dir);
		if (result < nth)
			break;
	}
	assert_true(locked > 1 && free > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_call_of_a_first_login_may_fail),
		TEST(every_call_of_a_later_login_may_fail),
		TEST(a_text_that_failed_costs_nothing),
		TEST(a_lock_out_that_failed_forgets_no_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
