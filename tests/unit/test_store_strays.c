/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=limit_attempt,--wrap=getrandom */
/*
 * What is found in the state that no login left there, and what has gone from it since somebody
 * looked: records that others removed or put back, files that are no records, records of another
 * version of this program.
 */
#include "store_backup.h"

#include <sys/file.h>
#include <sys/random.h>

#include "core/directory.h"
#include "core/limit_record.h"
#include "core/record.h"
#include "core/store_private.h"

static bool refuses, zeros;

bool __real_limit_attempt(struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status);
bool __wrap_limit_attempt(struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status);

bool
__wrap_limit_attempt(struct limit_record *record, const struct now *now,
	const struct limit_guesses *guesses, struct limit_status *ret_status)
{
	return !refuses && __real_limit_attempt(record, now, guesses, ret_status);
}

ssize_t __real_getrandom(void *bytes, size_t size, unsigned int flags);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned int flags);

ssize_t
__wrap_getrandom(void *bytes, size_t size, unsigned int flags)
{
	if (!zeros)
		return __real_getrandom(bytes, size, flags);
	memset(bytes, 0, size);
	return (ssize_t)size;
}

/* A record of this body, as no login writes it. */
static void
plant(const char *directory, const struct store_place *at, const uint8_t *body)
{
	struct directory folder = DIRECTORY_NONE;
	struct record_place place = at->place;
	struct record *record = NULL;
	struct fault fault;

	assert_int_equal(directory_open(directory, DIRECTORY_DURABLE, &folder, &fault), 0);
	place.directory = &folder;
	assert_int_equal(record_open(&place, body, &record, &fault), 0);
	record_close(&record);
	directory_close(&folder);
}

static void
plant_user(const struct scratch *scratch, uid_t uid, const struct limit_record *limits)
{
	uint8_t body[RECORD_BODY_SIZE];
	struct store_place at;

	store_place_of_uid(NULL, RECORD_USER, uid, &at);
	limit_record_put(limits, body);
	plant(scratch_path(scratch, "state/users"), &at, body);
}

static int
count_user(void *data, uid_t uid)
{
	unsigned int *count = data;

	(void)uid;
	++*count;
	return 0;
}

static void
files_that_are_no_records_are_passed_over(void **state)
{
	static const char *const strays[] = {
		"state/users/alice", "state/users/12x", "state/users/+5", "state/users/-1",
		"state/users/4294967296", "state/users/99999999999999999999999999",
		"state/phones/alice", "state/phones/ab",
	};
	struct store_pruning removed;
	unsigned int count = 0;
	struct bench it;

	bench_open(*state, &it);
	for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++)
		(void)scratch_write(*state, strays[i], 0600, "");
	assert_int_equal(store_each_user(it.store, count_user, &count, &it.fault), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users + removed.phones, 0);
	for (size_t i = 0; i < sizeof strays / sizeof strays[0]; i++)
		assert_int_equal(access(scratch_path(*state, strays[i]), F_OK), 0);
	bench_close(&it);
}

/* While nothing is locked, somebody else forgets the user. */
static bool
forget_meanwhile(void *data, uid_t uid)
{
	struct bench *it = data;
	bool had = false;

	assert_int_equal(store_forget_user(it->store, uid, &had, &it->fault), 0);
	assert_true(had);
	return true;
}

