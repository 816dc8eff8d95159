/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/limit_record.h"

#include "core/bytes.h"
#include "core/fault.h"

/*
 * Layout, integers big-endian, instants in milliseconds:
 *    0  16  boot id of the anchor
 *   16   8  anchor, boot time
 *   24   8  anchor, real time
 *   32   4  failures in a row           (0 for a phone)
 *   36   4  of those, since the lock-out (0 for a phone)
 *   40   4  flags: 1 locked, 2 disabled (0 for a phone)
 *   44   4  number of stamps, 0 to 96: of texts at most 64, of calls at most 32
 *   48   8  locked since, boot time; 0 unless locked
 *   56  24  each stamp: boot time 8, serial 8, flags 4 (1 unredeemed, 2 a call), zero 4
 * 2360   8  serial of the backup codes; 0: there are none, and what follows is zero (for a phone)
 * 2368   8  when they were made, boot time
 * 2376   8  how long they are good from then on; 0: for good
 * 2384   4  which of them were not used yet, bit N for code N
 * 2388      zero to the end, and where there is no stamp
 */
#define OFFSET_ANCHOR_BOOT 16
#define OFFSET_ANCHOR_REAL 24
#define OFFSET_FAILURES 32
#define OFFSET_ROUND 36
#define OFFSET_FLAGS 40
#define OFFSET_COUNT 44
#define OFFSET_LOCKED_AT 48
#define OFFSET_STAMPS 56
#define STAMP_SIZE 24
#define OFFSET_BACKUP (OFFSET_STAMPS + LIMIT_STAMPS * STAMP_SIZE)
#define BACKUP_MADE_AT 8
#define BACKUP_LIFETIME 16
#define BACKUP_GOOD 24
#define BACKUP_SIZE 28
#define FLAG_LOCKED 1u
#define FLAG_DISABLED 2u
#define STAMP_UNREDEEMED 1u
#define STAMP_CALL 2u

/* No clock of ours has ever shown more, and sums of a few stay representable. */
#define INSTANT_MAX (INT64_C(1) << 60)

static void
put_backup(const struct limit_backup *backup, uint8_t ret_bytes[static BACKUP_SIZE])
{
	bytes_put_u64(ret_bytes, backup->serial);
	bytes_put_i64(ret_bytes + BACKUP_MADE_AT, backup->made_at_ms);
	bytes_put_i64(ret_bytes + BACKUP_LIFETIME, backup->lifetime_ms);
	bytes_put_u32(ret_bytes + BACKUP_GOOD, backup->good);
}

void
limit_record_put(const struct limit_record *record, uint8_t ret_body[static RECORD_BODY_SIZE])
{
	memset(ret_body, 0, RECORD_BODY_SIZE);
	memcpy(ret_body, record->anchor.boot_id, sizeof record->anchor.boot_id);
	bytes_put_i64(&ret_body[OFFSET_ANCHOR_BOOT], record->anchor.boot_ms);
	bytes_put_i64(&ret_body[OFFSET_ANCHOR_REAL], record->anchor.real_ms);
	bytes_put_u32(&ret_body[OFFSET_FAILURES], record->failures);
	bytes_put_u32(&ret_body[OFFSET_ROUND], record->round);
	bytes_put_u32(&ret_body[OFFSET_FLAGS], (record->locked ? FLAG_LOCKED : 0) |
		(record->disabled ? FLAG_DISABLED : 0));
	bytes_put_u32(&ret_body[OFFSET_COUNT], (uint32_t)record->count);
	if (record->locked)
		bytes_put_i64(&ret_body[OFFSET_LOCKED_AT], record->locked_at_ms);
	for (size_t i = 0; i < record->count; i++) {
		uint8_t *stamp = &ret_body[OFFSET_STAMPS + i * STAMP_SIZE];

		bytes_put_i64(stamp, record->stamps[i].at_ms);
		bytes_put_u64(stamp + 8, record->stamps[i].serial);
		bytes_put_u32(stamp + 16, (record->stamps[i].unredeemed ? STAMP_UNREDEEMED : 0) |
			(record->stamps[i].kind == LIMIT_CALL ? STAMP_CALL : 0));
	}
	put_backup(&record->backup, &ret_body[OFFSET_BACKUP]);
}

static bool
instant_valid(int64_t at_ms)
{
	return at_ms >= -INSTANT_MAX && at_ms <= INSTANT_MAX;
}

