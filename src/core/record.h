/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Record files: a fixed size of two checksummed slots, of which the valid one with the higher
 * sequence number counts. An update writes one slot, never moves or grows the file, and so needs no
 * free space; torn at any byte, it leaves the state before. What a body means is its owner's
 * affair.
 *
 * Which slot an update overwrites keeps that promise across a loss of power, when writes that were
 * not synced may or may not have reached the disk:
 *
 * - A lazy write is only ever one that gives something back, so that losing it leaves the stricter
 *   state. While the newest slot is lazy, the next update goes over that very slot: the other is
 *   the last durable state, and stays until a newer one is synced.
 * - Otherwise it goes over the older slot, if the newest is known to be on the disk. That knowledge
 *   is the slot's settled byte, set after the sync. It is not part of the checksum: being one byte
 *   it cannot tear, and one that was lost costs a sync. Where it is not set, the writer died
 *   between write and sync, and the slot is first written again and synced; else an update torn by
 *   a loss of power could uncover the state before the last.
 *
 * In a volatile directory nothing survives a loss of power: no syncs, plain alternation.
 */
#ifndef SMSOTP_CORE_RECORD_H
#define SMSOTP_CORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_VERSION 1
#define RECORD_SLOT_SIZE 4096
#define RECORD_FILE_SIZE (2 * RECORD_SLOT_SIZE)
#define RECORD_BODY_OFFSET 56
#define RECORD_BODY_SIZE 4024
#define RECORD_CHECKSUM_OFFSET 4080
#define RECORD_SETTLED_OFFSET 13
#define RECORD_OWNER_SIZE 32

struct directory;
struct fault;
struct record;

enum record_kind { RECORD_USER = 1, RECORD_PHONE = 2, RECORD_CODES = 3, RECORD_BACKUP = 4 };
enum record_write { RECORD_DURABLE, RECORD_LAZY };

/* Where a record is and whose it must be: one that was copied to another user's name is refused. */
struct record_place {
	const struct directory *directory;	/* outlives the record; the rest is copied */
	const char *name;
	enum record_kind kind;
	uint8_t owner[RECORD_OWNER_SIZE];
};

/*
 * Opens and locks (at most 2 s, then FAULT_BUSY) a record and reads it. If there is none,
 * *ret_record is NULL where initial is NULL, else it is made with that body (RECORD_BODY_SIZE
 * bytes) in both slots. FAULT_DAMAGED: no slot is valid, or one is of a newer version, whose state
 * an older program must not set aside.
 */
int record_open(const struct record_place *place, const uint8_t *initial,
	struct record **ret_record, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Opens and locks a record without reading it, for whoever removes it: one that is damaged inside
 * can be removed as well. *ret_record is NULL if there is none.
 */
int record_claim(const struct record_place *place, struct record **ret_record,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Removes the file of a locked record. Whoever waits for the lock then finds that the
 * name leads elsewhere, and begins anew. The record is only good for record_close afterwards.
 */
int record_remove(struct record *record, enum record_write how, struct fault *fault)
	__attribute__((warn_unused_result));

/* Unlocks, closes, wipes. Safe on NULL. */
void record_close(struct record **record);

/* The body in force: RECORD_BODY_SIZE bytes. */
const uint8_t *record_body(const struct record *record);

/* "path/name", for messages. */
const char *record_path(const struct record *record);

/*
 * Puts a new body in force, durable before this returns unless it is lazy. After a fault the file
 * may hold the old body or the new one, and record_body still tells the old one: another write sets
 * it right.
 */
int record_write(struct record *record, const uint8_t body[static RECORD_BODY_SIZE],
	enum record_write how, struct fault *fault) __attribute__((warn_unused_result));

#endif
