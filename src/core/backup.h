/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backup codes: single-use codes on paper, for when no text arrives. Unlike a texted code, which
 * dies within minutes, they lie on the disk for months: they have 60 bits, and what is kept of each
 * is a password hash.
 *
 * Those made together share a salt, so that a guess is hashed once and not once for each of them.
 */
#ifndef SMSOTP_CORE_BACKUP_H
#define SMSOTP_CORE_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/code.h"
#include "core/limit.h"
#include "core/record.h"

#define BACKUP_SALT_SIZE 16
#define BACKUP_GROUP 4		/* characters between two dashes */
#define BACKUP_TEXT_SIZE (CODE_BACKUP_LENGTH + CODE_BACKUP_LENGTH / BACKUP_GROUP)

struct fault;

/*
 * Letters and digits like an alnum code's, but more of them than any texted code has: what is
 * typed says by its length which of the two it is.
 */
extern const struct code_form backup_form;

/* How codes are hashed. */
struct backup_recipe {
	uint64_t serial;	/* of the codes made together, never 0 */
	uint8_t salt[BACKUP_SALT_SIZE];
	uint32_t passes, memory_kib;	/* Argon2id's cost */
};

/* What is kept of a user's codes. */
struct backup_set {
	struct backup_recipe recipe;
	size_t count;		/* 1 to LIMIT_BACKUP_CODES */
	struct code_hash hashes[LIMIT_BACKUP_CODES];
};

/* Serial and salt from getrandom(2), and today's cost. Returns 0 or FAULT_SYSTEM. */
int backup_draw_recipe(struct backup_recipe *ret_recipe, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Argon2id of a code of backup_form, some 50 ms and memory_kib: never to be called with a lock
 * held. FAULT_MEMORY where the process may not have that much (RLIMIT_AS).
 */
int backup_hash(const struct backup_recipe *recipe, const struct code *code,
	struct code_hash *ret_hash, struct fault *fault) __attribute__((warn_unused_result));

/* Which code has that hash, in constant time; count if none has. */
size_t backup_find(const struct backup_set *set, const struct code_hash *hash)
	__attribute__((warn_unused_result));

/* "ABCD-EFGH-JKLM": as a person reads and types it. */
void backup_write(const struct code *code, char ret_text[static BACKUP_TEXT_SIZE]);

/* The body of backup/UID. */
void backup_put(const struct backup_set *set, uint8_t ret_body[static RECORD_BODY_SIZE]);

/* FAULT_DAMAGED, with *ret_set untouched, for a body that backup_put cannot have made. */
int backup_get(const uint8_t body[static RECORD_BODY_SIZE], struct backup_set *ret_set)
	__attribute__((warn_unused_result));

#endif