static bool
get_stamp(const uint8_t bytes[static STAMP_SIZE], struct limit_stamp *ret_stamp)
{
	uint32_t flags = bytes_get_u32(bytes + 16);

	*ret_stamp = (struct limit_stamp){
		.at_ms = bytes_get_i64(bytes),
		.serial = bytes_get_u64(bytes + 8),
		.unredeemed = (flags & STAMP_UNREDEEMED) != 0,
		.kind = (flags & STAMP_CALL) != 0 ? LIMIT_CALL : LIMIT_TEXT,
	};
	return instant_valid(ret_stamp->at_ms) && ret_stamp->serial != 0 &&
		(flags & ~(STAMP_UNREDEEMED | STAMP_CALL)) == 0 && bytes_zero(bytes + 20, 4);
}

static bool
get_backup(const uint8_t bytes[static BACKUP_SIZE], struct limit_backup *ret_backup)
{
	const struct limit_backup backup = {
		.serial = bytes_get_u64(bytes),
		.made_at_ms = bytes_get_i64(bytes + BACKUP_MADE_AT),
		.lifetime_ms = bytes_get_i64(bytes + BACKUP_LIFETIME),
		.good = bytes_get_u32(bytes + BACKUP_GOOD),
	};

	*ret_backup = backup;
	if (backup.serial == 0)
		return bytes_zero(bytes, BACKUP_SIZE);
	return instant_valid(backup.made_at_ms) && backup.lifetime_ms >= 0 &&
		backup.lifetime_ms <= LIMIT_BACKUP_LIFETIME_MAX_MS &&
		backup.good >> LIMIT_BACKUP_CODES == 0;
}

int
limit_record_get(const uint8_t body[static RECORD_BODY_SIZE], enum record_kind kind,
	struct limit_record *ret_record)
{
	const uint32_t flags = bytes_get_u32(&body[OFFSET_FLAGS]);
	struct limit_record record = {
		.anchor.boot_ms = bytes_get_i64(&body[OFFSET_ANCHOR_BOOT]),
		.anchor.real_ms = bytes_get_i64(&body[OFFSET_ANCHOR_REAL]),
		.failures = bytes_get_u32(&body[OFFSET_FAILURES]),
		.round = bytes_get_u32(&body[OFFSET_ROUND]),
		.locked = (flags & FLAG_LOCKED) != 0,
		.disabled = (flags & FLAG_DISABLED) != 0,
		.locked_at_ms = bytes_get_i64(&body[OFFSET_LOCKED_AT]),
		.count = bytes_get_u32(&body[OFFSET_COUNT]),
	};
	size_t end, of_kind[] = { [LIMIT_TEXT] = 0, [LIMIT_CALL] = 0 };

	memcpy(record.anchor.boot_id, body, sizeof record.anchor.boot_id);
	if ((flags & ~(FLAG_LOCKED | FLAG_DISABLED)) != 0 || record.count > LIMIT_STAMPS ||
	    !instant_valid(record.anchor.boot_ms) || !instant_valid(record.anchor.real_ms) ||
	    !instant_valid(record.locked_at_ms) || (!record.locked && record.locked_at_ms != 0))
		return FAULT_DAMAGED;
	if (!get_backup(&body[OFFSET_BACKUP], &record.backup))
		return FAULT_DAMAGED;
	if (kind == RECORD_PHONE && (flags != 0 || record.failures != 0 || record.round != 0 ||
	    record.backup.serial != 0))
		return FAULT_DAMAGED;
	for (size_t i = 0; i < record.count; i++) {
		if (!get_stamp(&body[OFFSET_STAMPS + i * STAMP_SIZE], &record.stamps[i]))
			return FAULT_DAMAGED;
		of_kind[record.stamps[i].kind]++;
	}
	if (of_kind[LIMIT_TEXT] > LIMIT_TEXTS || of_kind[LIMIT_CALL] > LIMIT_CALLS)
		return FAULT_DAMAGED;
	end = OFFSET_STAMPS + record.count * STAMP_SIZE;
	if (!bytes_zero(&body[end], OFFSET_BACKUP - end))
		return FAULT_DAMAGED;
	end = OFFSET_BACKUP + BACKUP_SIZE;
	if (!bytes_zero(&body[end], RECORD_BODY_SIZE - end))
		return FAULT_DAMAGED;
	*ret_record = record;
	return 0;
}
