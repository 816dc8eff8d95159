/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=pwrite,--wrap=pread,--wrap=fdatasync,--wrap=fsync,--wrap=openat */
/* ldflags: -Wl,--wrap=flock,--wrap=fstat,--wrap=fstatat,--wrap=fchmod,--wrap=mkdirat */
/* ldflags: -Wl,--wrap=linkat,--wrap=mmap,--wrap=calloc,--wrap=getrandom */
/* ldflags: -Wl,--wrap=shelter_enter,--wrap=shelter_leave,--wrap=fdopendir,--wrap=readdir */
/* ldflags: -Wl,--wrap=unlinkat */
/*
 * Every function on the state, with each call that it makes failing in turn, clock and shelter
 * among them: it says what failed, leaves its outputs alone, and works when the machine does again.
 */
#include "failing_calls.h"
#include "store_backup.h"

#include "core/health.h"
#include "core/shelter.h"

FAILING(DIR *, fdopendir, (int fd), (fd), ENOMEM, NULL)
FAILING(struct dirent *, readdir, (DIR *stream), (stream), EIO, NULL)
FAILING(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags), EROFS, -1)

int __real_shelter_enter(struct shelter *ret_shelter, struct fault *fault);
int __wrap_shelter_enter(struct shelter *ret_shelter, struct fault *fault);
int __real_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);
int __wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault);

int
__wrap_shelter_enter(struct shelter *ret_shelter, struct fault *fault)
{
	return fails(EPERM) ? fault_set(fault, FAULT_SYSTEM, "no shelter")
		: __real_shelter_enter(ret_shelter, fault);
}

int
__wrap_shelter_leave(const struct shelter *shelter, int result, struct fault *fault)
{
	int left = __real_shelter_leave(shelter, result, fault);

	return fails(EPERM) && result == 0
		? fault_set(fault, FAULT_SYSTEM, "the uid is not back") : left;
}

static int
failing_clock(struct now *ret_now, struct fault *fault)
{
	return fails(EINVAL) ? fault_set(fault, FAULT_SYSTEM, "no clock")
		: bench_clock(ret_now, fault);
}

/* Of a login that has its text, for all that works with one. */
static struct store_ticket ticket;

/* What a function fills in, and must leave as it was after a fault. */
static union {
	uint8_t bytes[1024];
	struct store_status status;
	struct store_view view;
	struct budget_shares shares;
	struct store_verdict verdict;
	struct store_backup backup;
	struct { struct store_ticket ticket; struct store_verdict verdict; } issued;
	struct {
		enum store_result result;
		struct store_status status;
		unsigned int left;
	} verified;
	struct { bool live; struct store_verdict verdict; } again;
	struct health *health;
	struct store *store;
	unsigned int count;
	bool made;
} out;

static int
try_open(struct bench *it)
{
	int result = store_open(&it->settings, &out.store, &it->fault);

	if (result == 0)
		store_close(&out.store);
	return result;
}

static int
try_look(struct bench *it)
{
	return store_look(it->store, UID, &out.status, &it->fault);
}

static int
try_issue(struct bench *it)
{
	return store_issue(it->store, &it->login, &it->phone, &it->code, LIFETIME,
		&out.issued.ticket, &out.issued.verdict, &it->fault);
}

static int
try_again(struct bench *it)
{
	const struct store_more more = {
		.kind = LIMIT_CALL, .phone = &it->phone, .code = &it->code,
	};

	return store_again(it->store, &it->login, &more, &ticket, &out.again.live,
		&out.again.verdict, &it->fault);
}

static int
try_verify(struct bench *it)
{
	return store_verify(it->store, &it->login, &ticket, &it->wrong, &out.verified.result,
		&out.verified.status, &it->fault);
}

static int
try_revoke(struct bench *it)
{
	return store_revoke(it->store, &it->login, &ticket, &it->fault);
}

static int
try_stop_waiting(struct bench *it)
{
	return store_stop_waiting(it->store, &it->login, &ticket, &it->fault);
}

static int
try_cancel(struct bench *it)
{
	return store_cancel(it->store, &it->login, &ticket, &it->fault);
}

static int
try_health(struct bench *it)
{
	struct fault trouble;

	return store_health(it->store, &out.health, &trouble, &it->fault);
}

static int
try_view_user(struct bench *it)
{
	return store_view_user(it->store, UID, &out.view, &it->fault);
}

static int
try_view_phone(struct bench *it)
{
	return store_view_phone(it->store, &it->phone, &out.view, &it->fault);
}

static int
try_view_table(struct bench *it)
{
	return store_view_table(it->store, it->login.client, &out.shares, &it->fault);
}

static int
try_charge_host(struct bench *it)
{
	return store_charge_host(it->store, &out.verdict, &it->fault);
}

static int
try_unlock(struct bench *it)
{
	return store_unlock(it->store, UID, &out.status, &it->fault);
}

static int
try_prepare(struct bench *it)
{
	return store_prepare_user(it->store, UID + 1, &out.made, &it->fault);
}

/* Says what it removed after a fault, too. */
static int
try_forget_user(struct bench *it)
{
	bool had;

	return store_forget_user(it->store, UID, &had, &it->fault);
}

