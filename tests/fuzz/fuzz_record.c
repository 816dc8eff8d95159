/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records: the input is the body of one, or a whole slot. What is taken is what the encoder would
 * have written, byte for byte, so nothing hides in a record that the next write would lose.
 */
#include "core/backup.h"
#include "core/code_record.h"
#include "core/limit_record.h"
#include "core/record_slot.h"

#include "fuzz.h"

static const uint8_t owner[RECORD_OWNER_SIZE] = "1001";

/* Whatever is remembered already, one success more is, and what is written can be read. */
static void
remember(struct code_record *record, struct code_tag place)
{
	const struct now now = { .boot_ms = INT64_MAX };
	uint8_t body[RECORD_BODY_SIZE];
	struct code_record again;

	code_record_remember(record, &place, &now);
	FUZZ_HOLDS(record->success_count >= 1 && record->success_count <= CODE_RECORD_SUCCESSES);
	FUZZ_HOLDS(code_record_remembers(record, &place, &now, 1));
	code_record_put(record, body);
	FUZZ_HOLDS(code_record_get(body, &again) == 0);
	FUZZ_HOLDS(code_record_remembers(&again, &place, &now, 1));
	code_record_forget(&again);
	FUZZ_HOLDS(!code_record_remembers(&again, &place, &now, INT64_MAX));
}

static void
read_codes(const uint8_t *body)
{
	uint8_t again[RECORD_BODY_SIZE];
	const struct code_tag other = { { 'x' } };
	struct code_record record;

	if (code_record_get(body, &record) != 0)
		return;
	FUZZ_HOLDS(record.count <= CODE_RECORD_CODES);
	code_record_put(&record, again);
	FUZZ_HOLDS(memcmp(again, body, RECORD_BODY_SIZE) == 0);
	FUZZ_HOLDS(code_record_find(&record, 0) == NULL);
	if (record.success_count > 0)
		remember(&record, record.successes[0].place);
	remember(&record, other);
	code_record_wipe(&record);
}

static void
read_limits(const uint8_t *body, enum record_kind kind)
{
	uint8_t again[RECORD_BODY_SIZE];
	struct limit_record record;

	if (limit_record_get(body, kind, &record) != 0)
		return;
	limit_record_put(&record, again);
	FUZZ_HOLDS(memcmp(again, body, RECORD_BODY_SIZE) == 0);
}

static void
read_backup(const uint8_t *body)
{
	uint8_t again[RECORD_BODY_SIZE];
	struct backup_set set;

	if (backup_get(body, &set) != 0)
		return;
	FUZZ_HOLDS(set.count >= 1 && set.count <= LIMIT_BACKUP_CODES);
	FUZZ_HOLDS(set.recipe.memory_kib <= 64 * 1024 && set.recipe.passes <= 8);
	FUZZ_HOLDS(backup_find(&set, &set.hashes[set.count - 1]) < set.count);
	backup_put(&set, again);
	FUZZ_HOLDS(memcmp(again, body, RECORD_BODY_SIZE) == 0);
}

/* With the checksum put right, so that what is behind it is reached. */
static void
read_slot(const uint8_t *bytes)
{
	const struct record_slot expected = { .kind = RECORD_USER, .owner = owner };
	struct record_slot slot = { .kind = RECORD_USER, .owner = owner }, found;
	uint8_t again[RECORD_SLOT_SIZE];
	size_t at;

	if (record_slot_get(bytes, &expected, &found) == RECORD_SLOT_VALID) {
		found.kind = RECORD_USER;
		found.owner = owner;
		record_slot_put(&found, bytes + RECORD_BODY_OFFSET, again);
		/* Whatever is no 1 there is 0: it must not make the older slot count. */
		FUZZ_HOLDS(found.settled == (bytes[RECORD_SETTLED_OFFSET] == 1));
		again[RECORD_SETTLED_OFFSET] = bytes[RECORD_SETTLED_OFFSET];
		FUZZ_HOLDS(memcmp(again, bytes, RECORD_SLOT_SIZE) == 0);
	}
	memcpy(&slot.sequence, bytes, sizeof slot.sequence);
	slot.lazy = bytes[8] & 1;
	slot.settled = bytes[8] & 2;
	record_slot_put(&slot, bytes + RECORD_BODY_OFFSET, again);
	FUZZ_HOLDS(record_slot_get(again, &expected, &found) == RECORD_SLOT_VALID);
	FUZZ_HOLDS(found.sequence == slot.sequence && found.lazy == slot.lazy);
	/* One bit anywhere but in the settled byte, and it is not valid any more. */
	at = (((size_t)bytes[9] << 8) | bytes[10]) % RECORD_SLOT_SIZE;
	if (at == RECORD_SETTLED_OFFSET)
		return;
	again[at] ^= (uint8_t)(1 << (bytes[11] & 7));
	FUZZ_HOLDS(record_slot_get(again, &expected, &found) != RECORD_SLOT_VALID);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t slot[RECORD_SLOT_SIZE] = { 0 };

	memcpy(slot, data, size < sizeof(slot) ? size : sizeof(slot));
	read_codes(slot);
	read_limits(slot, RECORD_USER);
	read_limits(slot, RECORD_PHONE);
	read_backup(slot);
	read_slot(slot);
	return 0;
}
