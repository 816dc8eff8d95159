/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=pwrite -Wl,--wrap=fdatasync */
/*
 * Records and the loss of power. What was written but not synced may have reached the disk, or not,
 * or some sectors of it; whatever did, the state found afterwards is never older than the last that
 * a durable write has promised, and never damaged. Writers are killed before and after their sync,
 * too, and syncs fail.
 */
#include "conf_scratch.h"

#include <errno.h>
#include <stdbool.h>

#include "core/bytes.h"
#include "core/directory.h"
#include "core/fault.h"
#include "core/record.h"

#define PENDING_MAX 64

/* One write that the disk has not promised to have. */
struct pending {
	off_t at;
	size_t size;
	uint8_t bytes[RECORD_SLOT_SIZE];
};

static struct machine {
	bool watching;
	bool kill_before_sync, kill_after_sync;
	bool sync_fails;	/* and the kernel forgets that the pages were never written */
	int syncs;
	uint8_t disk[RECORD_FILE_SIZE];
	size_t count;
	struct pending pending[PENDING_MAX];
} machine;

ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t at);
int __wrap_fdatasync(int fd);

ssize_t
__wrap_pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	if (machine.watching && machine.kill_after_sync && size == 1)
		return -1;
	if (machine.watching) {
		struct pending *pending = &machine.pending[machine.count++];

		assert_in_range(machine.count, 1, PENDING_MAX);
		assert_in_range(size, 1, sizeof pending->bytes);
		pending->at = at;
		pending->size = size;
		memcpy(pending->bytes, bytes, size);
	}
	return __real_pwrite(fd, bytes, size, at);
}

int
__wrap_fdatasync(int fd)
{
	(void)fd;
	machine.syncs++;
	if (machine.sync_fails)
		machine.count = 0;
	if (machine.sync_fails || machine.kill_before_sync) {
		errno = EIO;
		return -1;
	}
	for (size_t i = 0; i < machine.count; i++) {
		const struct pending *pending = &machine.pending[i];

		memcpy(machine.disk + pending->at, pending->bytes, pending->size);
	}
	machine.count = 0;
	return 0;
}

/*
 * The file as the disk has it when the power comes back: any part of what was pending, sector by
 * sector.
 */
static void
lose_power(const char *path, unsigned int *random)
{
	int fd;

	for (size_t i = 0; i < machine.count; i++) {
		const struct pending *pending = &machine.pending[i];
		unsigned int sectors = (unsigned int)rand_r(random);

		if (rand_r(random) % 3 == 0)
			sectors = 0;
		else if (rand_r(random) % 2 == 0)
			sectors = 0xff;
		for (size_t done = 0; done < pending->size;) {
			size_t at = (size_t)pending->at + done;
			size_t left = 512 - at % 512;

			if (left > pending->size - done)
				left = pending->size - done;
			if ((sectors >> at % RECORD_SLOT_SIZE / 512 & 1) != 0)
				memcpy(machine.disk + at, pending->bytes + done, left);
			done += left;
		}
	}
	machine.count = 0;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, machine.disk, sizeof machine.disk), sizeof machine.disk);
	close(fd);
}

static uint64_t
state_of(const struct record_place *place)
{
	struct record *record = NULL;
	struct fault fault = { .text = "" };
	uint64_t value;

	if (record_open(place, NULL, &record, &fault) != 0 || record == NULL)
		fail_msg("%s", fault.text);
	value = bytes_get_u64(record_body(record));
	record_close(&record);
	return value;
}

/*
 * One update by one process, which may be killed on the way. True if it was promised to be durable.
 */
static bool
update(const struct record_place *place, uint64_t value, unsigned int *random)
{
	const enum record_write how = rand_r(random) % 5 < 2 ? RECORD_LAZY : RECORD_DURABLE;
	uint8_t body[RECORD_BODY_SIZE];
	struct record *record = NULL;
	int result;

	memset(body, (int)(value * 37), sizeof body);
	bytes_put_u64(body, value);
	assert_int_equal(record_open(place, NULL, &record, NULL), 0);
	machine.kill_before_sync = rand_r(random) % 4 == 0;
	machine.kill_after_sync = rand_r(random) % 4 == 0;
	machine.sync_fails = rand_r(random) % 16 == 0;
	result = record_write(record, body, how, NULL);
	machine.kill_before_sync = machine.kill_after_sync = machine.sync_fails = false;
	record_close(&record);
	return result == 0 && how == RECORD_DURABLE;
}

static void
no_promise_is_broken_by_a_loss_of_power(void **state)
{
	struct directory directory = DIRECTORY_NONE;
	struct record_place place = { .directory = &directory, .name = "1", .kind = RECORD_USER };
	uint8_t body[RECORD_BODY_SIZE] = { 0 };
	struct record *record = NULL;
	const char *path = scratch_path(*state, "d/1");
	unsigned int random = 20250101, older = 0;
	uint64_t value = 0, promised = 0;

	assert_int_equal(directory_open(scratch_path(*state, "d"), DIRECTORY_DURABLE, &directory,
		NULL), 0);
	assert_int_equal(record_open(&place, body, &record, NULL), 0);
	record_close(&record);
	{
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		assert_int_equal(read(fd, machine.disk, sizeof machine.disk), sizeof machine.disk);
		close(fd);
	}
	machine.watching = true;
	for (int crash = 0; crash < 6000; crash++) {
		uint64_t found;

		for (int steps = rand_r(&random) % 8; steps > 0; steps--) {
			value++;
			if (update(&place, value, &random))
				promised = value;
		}
		lose_power(path, &random);
		found = state_of(&place);
		if (found < promised)
			fail_msg("crash %d: found state %ju, %ju had been promised", crash,
				(uintmax_t)found, (uintmax_t)promised);
		assert_true(found <= value);
		older += found < value;
	}
	/* The model does lose what it may lose. */
	assert_true(older > 500);
	machine.watching = false;
	directory_close(&directory);
}

static void
a_durable_write_costs_one_sync_and_a_lazy_one_none(void **state)
{
	struct directory directory = DIRECTORY_NONE;
	struct record_place place = { .directory = &directory, .name = "1", .kind = RECORD_USER };
	uint8_t body[RECORD_BODY_SIZE] = { 0 };
	static const enum directory_life lives[] = { DIRECTORY_DURABLE, DIRECTORY_VOLATILE };

	machine.watching = false;
	for (size_t life = 0; life < 2; life++) {
		assert_int_equal(directory_open(scratch_path(*state, life == 0 ? "a" : "b"),
			lives[life], &directory, NULL), 0);
		for (int i = 0; i < 12; i++) {
			struct record *record = NULL;
			enum record_write how = i % 3 == 2 ? RECORD_LAZY : RECORD_DURABLE;

			assert_int_equal(record_open(&place, body, &record, NULL), 0);
			machine.syncs = 0;
			assert_int_equal(record_write(record, body, how, NULL), 0);
			assert_int_equal(machine.syncs, life == 0 && how == RECORD_DURABLE);
			record_close(&record);
		}
		directory_close(&directory);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_promise_is_broken_by_a_loss_of_power),
		TEST(a_durable_write_costs_one_sync_and_a_lazy_one_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
