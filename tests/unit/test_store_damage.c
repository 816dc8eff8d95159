/* SPDX-License-Identifier: BSD-2-Clause */
/* The store with damaged, restored and locked files, and without a clock. */
#include "store_bench.h"

#include <sodium.h>
#include <sys/file.h>

static void
put_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void
get_file(const char *path, void *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, size), size);
	close(fd);
}

/* The only file in a folder of the scratch. */
static const char *
only_file(const struct scratch *scratch, const char *folder)
{
	static char path[PATH_MAX];
	const char *in = scratch_path(scratch, folder);
	DIR *stream = opendir(in);
	int count = 0;

	assert_non_null(stream);
	for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%.200s", in, entry->d_name);
		count++;
	}
	closedir(stream);
	assert_int_equal(count, 1);
	return path;
}

static void
damage_denies_and_stays(void **state)
{
	static const char *const folders[] = { "state/users", "state/phones", "run/codes" };
	uint8_t good[8192], bad[8192];
	struct bench it;
	struct store_ticket ticket, none = { .serial = 0 };
	struct store_verdict verdict;
	struct store_status status;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	memset(bad, 0, sizeof bad);
	for (size_t i = 0; i < 3; i++) {
		const char *path = only_file(*state, folders[i]);

		get_file(path, good, sizeof good);
		put_file(path, bad, sizeof bad);
		assert_int_equal(bench_try_issue(&it, &none, &verdict), FAULT_DAMAGED);
		assert_non_null(strstr(it.fault.text, strrchr(path, '/') + 1));
		assert_int_equal(none.serial, 0);
		if (i != 1)
			assert_int_equal(bench_try_guess(&it, &ticket, &it.code), FAULT_DAMAGED);
		if (i == 0)
			assert_int_equal(store_look(it.store, UID, &status, &it.fault),
				FAULT_DAMAGED);
		put_file(path, good, sizeof good);
	}
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
	bench_close(&it);
}

/* A valid record of its kind and owner, with 255 in a byte of its body: more than there can be. */
static void
overfill(const char *path, size_t place)
{
	uint8_t bytes[8192];

	get_file(path, bytes, sizeof bytes);
	for (size_t at = 0; at < sizeof bytes; at += 4096) {
		uint8_t *slot = bytes + at;

		slot[56 + place] = 0xff;
		slot[13] = 0;
		crypto_generichash(slot + 4080, 16, slot, 4080, NULL, 0);
	}
	put_file(path, bytes, sizeof bytes);
}

static void
a_records_content_is_checked_too(void **state)
{
	/* The number of stamps, of codes. */
	static const struct { const char *folder; size_t place; } files[] = {
		{ "state/users", 44 }, { "run/codes", 16 },
	};

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct bench it;
		struct store_ticket ticket;

		bench_open(*state, &it);
		ticket = bench_text(&it);
		overfill(only_file(*state, files[i].folder), files[i].place);
		assert_int_equal(bench_try_guess(&it, &ticket, &it.code), FAULT_DAMAGED);
		assert_non_null(strstr(it.fault.text, "impossible content"));
		bench_close(&it);
		scratch_empty(scratch_path(*state, "state"));
		scratch_empty(scratch_path(*state, "run"));
	}
}

static void
a_codes_file_put_back_revives_nothing(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	uint8_t copy[8192];

	bench_open(*state, &it);
	ticket = bench_text(&it);
	get_file(only_file(*state, "run/codes"), copy, sizeof copy);
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
	put_file(only_file(*state, "run/codes"), copy, sizeof copy);
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_CONSUMED);
	bench_close(&it);
}

static void
what_cannot_be_given_back_is_told(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	uint8_t good[8192], bad[8192] = { 0 };
	const char *path;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	path = only_file(*state, "state/phones");
	get_file(path, good, sizeof good);
	put_file(path, bad, sizeof bad);
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
	assert_non_null(strstr(it.fault.text, "neither slot is valid"));
	assert_int_equal(bench_look(&it).failures, 0);
	put_file(path, good, sizeof good);
	(void)bench_text(&it);
	bench_close(&it);
}

static void
a_held_lock_is_not_waited_for_longer(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	struct store_verdict verdict;
	int fd;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	fd = open(only_file(*state, "state/phones"), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(bench_try_issue(&it, &ticket, &verdict), FAULT_BUSY);
	close(fd);
	/* And the user's lock was let go with it. */
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
	bench_close(&it);
}

static int
no_clock(struct now *ret_now, struct fault *fault)
{
	(void)ret_now;
	return fault_set(fault, FAULT_SYSTEM, "no clock");
}

static void
without_a_clock_nothing_goes(void **state)
{
	struct bench it;
	struct store_ticket ticket, none = { .serial = 0 };
	struct store_verdict verdict;
	struct store_status status;

	bench_open(*state, &it);
	ticket = bench_text(&it);
	it.settings.read_clock = no_clock;
	assert_int_equal(bench_try_issue(&it, &none, &verdict), FAULT_SYSTEM);
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), FAULT_SYSTEM);
	assert_int_equal(store_look(it.store, UID, &status, &it.fault), FAULT_SYSTEM);
	it.settings.read_clock = bench_clock;
	assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
	bench_close(&it);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(damage_denies_and_stays),
		TEST(a_records_content_is_checked_too),
		TEST(a_codes_file_put_back_revives_nothing),
		TEST(what_cannot_be_given_back_is_told),
		TEST(a_held_lock_is_not_waited_for_longer),
		TEST(without_a_clock_nothing_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
