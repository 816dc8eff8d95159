/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/code_record.h"

#include <sodium.h>
#include <string.h>

#include "core/bytes.h"
#include "core/fault.h"

/*
 * Layout, integers big-endian:
 *    0  16  boot id
 *   16   4  number of codes, 0 to 8
 *   20   4  zero
 *   24 248  each code, oldest first:
 *             0   8  serial
 *             8   8  expiry, boot time in milliseconds
 *            16   4  state: 1 live, 2 consumed, 3 revoked
 *            20   4  number of phones, 1 to 8
 *            24  32  HMAC-SHA-256 of the code
 *            56  16  salt
 *            72  32  binding
 *           104  16  service, keyed hash
 *           120 128  phones, keyed hashes of 16 bytes
 *  2008  32  for each code, in the same order, the login that waits for it; zero if none does:
 *             0   4  process
 *             4   4  zero
 *             8   8  when it started
 *            16  16  place, keyed hash
 *  2264   4  number of successes remembered, 0 to 16
 *  2268   4  zero
 *  2272  24  each success, oldest first:
 *             0  16  place, keyed hash
 *            16   8  boot time
 *  2656      zero to the end, and where there is no code, phone or success
 */
#define OFFSET_COUNT 16
#define OFFSET_ENTRIES 24
#define ENTRY_SIZE 248
#define ENTRY_EXPIRES 8
#define ENTRY_STATE 16
#define ENTRY_PHONE_COUNT 20
#define ENTRY_HASH 24
#define ENTRY_SALT 56
#define ENTRY_BINDING 72
#define ENTRY_SERVICE 104
#define ENTRY_PHONES 120
#define OFFSET_WAITERS (OFFSET_ENTRIES + CODE_RECORD_CODES * ENTRY_SIZE)
#define WAITER_SIZE 32
#define WAITER_STARTED 8
#define WAITER_PLACE 16
#define OFFSET_SUCCESS_COUNT (OFFSET_WAITERS + CODE_RECORD_CODES * WAITER_SIZE)
#define OFFSET_SUCCESSES (OFFSET_SUCCESS_COUNT + 8)
#define SUCCESS_SIZE 24
#define SUCCESS_TIME 16

void
code_record_start(const struct now *now, struct code_record *ret_record)
{
	memset(ret_record, 0, sizeof *ret_record);
	memcpy(ret_record->boot_id, now->boot_id, sizeof ret_record->boot_id);
}

void
code_record_rebase(struct code_record *record, const struct now *now)
{
	if (memcmp(record->boot_id, now->boot_id, sizeof record->boot_id) == 0)
		return;
	code_record_wipe(record);
	code_record_start(now, record);
}

struct code_entry *
code_record_find(struct code_record *record, uint64_t serial)
{
	for (size_t i = 0; serial != 0 && i < record->count; i++) {
		if (record->entries[i].serial == serial)
			return &record->entries[i];
	}
	return NULL;
}

bool
code_record_live(const struct code_entry *entry, const struct now *now)
{
	return entry->state == CODE_LIVE && now->boot_ms < entry->expires_boot_ms;
}

/*
 * What is worth least goes first: a consumed code is kept so that its second use can be told as
 * such.
 */
static unsigned int
worth(const struct code_entry *entry, const struct now *now)
{
	if (now->boot_ms >= entry->expires_boot_ms)
		return 0;
	switch (entry->state) {
	case CODE_REVOKED: return 1;
	case CODE_CONSUMED: return 2;
	case CODE_LIVE: break;
	}
	return 3;
}

struct code_entry *
code_record_add(struct code_record *record, const struct now *now)
{
	struct code_entry *entry;
	size_t least = 0;

	if (record->count == CODE_RECORD_CODES) {
		for (size_t i = 1; i < record->count; i++) {
			if (worth(&record->entries[i], now) < worth(&record->entries[least], now))
				least = i;
		}
		record->count--;
		memmove(&record->entries[least], &record->entries[least + 1],
			(record->count - least) * sizeof record->entries[0]);
	}
	entry = &record->entries[record->count++];
	memset(entry, 0, sizeof *entry);
	return entry;
}

void
code_record_bind_phone(struct code_entry *entry, const struct code_tag *phone)
{
	size_t at = 0;

	while (at < entry->phone_count &&
	    memcmp(&entry->phones[at], phone, sizeof *phone) != 0)
		at++;
	if (at == entry->phone_count && at == CODE_RECORD_PHONES)
		at = 0;
	else if (at == entry->phone_count)
		entry->phone_count++;
	memmove(&entry->phones[at], &entry->phones[at + 1],
		(entry->phone_count - at - 1) * sizeof *phone);
	entry->phones[entry->phone_count - 1] = *phone;
}