static void
a_record_that_has_gone_meanwhile_is_not_counted(void **state)
{
	struct store_pruning removed;
	struct bench it;

	bench_open(*state, &it);
	(void)bench_text(&it);
	assert_int_equal(store_prune(it.store, forget_meanwhile, &it, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 0);
	bench_close(&it);
}

static void
a_record_in_use_is_left(void **state)
{
	struct store_pruning removed;
	struct bench it;
	int fd;

	bench_open(*state, &it);
	(void)bench_text(&it);
	bench_now.boot_ms += 25 * HOUR;
	bench_now.real_ms += 25 * HOUR;
	fd = open(scratch_path(*state, "state/users/1000"), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 0);
	assert_int_equal(removed.phones, 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 1);
	bench_close(&it);
}

/* No login writes one of these without failures; whoever reads them must not count on that. */
static void
whatever_shuts_out_is_kept(void **state)
{
	const struct limit_record records[] = {
		{ .round = 1 }, { .disabled = true }, { .locked = true }, { .failures = 1 },
	};
	const size_t count = sizeof records / sizeof records[0];
	struct store_pruning removed;
	struct bench it;

	bench_open(*state, &it);
	for (uid_t i = 0; i < count; i++)
		plant_user(*state, 2000 + i, &records[i]);
	plant_user(*state, 2999, &(struct limit_record){ .count = 0 });
	assert_int_equal(store_prune(it.store, NULL, NULL, &removed, &it.fault), 0);
	assert_int_equal(removed.users, 1);
	assert_int_equal(bench_count_files(scratch_path(*state, "state/users")), count);
	bench_close(&it);
}

static void
what_is_gone_need_not_be_given_back(void **state)
{
	struct store_ticket ticket;
	struct bench it;
	bool had = false;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	assert_int_equal(store_forget_phone(it.store, &it.phone, &had, &it.fault), 0);
	assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
	ticket = bench_text(&it);
	assert_int_equal(store_forget_user(it.store, UID, &had, &it.fault), 0);
	assert_int_equal(store_cancel(it.store, &it.login, &ticket, &it.fault), 0);
	bench_close(&it);
}

static size_t
read_codes(const struct scratch *scratch, uint8_t ret_bytes[static 65536])
{
	int fd = open(scratch_path(scratch, "run/codes/1000"), O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, ret_bytes, 65536);

	assert_int_equal(close(fd), 0);
	assert_true(size > 0 && size < 65536);
	return (size_t)size;
}

/* The user's record, which outlives it, knows that the code was entered. */
static void
codes_put_back_from_a_copy_are_not_live(void **state)
{
	static uint8_t copy[65536];
	struct store_ticket ticket;
	struct store_verdict verdict;
	struct store_more more;
	struct bench it;
	bool live = true;
	size_t size;

	place_open(*state, &it);
	ticket = bench_text(&it);
	size = read_codes(*state, copy);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	(void)scratch_write_bytes(*state, "run/codes/1000", 0600, copy, size);
	more = (struct store_more){
		.kind = LIMIT_TEXT, .phone = &it.phone, .code = &it.code,
	};
	assert_int_equal(store_again(it.store, &it.login, &more, &ticket, &live, &verdict,
		&it.fault), 0);
	assert_false(live);
	/* Nor does anybody wait for it. */
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	bench_close(&it);
}

static void
who_waits_elsewhere_is_not_met(void **state)
{
	struct store_whence elsewhere;
	struct bench it;

	place_open(*state, &it);
	(void)bench_text(&it);
	assert_int_equal(place_met(&it), STORE_MET_WAITING);
	it.login.client = "198.51.100.1";
	elsewhere = place_of(&it);
	place_remember(&it, &elsewhere);
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	bench_close(&it);
}

/* 0 is no code's number. */
static void
a_serial_is_never_zero(void **state)
{
	struct store_ticket ticket;
	struct bench it;

	bench_open(*state, &it);
	zeros = true;
	ticket = bench_text(&it);
	zeros = false;
	assert_int_equal(ticket.serial, 1);
	bench_close(&it);
}

static void
more_phones_than_a_record_holds_make_a_place_of_the_first(void **state)
{
	struct e164 phones[CODE_RECORD_PHONES + 1];
	struct store_whence place;
	struct code_tag all, first;
	struct bench it;

	bench_open(*state, &it);
	for (size_t i = 0; i <= CODE_RECORD_PHONES; i++)
		snprintf(phones[i].text, sizeof phones[i].text, "+44770090010%zu", i);
	place = place_of(&it);
	place.phones = phones;
	place.phone_count = CODE_RECORD_PHONES;
	store_place_tag(it.store, &place, &first);
	place.phone_count++;
	store_place_tag(it.store, &place, &all);
	assert_memory_equal(&all, &first, sizeof all);
	bench_close(&it);
}

static void
backup_codes_without_their_file_are_damage(void **state)
{
	struct store_backup backup;
	uint8_t garbage[RECORD_BODY_SIZE];
	struct store_place at;
	struct bench it;

	bench_open(*state, &it);
	(void)backup_make(&it, 7, 10, 0);
	memset(garbage, 0xff, sizeof garbage);
	assert_int_equal(unlink(scratch_path(*state, "state/backup/1000")), 0);
	store_place_of_uid(NULL, RECORD_BACKUP, UID, &at);
	plant(scratch_path(*state, "state/backup"), &at, garbage);
	assert_int_equal(store_backup_find(it.store, UID, &backup, &it.fault), FAULT_DAMAGED);
	assert_non_null(strstr(it.fault.text, "/backup/1000: not the codes"));
	scratch_empty(scratch_path(*state, "state/backup"));
	assert_int_equal(bench_reopen(&it), 0);
	assert_int_equal(store_backup_find(it.store, UID, &backup, &it.fault), FAULT_DAMAGED);
	assert_non_null(strstr(it.fault.text, "/backup/1000: is missing"));
	bench_close(&it);
}

/* There is no record of codes in which it could be remembered; nor anybody who asks why. */
static void
a_backup_code_needs_no_record_of_codes(void **state)
{
	const struct store_backup_guess guess = { .serial = 7, .hash = backup_hash_of(7, 0) };
	enum store_result result = STORE_REFUSED;
	struct store_status status;
	unsigned int left;
	struct bench it;

	place_open(*state, &it);
	(void)backup_make(&it, 7, 10, 0);
	assert_int_equal(store_backup_verify(it.store, &it.login, &guess, &result, &status, &left,
		NULL), 0);
	assert_int_equal(result, STORE_MATCH);
	assert_int_equal(left, 9);
	assert_int_equal(place_met(&it), STORE_MET_NOTHING);
	bench_close(&it);
}

static void
a_rehearsal_without_a_state_has_no_backup_codes(void **state)
{
	unsigned int left = 999;
	struct bench it;

	bench_open(*state, &it);
	scratch_empty(it.state_dir);
	it.settings.rehearse = true;
	assert_int_equal(bench_reopen(&it), 0);
	assert_int_equal(store_backup_revoke(it.store, UID, &left, &it.fault), 0);
	assert_int_equal(left, 0);
	assert_int_equal(access(it.state_dir, F_OK), -1);
	bench_close(&it);
}

/* Both looked a moment before, under the same lock: should it refuse, nothing is compared. */
static void
an_attempt_that_is_not_counted_is_not_compared(void **state)
{
	struct store_ticket ticket;
	struct bench it;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	(void)backup_make(&it, 7, 10, 0);
	refuses = true;
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), FAULT_SYSTEM);
	assert_non_null(strstr(it.fault.text, "/users/1000: attempt refused"));
	assert_int_equal(backup_try(&it, 7, 0, NULL), FAULT_SYSTEM);
	assert_non_null(strstr(it.fault.text, "/users/1000: attempt refused"));
	refuses = false;
	assert_int_equal(backup_left(&it), 10);
	assert_int_equal(bench_guess(&it, &ticket, &it.code), STORE_MATCH);
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_that_are_no_records_are_passed_over),
		TEST(a_record_that_has_gone_meanwhile_is_not_counted),
		TEST(a_record_in_use_is_left),
		TEST(whatever_shuts_out_is_kept),
		TEST(what_is_gone_need_not_be_given_back),
		TEST(codes_put_back_from_a_copy_are_not_live),
		TEST(who_waits_elsewhere_is_not_met),
		TEST(a_serial_is_never_zero),
		TEST(more_phones_than_a_record_holds_make_a_place_of_the_first),
		TEST(backup_codes_without_their_file_are_damage),
		TEST(a_backup_code_needs_no_record_of_codes),
		TEST(a_rehearsal_without_a_state_has_no_backup_codes),
		TEST(an_attempt_that_is_not_counted_is_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
