/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/lock.h"
#include "core/record_slot.h"

struct record {
	int fd;
	const struct directory *directory;
	char name[NAME_MAX + 1];
	char path[DIRECTORY_PATH_SIZE + NAME_MAX + 2];
	enum record_kind kind;
	uint8_t owner[RECORD_OWNER_SIZE];
	unsigned int newest;			/* index of the slot in force */
	struct record_slot slot;		/* what it says of itself */
	uint8_t bytes[2][RECORD_SLOT_SIZE];
};

static bool
rehearsed(const struct record *record)
{
	return record->directory->life == DIRECTORY_REHEARSED;
}

static int
make(struct record *record, const uint8_t *initial, struct fault *fault)
{
	const bool durable = record->directory->life == DIRECTORY_DURABLE;
	struct record_slot slot = { .kind = record->kind, .owner = record->owner };
	uint8_t bytes[RECORD_FILE_SIZE] = { 0 };
	const struct file_content content = { .bytes = bytes, .size = sizeof bytes };
	int result;

	/* Not settled: that is for whoever has seen the directory synced too. */
	slot.settled = !durable;
	for (unsigned int i = 0; i < 2; i++) {
		slot.sequence = i + 1;
		record_slot_put(&slot, initial, &bytes[i * RECORD_SLOT_SIZE]);
	}
	if (rehearsed(record)) {
		memcpy(record->bytes, bytes, sizeof record->bytes);
		result = FILE_DONE;
	} else {
		result = file_make(record->directory, record->name, &content, fault);
	}
	sodium_memzero(bytes, sizeof bytes);
	return result;
}

/*
 * The settled byte is a note in our own favour; where it cannot be made, the next update syncs once
 * more.
 */
static void
settle(struct record *record)
{
	static const uint8_t settled = 1;
	off_t at = (off_t)record->newest * RECORD_SLOT_SIZE + RECORD_SETTLED_OFFSET;

	if (pwrite(record->fd, &settled, 1, at) == 1) {
		record->bytes[record->newest][RECORD_SETTLED_OFFSET] = 1;
		record->slot.settled = true;
	}
}

/*
 * Whether the locked descriptor is still what the name leads to: who unlinks or replaces holds the
 * lock.
 */