void
code_record_stop_waiting(struct code_entry *entry)
{
	entry->waiter = (struct code_process){ .pid = 0 };
	entry->place = (struct code_tag){ { 0 } };
}

/* Which one is of this place; success_count if none is. */
static size_t
find_success(const struct code_record *record, const struct code_tag *place)
{
	size_t at = 0;

	while (at < record->success_count &&
	    memcmp(&record->successes[at].place, place, sizeof *place) != 0)
		at++;
	return at;
}

void
code_record_remember(struct code_record *record, const struct code_tag *place,
	const struct now *now)
{
	size_t gone = find_success(record, place);

	if (gone == CODE_RECORD_SUCCESSES)
		gone = 0;
	if (gone < record->success_count) {
		record->success_count--;
		memmove(&record->successes[gone], &record->successes[gone + 1],
			(record->success_count - gone) * sizeof record->successes[0]);
	}
	record->successes[record->success_count++] = (struct code_success){
		.place = *place, .boot_ms = now->boot_ms,
	};
}

bool
code_record_remembers(const struct code_record *record, const struct code_tag *place,
	const struct now *now, int64_t age_ms)
{
	const size_t at = find_success(record, place);

	return at < record->success_count && record->successes[at].boot_ms <= now->boot_ms &&
		now->boot_ms - record->successes[at].boot_ms < age_ms;
}

void
code_record_forget(struct code_record *record)
{
	memset(record->successes, 0, sizeof record->successes);
	record->success_count = 0;
}

static void
put_entry(const struct code_entry *entry, uint8_t ret_bytes[static ENTRY_SIZE])
{
	bytes_put_u64(ret_bytes, entry->serial);
	bytes_put_i64(ret_bytes + ENTRY_EXPIRES, entry->expires_boot_ms);
	bytes_put_u32(ret_bytes + ENTRY_STATE, entry->state);
	bytes_put_u32(ret_bytes + ENTRY_PHONE_COUNT, (uint32_t)entry->phone_count);
	memcpy(ret_bytes + ENTRY_HASH, entry->hash.bytes, sizeof entry->hash.bytes);
	memcpy(ret_bytes + ENTRY_SALT, entry->salt, sizeof entry->salt);
	memcpy(ret_bytes + ENTRY_BINDING, entry->binding, sizeof entry->binding);
	memcpy(ret_bytes + ENTRY_SERVICE, &entry->service, sizeof entry->service);
	memcpy(ret_bytes + ENTRY_PHONES, entry->phones,
		entry->phone_count * sizeof entry->phones[0]);
}

static void
put_waiter(const struct code_entry *entry, uint8_t ret_bytes[static WAITER_SIZE])
{
	bytes_put_u32(ret_bytes, entry->waiter.pid);
	bytes_put_u64(ret_bytes + WAITER_STARTED, entry->waiter.started);
	memcpy(ret_bytes + WAITER_PLACE, &entry->place, sizeof entry->place);
}

static void
put_success(const struct code_success *success, uint8_t ret_bytes[static SUCCESS_SIZE])
{
	memcpy(ret_bytes, &success->place, sizeof success->place);
	bytes_put_i64(ret_bytes + SUCCESS_TIME, success->boot_ms);
}

void
code_record_put(const struct code_record *record, uint8_t ret_body[static RECORD_BODY_SIZE])
{
	memset(ret_body, 0, RECORD_BODY_SIZE);
	memcpy(ret_body, record->boot_id, sizeof record->boot_id);
	bytes_put_u32(&ret_body[OFFSET_COUNT], (uint32_t)record->count);
	for (size_t i = 0; i < record->count; i++) {
		put_entry(&record->entries[i], &ret_body[OFFSET_ENTRIES + i * ENTRY_SIZE]);
		put_waiter(&record->entries[i], &ret_body[OFFSET_WAITERS + i * WAITER_SIZE]);
	}
	bytes_put_u32(&ret_body[OFFSET_SUCCESS_COUNT], (uint32_t)record->success_count);
	for (size_t i = 0; i < record->success_count; i++)
		put_success(&record->successes[i], &ret_body[OFFSET_SUCCESSES + i * SUCCESS_SIZE]);
}

