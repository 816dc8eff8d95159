/* SPDX-License-Identifier: BSD-2-Clause */
/* One-time codes: made, read from an answer, hashed. */
#ifndef SMSOTP_CORE_CODE_H
#define SMSOTP_CORE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/e164.h"

#define CODE_MIN_LENGTH 6
#define CODE_MAX_LENGTH 10
#define CODE_BACKUP_LENGTH 12	/* core/backup.h; longer than any that is texted */
#define CODE_HASH_SIZE 32
#define CODE_KEY_SIZE 32
#define CODE_SALT_SIZE 16
#define CODE_BINDING_SIZE 32
#define CODE_TAG_SIZE 16

enum code_alphabet { CODE_DIGITS, CODE_ALNUM };

struct code_form {
	unsigned int length;		/* CODE_MIN_LENGTH..CODE_BACKUP_LENGTH */
	enum code_alphabet alphabet;
};

/* A code in the clear. Wiped by code_wipe; CODE_AUTO on the stack. */
struct code {
	char text[CODE_BACKUP_LENGTH + 1];
};

struct code_key {
	uint8_t bytes[CODE_KEY_SIZE];
};

struct code_hash {
	uint8_t bytes[CODE_HASH_SIZE];
};

/* A keyed hash that stands for a service, a phone number or a place. */
struct code_tag {
	uint8_t bytes[CODE_TAG_SIZE];
};

/* A process, told by its start from a later one of the same number. 0: none. */
struct code_process {
	uint32_t pid;
	uint64_t started;
};

/* What a hash stands for besides the code itself. */
struct code_context {
	uid_t uid;
	const char *service;
	const uint8_t *binding;		/* CODE_BINDING_SIZE bytes */
	const struct e164 *phone;
	int64_t expires_boot_ms;
	const uint8_t *boot_id;		/* 16 bytes */
	const uint8_t *salt;		/* CODE_SALT_SIZE bytes */
};

/*
 * Draws a code, every one of the form equally likely (leading zeros kept), from getrandom(2).
 * alnum leaves out I, O, 0 and 1. Returns 0, or FAULT_SYSTEM: then nobody may be let in.
 */
int code_draw(const struct code_form *form, struct code *ret_code)
	__attribute__((warn_unused_result));

/* A name for a code, "K7", that prompt, text and log share. Without random numbers it is "A2". */
#define CODE_REF_SIZE 3
void code_draw_ref(char ret_ref[static CODE_REF_SIZE]);

/*
 * Reads an answer as a code: spaces and dashes are ignored, letters of alnum fold to capitals.
 * False if the answer has not the form of a code; *ret_code is untouched then.
 */
bool code_read(const char *answer, const struct code_form *form, struct code *ret_code)
	__attribute__((warn_unused_result));

/* HMAC-SHA-256 under key over a version, the context (each part with its length) and the code. */
void code_hash(const struct code_key *key, const struct code_context *context,
	const struct code *code, struct code_hash *ret_hash);

/* Constant time. */
bool code_hash_equal(const struct code_hash *a, const struct code_hash *b)
	__attribute__((warn_unused_result));

void code_wipe(struct code *code);
void code_key_wipe(struct code_key *key);

#define CODE_AUTO __attribute__((cleanup(code_wipe)))
#define CODE_KEY_AUTO __attribute__((cleanup(code_key_wipe)))

#endif
