/* SPDX-License-Identifier: BSD-2-Clause */
/* The store at the limits of the process and of the disk. */
#include "store_bench.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* In a child: with `ulimit -f` at any height, SIGXFSZ at its default. 0 if all is as it must be. */
static int
under_file_limit(struct bench *it, const struct store_ticket *ticket, rlim_t bytes)
{
	const struct rlimit limit = { bytes, bytes };
	struct store_ticket none = { .serial = 0 };
	struct store_verdict verdict;
	struct store_status status;
	int issued, guessed;

	signal(SIGXFSZ, SIG_DFL);
	if (bench_reopen(it) != 0 || setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 10;
	issued = bench_try_issue(it, &none, &verdict);
	if (issued != 0 && (issued != FAULT_STATE || none.serial != 0))
		return 11;
	if (issued != 0 && strstr(it->fault.text, "/state/") == NULL &&
	    strstr(it->fault.text, "/run/") == NULL)
		return 12;
	guessed = bench_try_guess(it, ticket, &it->wrong);
	if (guessed != FAULT_STATE && guessed != STORE_WRONG)
		return 13;
	if (bytes == 0 && (issued == 0 || guessed == STORE_WRONG))
		return 14;
	if (store_look(it->store, it->login.uid, &status, NULL) != 0)
		return 15;
	if (guessed == STORE_WRONG && status.failures == 0)
		return 16;
	return 0;
}

static void
a_file_limit_denies_and_kills_nobody(void **state)
{
	static const rlim_t limits[] = { 0, 1, 13, 14, 100, 4095, 4096, 4097, 4110, 6000, 8191,
		8192 };

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		struct bench it;
		struct store_ticket ticket;
		pid_t child;

		bench_open(*state, &it);
		it.settings.budget.user.unredeemed = it.settings.budget.phone.unredeemed = 32;
		it.login.uid += (uid_t)i;
		ticket = bench_text(&it);
		child = crowd_fork();
		if (child == 0)
			_exit(under_file_limit(&it, &ticket, limits[i]));
		assert_int_equal(scratch_wait(child), 0);
		assert_int_equal(bench_try_guess(&it, &ticket, &it.code), STORE_MATCH);
		bench_close(&it);
	}
}

static int
under_descriptor_limit(struct bench *it, const struct store_ticket *ticket)
{
	struct store_ticket none = { .serial = 0 };
	struct store_verdict verdict;
	int first = dup(0);

	close(first);
	for (rlim_t room = 0; room < 8; room++) {
		const struct rlimit limit = { (rlim_t)first + room, 1024 };
		int issued;

		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			return 10;
		issued = bench_try_issue(it, &none, &verdict);
		if (issued != 0 && (issued != FAULT_STATE || none.serial != 0))
			return 11;
		if (room == 0 && (issued == 0 || bench_try_guess(it, ticket,
		    &it->code) != FAULT_STATE))
			return 12;
		if (room == 7 && issued != 0)
			return 13;
	}
	return bench_try_guess(it, ticket, &it->code) == STORE_MATCH ? 0 : 14;
}

static void
running_out_of_descriptors_denies(void **state)
{
	struct bench it;
	struct store_ticket ticket;
	pid_t child;

	bench_open(*state, &it);
	it.settings.budget.user.unredeemed = it.settings.budget.phone.unredeemed = 32;
	ticket = bench_text(&it);
	child = crowd_fork();
	if (child == 0)
		_exit(under_descriptor_limit(&it, &ticket));
	assert_int_equal(scratch_wait(child), 0);
	bench_close(&it);
}

static void
fill_up(const char *path)
{
	static const uint8_t block[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (write(fd, block, sizeof block) > 0)
		;
	close(fd);
}

/* In a child with mounts of its own. */
static int
on_a_full_disk(struct bench *it, const char *path, bool read_only)
{
	struct store_ticket ticket = { .serial = 0 }, none = { .serial = 0 };
	struct store_verdict verdict;
	char filler[PATH_MAX + 8];
	struct fault fault;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return 77;
	store_close(&it->store);
	if (mount("tmpfs", path, "tmpfs", 0, "size=64k,mode=0700") != 0)
		return 77;
	if (store_open(&it->settings, &it->store, &fault) != 0)
		return 10;
	if (bench_try_issue(it, &ticket, &verdict) != 0 || ticket.serial == 0)
		return 11;
	if (read_only) {
		store_close(&it->store);
		if (mount("tmpfs", path, "tmpfs", MS_REMOUNT | MS_RDONLY,
		    "size=64k,mode=0700") != 0)
			return 12;
		if (store_open(&it->settings, &it->store, &fault) != FAULT_STATE ||
		    it->store != NULL)
			return 13;
		return strstr(fault.text, "Read-only file system") != NULL ? 0 : 14;
	}
	snprintf(filler, sizeof filler, "%s/filler", path);
	fill_up(filler);
	/* Who logged in before still can. */
	if (bench_try_issue(it, &none, &verdict) != 0 || none.serial == 0)
		return 16;
	if (bench_try_guess(it, &ticket, &it->wrong) != STORE_WRONG ||
	    bench_try_guess(it, &ticket, &it->code) != STORE_MATCH)
		return 17;
	it->login.uid++;
	none.serial = 0;
	if (bench_try_issue(it, &none, &verdict) != FAULT_STATE || none.serial != 0)
		return 18;
	return strstr(it->fault.text, "No space left on device") != NULL ? 0 : 19;
}

static void
full_and_read_only_disks_deny(void **state)
{
	bool skipped = geteuid() != 0;

	for (int read_only = 0; read_only < 2 && !skipped; read_only++) {
		struct bench it;
		pid_t child;
		int ended;

		bench_open(*state, &it);
		child = crowd_fork();
		if (child == 0)
			_exit(on_a_full_disk(&it, it.state_dir, read_only));
		ended = scratch_wait(child);
		skipped = ended == 77;
		if (!skipped)
			assert_int_equal(ended, 0);
		bench_close(&it);
	}
	if (skipped) {
		print_message("skipped: needs root and a mount namespace to fill a disk\n");
		skip();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_limit_denies_and_kills_nobody),
		TEST(running_out_of_descriptors_denies),
		TEST(full_and_read_only_disks_deny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