static bool
get_entry(const uint8_t bytes[static ENTRY_SIZE], struct code_entry *ret_entry)
{
	const uint32_t state = bytes_get_u32(bytes + ENTRY_STATE);
	const size_t phone_count = bytes_get_u32(bytes + ENTRY_PHONE_COUNT);
	size_t end;

	if (bytes_get_u64(bytes) == 0 || state < CODE_LIVE || state > CODE_REVOKED ||
	    phone_count < 1 || phone_count > CODE_RECORD_PHONES)
		return false;
	end = ENTRY_PHONES + phone_count * sizeof ret_entry->phones[0];
	if (!bytes_zero(bytes + end, ENTRY_SIZE - end))
		return false;
	ret_entry->serial = bytes_get_u64(bytes);
	ret_entry->expires_boot_ms = bytes_get_i64(bytes + ENTRY_EXPIRES);
	ret_entry->state = (enum code_state)state;
	ret_entry->phone_count = phone_count;
	memcpy(ret_entry->hash.bytes, bytes + ENTRY_HASH, sizeof ret_entry->hash.bytes);
	memcpy(ret_entry->salt, bytes + ENTRY_SALT, sizeof ret_entry->salt);
	memcpy(ret_entry->binding, bytes + ENTRY_BINDING, sizeof ret_entry->binding);
	memcpy(&ret_entry->service, bytes + ENTRY_SERVICE, sizeof ret_entry->service);
	memcpy(ret_entry->phones, bytes + ENTRY_PHONES, sizeof ret_entry->phones);
	return true;
}

/* Where nobody waits all of it is zero. */
static bool
get_waiter(const uint8_t bytes[static WAITER_SIZE], struct code_entry *ret_entry)
{
	ret_entry->waiter.pid = bytes_get_u32(bytes);
	ret_entry->waiter.started = bytes_get_u64(bytes + WAITER_STARTED);
	memcpy(&ret_entry->place, bytes + WAITER_PLACE, sizeof ret_entry->place);
	return ret_entry->waiter.pid != 0 ? bytes_zero(bytes + 4, 4)
		: bytes_zero(bytes, WAITER_SIZE);
}

static bool
get_success(const uint8_t bytes[static SUCCESS_SIZE], struct code_success *ret_success)
{
	memcpy(&ret_success->place, bytes, sizeof ret_success->place);
	ret_success->boot_ms = bytes_get_i64(bytes + SUCCESS_TIME);
	return ret_success->boot_ms >= 0;
}

/* A record of before successes were remembered is zero from its codes on. */
static int
get_successes(const uint8_t body[static RECORD_BODY_SIZE], struct code_record *record)
{
	const uint8_t *count = &body[OFFSET_SUCCESS_COUNT];
	size_t end;

	record->success_count = bytes_get_u32(count);
	if (record->success_count > CODE_RECORD_SUCCESSES || !bytes_zero(count + 4, 4))
		return FAULT_DAMAGED;
	for (size_t i = 0; i < record->success_count; i++) {
		struct code_success *success = &record->successes[i];

		/* One of a place: a second would outlive what pushes out the first. */
		if (!get_success(&body[OFFSET_SUCCESSES + i * SUCCESS_SIZE], success) ||
		    find_success(record, &success->place) != i)
			return FAULT_DAMAGED;
	}
	end = OFFSET_SUCCESSES + record->success_count * SUCCESS_SIZE;
	return bytes_zero(&body[end], RECORD_BODY_SIZE - end) ? 0 : FAULT_DAMAGED;
}

int
code_record_get(const uint8_t body[static RECORD_BODY_SIZE], struct code_record *ret_record)
{
	CODE_RECORD_AUTO struct code_record record = { .count = 0 };
	size_t end;

	record.count = bytes_get_u32(&body[OFFSET_COUNT]);
	if (record.count > CODE_RECORD_CODES || !bytes_zero(&body[OFFSET_COUNT + 4], 4))
		return FAULT_DAMAGED;
	memcpy(record.boot_id, body, sizeof record.boot_id);
	for (size_t i = 0; i < record.count; i++) {
		if (!get_entry(&body[OFFSET_ENTRIES + i * ENTRY_SIZE], &record.entries[i]) ||
		    !get_waiter(&body[OFFSET_WAITERS + i * WAITER_SIZE], &record.entries[i]))
			return FAULT_DAMAGED;
	}
	end = OFFSET_ENTRIES + record.count * ENTRY_SIZE;
	if (!bytes_zero(&body[end], OFFSET_WAITERS - end))
		return FAULT_DAMAGED;
	end = OFFSET_WAITERS + record.count * WAITER_SIZE;
	if (!bytes_zero(&body[end], OFFSET_SUCCESS_COUNT - end) ||
	    get_successes(body, &record) != 0)
		return FAULT_DAMAGED;
	*ret_record = record;
	return 0;
}

void
code_record_wipe(struct code_record *record)
{
	sodium_memzero(record, sizeof *record);
}
