/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The codes of one user and the successes that are remembered, as a set without files or locks, and
 * as the body of codes/UID. What is live, what still counts, and what makes room, are decided here.
 */
#ifndef SMSOTP_CORE_CODE_RECORD_H
#define SMSOTP_CORE_CODE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/code.h"
#include "core/limit.h"
#include "core/record.h"

#define CODE_RECORD_CODES 8
#define CODE_RECORD_PHONES 8	/* a source has no more numbers for one user */
#define CODE_RECORD_SUCCESSES 16

enum code_state { CODE_LIVE = 1, CODE_CONSUMED = 2, CODE_REVOKED = 3 };

struct code_entry {
	uint64_t serial;	/* never 0 */
	int64_t expires_boot_ms;
	enum code_state state;
	struct code_hash hash;
	uint8_t salt[CODE_SALT_SIZE];
	uint8_t binding[CODE_BINDING_SIZE];
	struct code_tag service;
	size_t phone_count;	/* at least 1 */
	/* Texted with this code; the last is the one it is bound to. */
	struct code_tag phones[CODE_RECORD_PHONES];
	/* The login that waits for it, and from where; no process: other logins need not know. */
	struct code_process waiter;
	struct code_tag place;
};

/* A right code was entered from there then. */
struct code_success {
	struct code_tag place;
	int64_t boot_ms;
};

struct code_record {
	uint8_t boot_id[16];
	size_t count;
	struct code_entry entries[CODE_RECORD_CODES];	/* oldest first */
	size_t success_count;
	struct code_success successes[CODE_RECORD_SUCCESSES];	/* oldest first, one of a place */
};

void code_record_start(const struct now *now, struct code_record *ret_record);

/* What is of another boot is dead, whatever it says: it goes. */
void code_record_rebase(struct code_record *record, const struct now *now);

/* NULL if there is none of that serial (0 names none). */
struct code_entry *code_record_find(struct code_record *record, uint64_t serial);

bool code_record_live(const struct code_entry *entry, const struct now *now);

/*
 * Room for a new code, as the newest; what goes is the oldest of: expired, revoked, consumed, live
 * codes.
 */
struct code_entry *code_record_add(struct code_record *record, const struct now *now);

/* Binds a code to another phone, or the same. A ninth phone pushes out the first. */
void code_record_bind_phone(struct code_entry *entry, const struct code_tag *phone);

/* Its process no longer waits for it. */
void code_record_stop_waiting(struct code_entry *entry);

/* A success from this place, in place of the one before; a seventeenth pushes out the oldest. */
void code_record_remember(struct code_record *record, const struct code_tag *place,
	const struct now *now);

/* Whether there was one less than age_ms ago. One from the future is none. */
bool code_record_remembers(const struct code_record *record, const struct code_tag *place,
	const struct now *now, int64_t age_ms);

/* All of them. */
void code_record_forget(struct code_record *record);

void code_record_put(const struct code_record *record, uint8_t ret_body[static RECORD_BODY_SIZE]);

/* FAULT_DAMAGED, with *ret_record untouched, for a body that code_record_put cannot have made. */
int code_record_get(const uint8_t body[static RECORD_BODY_SIZE], struct code_record *ret_record)
	__attribute__((warn_unused_result));

void code_record_wipe(struct code_record *record);

#define CODE_RECORD_AUTO __attribute__((cleanup(code_record_wipe)))

#endif