static bool
still_there(const struct record *record)
{
	struct stat ours, named;

	return fstat(record->fd, &ours) == 0 &&
		fstatat(record->directory->fd, record->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

static int
lock(const struct record *record, int64_t deadline, struct fault *fault)
{
	int error = lock_take(record->fd, deadline);

	if (error == EAGAIN)
		return fault_set(fault, FAULT_BUSY,
			"%s: locked by another process for more than %d ms",
			record->path, LOCK_WAIT_MS);
	if (error != 0)
		return fault_set_errno(fault, FAULT_STATE, error, "%s: cannot be locked",
			record->path);
	return 0;
}

static void
let_go(struct record *record)
{
	if (record->fd < 0)
		return;
	lock_release(record->fd);
	close(record->fd);
	record->fd = -1;
}

/* Opens (or makes) and locks. FILE_ABSENT: there is none, and none is to be made. */
static int
open_locked(struct record *record, const uint8_t *initial, bool *ret_made, struct fault *fault)
{
	int64_t deadline = lock_deadline();
	bool made = false, tried = false;

	do {
		int result = file_open(record->directory, record->name, RECORD_FILE_SIZE,
			&record->fd, fault);

		if (result == FILE_ABSENT && initial != NULL) {
			result = make(record, initial, fault);
			if (result < 0 || rehearsed(record))
				return result;
			/* What a slow disk took for that is no wait for others: it begins now. */
			if (!tried)
				deadline = lock_deadline();
			tried = true;
			made = result == FILE_DONE;
			continue;
		}
		if (result == 0)
			result = lock(record, deadline, fault);
		if (result != 0)
			return result;
		if (still_there(record)) {
			*ret_made = made;
			return 0;
		}
		let_go(record);
	} while (!lock_passed(deadline));
	return fault_set(fault, FAULT_BUSY, "%s: does not stay", record->path);
}

/* Reads both slots and finds the one in force. */
static int
load(struct record *record, struct fault *fault)
{
	const struct record_slot expected = { .kind = record->kind, .owner = record->owner };
	enum record_slot_state state[2];
	struct record_slot slot[2];
	ssize_t count = sizeof record->bytes;

	/* Without a descriptor it was just made, for a rehearsal. */
	if (record->fd >= 0)
		count = pread(record->fd, record->bytes, sizeof record->bytes, 0);

	if (count < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", record->path);
	if (count != (ssize_t)sizeof record->bytes)
		return fault_set(fault, FAULT_DAMAGED, "%s: is cut short", record->path);
	for (unsigned int i = 0; i < 2; i++) {
		state[i] = record_slot_get(record->bytes[i], &expected, &slot[i]);
		if (state[i] == RECORD_SLOT_NEWER)
			return fault_set(fault, FAULT_DAMAGED,
				"%s: written by a newer version of this program", record->path);
	}
	if (state[0] != RECORD_SLOT_VALID && state[1] != RECORD_SLOT_VALID)
		return fault_set(fault, FAULT_DAMAGED, "%s: neither slot is valid", record->path);
	if (state[0] == state[1] && slot[0].sequence == slot[1].sequence)
		return fault_set(fault, FAULT_DAMAGED, "%s: both slots claim sequence %ju",
			record->path, (uintmax_t)slot[0].sequence);
	record->newest = state[0] != RECORD_SLOT_VALID ||
		(state[1] == RECORD_SLOT_VALID && slot[1].sequence > slot[0].sequence);
	record->slot = slot[record->newest];
	return 0;
}

static struct record *
record_new(const struct record_place *place)
{
	struct record *record = calloc(1, sizeof *record);

	if (record == NULL)
		return NULL;
	record->fd = -1;
	record->directory = place->directory;
	record->kind = place->kind;
	memcpy(record->owner, place->owner, sizeof record->owner);
	snprintf(record->name, sizeof record->name, "%s", place->name);
	snprintf(record->path, sizeof record->path, "%s/%s", place->directory->path, place->name);
	return record;
}

int
record_open(const struct record_place *place, const uint8_t *initial, struct record **ret_record,
	struct fault *fault)
{
	struct record *record = record_new(place);
	bool made = false;
	int result;

	if (record == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	result = open_locked(record, initial, &made, fault);
	if (result == 0)
		result = load(record, fault);
	if (result != 0) {
		record_close(&record);
		if (result == FILE_ABSENT)
			*ret_record = NULL;
		return result == FILE_ABSENT ? 0 : result;
	}
	/* Made, linked and synced by us, and not changed since. */
	if (made && record->slot.sequence == 2 && !record->slot.settled)
		settle(record);
	*ret_record = record;
	return 0;
}

int
record_claim(const struct record_place *place, struct record **ret_record, struct fault *fault)
{
	struct record *record = record_new(place);
	bool made;
	int result;

	if (record == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	result = open_locked(record, NULL, &made, fault);
	if (result != 0)
		record_close(&record);
	if (result != 0 && result != FILE_ABSENT)
		return result;
	*ret_record = record;
	return 0;
}

int
record_remove(struct record *record, enum record_write how, struct fault *fault)
{
	const bool synced = record->directory->life == DIRECTORY_DURABLE && how == RECORD_DURABLE;

	if (rehearsed(record))
		return 0;
	if (unlinkat(record->directory->fd, record->name, 0) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be removed",
			record->path);
	if (synced && fsync(record->directory->fd) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", record->directory->path);
	return 0;
}

void
record_close(struct record **record)
{
	if (*record == NULL)
		return;
	let_go(*record);
	sodium_memzero(*record, sizeof **record);
	free(*record);
	*record = NULL;
}

const uint8_t *
record_body(const struct record *record)
{
	return &record->bytes[record->newest][RECORD_BODY_OFFSET];
}

const char *
record_path(const struct record *record)
{
	return record->path;
}

/* One slot, whole or not at all: the kernel may write less on a full disk or at RLIMIT_FSIZE. */
static int
write_slot(const struct record *record, unsigned int index,
	const uint8_t bytes[static RECORD_SLOT_SIZE], struct fault *fault)
{
	ssize_t count;

	if (rehearsed(record))
		return 0;
	count = pwrite(record->fd, bytes, RECORD_SLOT_SIZE, (off_t)index * RECORD_SLOT_SIZE);

	if (count < 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s", record->path);
	if (count != RECORD_SLOT_SIZE)
		return fault_set(fault, FAULT_STATE, "%s: only %zd of %d bytes could be written",
			record->path, count, RECORD_SLOT_SIZE);
	return 0;
}

static int
sync_slots(const struct record *record, struct fault *fault)
{
	if (fdatasync(record->fd) != 0)
		return fault_set_errno(fault, FAULT_STATE, errno, "%s: cannot be synced",
			record->path);
	return 0;
}

/*
 * The writer of the slot in force was killed before it could say that the slot is on the disk.
 * Written again, because after a failed sync the kernel forgets that the pages were never written;
 * with the directory, because the one who made the file may have been killed before syncing that.
 */
static int
make_sure(struct record *record, struct fault *fault)
{
	int result = write_slot(record, record->newest, record->bytes[record->newest], fault);

	if (result == 0)
		result = sync_slots(record, fault);
	if (result == 0 && fsync(record->directory->fd) != 0)
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s", record->directory->path);
	if (result == 0)
		settle(record);
	return result;
}

int
record_write(struct record *record, const uint8_t body[static RECORD_BODY_SIZE],
	enum record_write how, struct fault *fault)
{
	const bool synced_life = record->directory->life == DIRECTORY_DURABLE;
	const struct record_slot slot = {
		.kind = record->kind,
		.owner = record->owner,
		.sequence = record->slot.sequence + 1,
		.lazy = synced_life && how == RECORD_LAZY,
		.settled = !synced_life,
	};
	uint8_t bytes[RECORD_SLOT_SIZE];
	unsigned int target = 1 - record->newest;
	int result = 0;

	if (slot.sequence == 0)
		return fault_set(fault, FAULT_DAMAGED, "%s: sequence at its end", record->path);
	if (synced_life && record->slot.lazy)
		target = record->newest;
	else if (synced_life && !record->slot.settled)
		result = make_sure(record, fault);
	if (result != 0)
		return result;

	record_slot_put(&slot, body, bytes);
	result = write_slot(record, target, bytes, fault);
	if (result == 0 && synced_life && how == RECORD_DURABLE)
		result = sync_slots(record, fault);
	if (result == 0) {
		memcpy(record->bytes[target], bytes, sizeof bytes);
		record->newest = target;
		record->slot = slot;
		if (synced_life && how == RECORD_DURABLE)
			settle(record);
	}
	sodium_memzero(bytes, sizeof bytes);
	return result;
}
