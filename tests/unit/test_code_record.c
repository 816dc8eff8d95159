/* SPDX-License-Identifier: BSD-2-Clause */
/* The body of codes/UID behind its codes: who waits, and what is remembered. Offsets: FORMATS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/code_record.h"
#include "core/fault.h"

#define WAITERS 2008
#define SUCCESS_COUNT 2264
#define SUCCESSES 2272

static const struct now now = { .boot_ms = 1000, .boot_id = { 7 } };

/* As many codes and successes as there are, the first of the codes waited for. */
static void
fill(struct code_record *record, size_t codes, size_t successes)
{
	code_record_start(&now, record);
	for (size_t i = 0; i < codes; i++) {
		struct code_entry *entry = code_record_add(record, &now);

		entry->serial = i + 1;
		entry->expires_boot_ms = now.boot_ms + 1;
		entry->state = CODE_LIVE;
		code_record_bind_phone(entry, &(struct code_tag){ { 9 } });
		if (i > 0)
			continue;
		entry->waiter = (struct code_process){ .pid = 0x01020304, .started = 0x0506 };
		entry->place = (struct code_tag){ { 0x77 } };
	}
	for (size_t i = 0; i < successes; i++)
		code_record_remember(record, &(struct code_tag){ { (uint8_t)(i + 1) } },
			&(struct now){ .boot_ms = 0x0a00 + (int64_t)i });
}

static void
it_is_written_as_documented(void **state)
{
	static const uint8_t waiter[32] = {
		1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6, 0x77,
	};
	static const uint8_t successes[8 + 3 * 24] = {
		[3] = 2,
		[8] = 1, [8 + 22] = 0x0a, [8 + 23] = 0,
		[32] = 2, [32 + 22] = 0x0a, [32 + 23] = 1,
	};
	uint8_t body[RECORD_BODY_SIZE], again[RECORD_BODY_SIZE];
	struct code_record record, read;

	(void)state;
	fill(&record, 2, 2);
	code_record_put(&record, body);
	assert_memory_equal(body + WAITERS, waiter, sizeof waiter);
	assert_memory_equal(body + SUCCESS_COUNT, successes, sizeof successes);
	assert_int_equal(code_record_get(body, &read), 0);
	assert_int_equal(read.entries[0].waiter.pid, 0x01020304);
	assert_int_equal(read.entries[0].waiter.started, 0x0506);
	assert_int_equal(read.entries[1].waiter.pid, 0);
	assert_int_equal(read.success_count, 2);
	code_record_put(&read, again);
	assert_memory_equal(body, again, sizeof body);

	fill(&record, CODE_RECORD_CODES, CODE_RECORD_SUCCESSES);
	code_record_put(&record, body);
	assert_int_equal(code_record_get(body, &read), 0);
	assert_int_equal(read.count, CODE_RECORD_CODES);
	assert_int_equal(read.success_count, CODE_RECORD_SUCCESSES);
}

/* Before successes were remembered a record was zero behind its codes. */
static void
an_older_record_remembers_nothing(void **state)
{
	uint8_t body[RECORD_BODY_SIZE];
	struct code_record record, read;

	(void)state;
	fill(&record, 8, 3);
	code_record_put(&record, body);
	memset(body + WAITERS, 0, sizeof body - WAITERS);
	assert_int_equal(code_record_get(body, &read), 0);
	assert_int_equal(read.count, 8);
	assert_int_equal(read.success_count, 0);
	for (size_t i = 0; i < read.count; i++)
		assert_int_equal(read.entries[i].waiter.pid, 0);
	for (uint8_t i = 0; i < 4; i++)
		assert_false(code_record_remembers(&read, &(struct code_tag){ { i } }, &now,
			INT64_MAX));
}

static void
what_cannot_be_is_damage(void **state)
{
	static const struct { size_t at; uint8_t value; } damage[] = {
		{ WAITERS + 4, 1 },		/* what is not used of one who waits */
		{ WAITERS + 32 + 8, 1 },	/* started, but no process */
		{ WAITERS + 32 + 16, 1 },	/* a place, but no process */
		{ WAITERS + 2 * 32 + 3, 1 },	/* waits for no code */
		{ SUCCESS_COUNT + 3, 17 },
		{ SUCCESS_COUNT, 1 },
		{ SUCCESS_COUNT + 4, 1 },
		{ SUCCESSES + 16, 0x80 },	/* before the boot */
		{ SUCCESSES + 24, 1 },		/* two of one place */
		{ SUCCESSES + 2 * 24, 1 },	/* one more than there are */
		{ SUCCESSES + 16 * 24, 1 },
		{ RECORD_BODY_SIZE - 1, 1 },
	};
	uint8_t body[RECORD_BODY_SIZE];
	struct code_record record, read;

	(void)state;
	fill(&record, 2, 2);
	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		code_record_put(&record, body);
		assert_int_equal(code_record_get(body, &read), 0);
		body[damage[i].at] = damage[i].value;
		memset(&read, 0x55, sizeof read);
		assert_int_equal(code_record_get(body, &read), FAULT_DAMAGED);
		assert_int_equal(read.count, (size_t)0x5555555555555555);
	}
}

static void
another_boot_remembers_nothing(void **state)
{
	struct now later = now;
	struct code_record record;

	(void)state;
	fill(&record, 2, 2);
	code_record_rebase(&record, &later);
	assert_int_equal(record.success_count, 2);
	later.boot_id[15] = 1;
	code_record_rebase(&record, &later);
	assert_int_equal(record.success_count, 0);
	assert_int_equal(record.count, 0);
}

static void
a_record_is_wiped(void **state)
{
	static const struct code_record nothing;
	struct code_record record;

	(void)state;
	memset(&record, 0xa5, sizeof record);
	code_record_wipe(&record);
	assert_memory_equal(&record, &nothing, sizeof record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_written_as_documented),
		cmocka_unit_test(an_older_record_remembers_nothing),
		cmocka_unit_test(what_cannot_be_is_damage),
		cmocka_unit_test(another_boot_remembers_nothing),
		cmocka_unit_test(a_record_is_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
