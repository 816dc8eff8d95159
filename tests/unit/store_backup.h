/* SPDX-License-Identifier: BSD-2-Clause */
/* A store whose user has backup codes. What is a code's hash is told by its number, unhashed. */
#ifndef SMSOTP_TESTS_STORE_BACKUP_H
#define SMSOTP_TESTS_STORE_BACKUP_H

#include "store_place.h"

#include "core/store_admin.h"
#include "core/store_backup.h"

static inline struct code_hash
backup_hash_of(uint64_t serial, unsigned int number)
{
	struct code_hash hash = { { 0 } };

	hash.bytes[0] = (uint8_t)serial;
	hash.bytes[31] = (uint8_t)(number + 1);
	return hash;
}

static inline int
backup_try_make(struct bench *it, uint64_t serial, size_t count, int64_t lifetime_ms,
	unsigned int *ret_replaced)
{
	struct backup_set set = {
		.recipe = { .serial = serial, .passes = 1, .memory_kib = 8 }, .count = count,
	};

	for (unsigned int i = 0; i < count; i++)
		set.hashes[i] = backup_hash_of(serial, i);
	return store_backup_make(it->store, it->login.uid, &set, lifetime_ms, ret_replaced,
		&it->fault);
}

/* Returns how many it replaced. */
static inline unsigned int
backup_make(struct bench *it, uint64_t serial, size_t count, int64_t lifetime_ms)
{
	unsigned int replaced = 999;

	if (backup_try_make(it, serial, count, lifetime_ms, &replaced) != 0)
		fail_msg("%s", it->fault.text);
	return replaced;
}

static inline unsigned int
backup_left(struct bench *it)
{
	struct store_backup backup = { .left = 999 };

	if (store_backup_find(it->store, it->login.uid, &backup, &it->fault) != 0)
		fail_msg("%s", it->fault.text);
	return backup.left;
}

/* What verify said, or the fault; *ret_left may be NULL. */
static inline int
backup_try(struct bench *it, uint64_t serial, unsigned int number, unsigned int *ret_left)
{
	const struct store_backup_guess guess = {
		.serial = serial, .hash = backup_hash_of(serial, number),
	};
	enum store_result result = STORE_REFUSED;
	struct store_status status;
	unsigned int left = 999;
	int error = store_backup_verify(it->store, &it->login, &guess, &result, &status, &left,
		&it->fault);

	if (error == 0 && ret_left != NULL)
		*ret_left = left;
	return error != 0 ? error : (int)result;
}

#endif