/* Who has nothing else but a record. */
static int
try_forget_bare_user(struct bench *it)
{
	bool had = false;
	int result = store_forget_user(it->store, UID + 2, &had, &it->fault);

	/* After the next to last step, out of the shelter, it has gone all the same. */
	if (result != 0 && strcmp(it->fault.text, "the uid is not back") != 0)
		assert_false(had);
	return result;
}

static int
try_forget_phone(struct bench *it)
{
	bool had;

	return store_forget_phone(it->store, &it->phone, &had, &it->fault);
}

static bool
vanished(void *data, uid_t uid)
{
	(void)data;
	return uid == UID;
}

static int
try_prune(struct bench *it)
{
	struct store_pruning removed;

	bench_now.boot_ms += 25 * HOUR;
	bench_now.real_ms += 25 * HOUR;
	return store_prune(it->store, vanished, NULL, &removed, &it->fault);
}

static int
try_backup_find(struct bench *it)
{
	return store_backup_find(it->store, UID, &out.backup, &it->fault);
}

static int
try_backup_verify(struct bench *it)
{
	const struct store_backup_guess guess = { .serial = 7, .hash = backup_hash_of(7, 0) };

	return store_backup_verify(it->store, &it->login, &guess, &out.verified.result,
		&out.verified.status, &out.verified.left, &it->fault);
}

static int
try_backup_make(struct bench *it)
{
	return backup_try_make(it, 8, 5, 0, &out.count);
}

static int
try_backup_revoke(struct bench *it)
{
	return store_backup_revoke(it->store, UID, &out.count, &it->fault);
}

static const struct attempt {
	const char *name;
	int (*run)(struct bench *it);
} attempts[] = {
	{ "open", try_open },
	{ "look", try_look },
	{ "issue", try_issue },
	{ "again", try_again },
	{ "verify", try_verify },
	{ "revoke", try_revoke },
	{ "stop_waiting", try_stop_waiting },
	{ "cancel", try_cancel },
	{ "health", try_health },
	{ "view_user", try_view_user },
	{ "view_phone", try_view_phone },
	{ "view_table", try_view_table },
	{ "charge_host", try_charge_host },
	{ "unlock", try_unlock },
	{ "prepare", try_prepare },
	{ "forget_user", try_forget_user },
	{ "forget_bare_user", try_forget_bare_user },
	{ "forget_phone", try_forget_phone },
	{ "prune", try_prune },
	{ "backup_find", try_backup_find },
	{ "backup_verify", try_backup_verify },
	{ "backup_make", try_backup_make },
	{ "backup_revoke", try_backup_revoke },
};

/* A user who has all there is: a text under way, a wrong guess, a success, backup codes. */
static void
furnish(const struct scratch *scratch, bool rebooted, struct bench *it)
{
	place_open(scratch, it);
	it->settings.read_clock = failing_clock;
	it->settings.guesses.lock_after = 2;
	place_succeed(it);
	it->login.alone = true;
	it->login.remember_ms = 0;
	ticket = bench_text(it);
	it->login.remember_ms = HOUR;
	assert_int_equal(bench_guess(it, &ticket, &it->wrong), STORE_WRONG);
	(void)backup_make(it, 7, 10, 0);
	assert_int_equal(store_prepare_user(it->store, UID + 2, &(bool){ false }, &it->fault), 0);
	/* Another boot: what is in the records is measured anew, and written. */
	if (rebooted)
		bench_now.boot_id[0]++;
	assert_int_equal(bench_reopen(it), 0);
}

/* Whether the Nth call was made at all, and so failed. */
static bool
fail_once(const struct attempt *attempt, struct bench *it, int nth, int *failed)
{
	const struct store_ticket before = ticket;
	uint8_t untouched[sizeof out];
	bool made;
	int result;

	memset(&out, 0x5a, sizeof out);
	memcpy(untouched, &out, sizeof out);
	it->fault.text[0] = '\0';
	failing = nth;
	calls = 0;
	result = attempt->run(it);
	made = calls >= nth;
	failing = 0;
	if (result != 0) {
		if (it->fault.text[0] == '\0' || (int)it->fault.kind != result)
			fail_msg("%s, call %d: %d without a reason", attempt->name, nth, result);
		if (memcmp(&out, untouched, sizeof out) != 0 ||
		    memcmp(&ticket, &before, sizeof ticket) != 0)
			fail_msg("%s, call %d: filled in after a fault", attempt->name, nth);
		(*failed)++;
	}
	if (bench_reopen(it) != 0 || attempt->run(it) != 0)
		fail_msg("%s, after call %d: %s", attempt->name, nth, it->fault.text);
	return made;
}

static void
sweep(void **state, bool rebooted)
{
	for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
		int failed = 0;
		bool made = true;

		for (int nth = 1; made; nth++) {
			struct bench it;

			furnish(*state, rebooted, &it);
			made = fail_once(&attempts[i], &it, nth, &failed);
			bench_close(&it);
			scratch_empty(it.state_dir);
			scratch_empty(it.run_dir);
		}
		/* Shelter in, shelter out, and something in between. */
		if (failed < 3)
			fail_msg("%s: failed only %d times", attempts[i].name, failed);
	}
}

static void
each_call_of_each_function_may_fail(void **state)
{
	sweep(state, false);
}

static void
and_behind_a_reboot(void **state)
{
	sweep(state, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_call_of_each_function_may_fail),
		TEST(and_behind_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
