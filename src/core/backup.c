/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/backup.h"

#include <sodium.h>
#include <string.h>

#include "core/bytes.h"
#include "core/fault.h"
#include "core/random.h"

/*
 * Layout, integers big-endian:
 *    0   8  serial
 *    8  16  salt
 *   24   4  passes of Argon2id
 *   28   4  its memory, KiB
 *   32   4  number of codes, 1 to 20
 *   36   4  zero
 *   40  32  each code's hash
 *  680      zero to the end, and where there is no code
 */
#define OFFSET_SALT 8
#define OFFSET_PASSES 24
#define OFFSET_MEMORY 28
#define OFFSET_COUNT 32
#define OFFSET_HASHES 40

/*
 * What OWASP's Password Storage cheat sheet asks for at least. More would buy nothing: 60 bits are
 * beyond guessing as it is, and this is spent in a login, by whoever has the password.
 */
#define PASSES 2
#define MEMORY_KIB (19 * 1024)

/* A record can be of another version, but not make a login hang or the host swap. */
#define PASSES_MAX 8
#define MEMORY_KIB_MAX (64 * 1024)

_Static_assert(BACKUP_SALT_SIZE == crypto_pwhash_SALTBYTES, "a salt is one of Argon2id's");
_Static_assert(CODE_BACKUP_LENGTH > CODE_MAX_LENGTH, "no texted code is as long");
_Static_assert(CODE_BACKUP_LENGTH % BACKUP_GROUP == 0, "all groups are whole");

const struct code_form backup_form = { .length = CODE_BACKUP_LENGTH, .alphabet = CODE_ALNUM };

int
backup_draw_recipe(struct backup_recipe *ret_recipe, struct fault *fault)
{
	struct backup_recipe recipe = { .passes = PASSES, .memory_kib = MEMORY_KIB };

	if (random_bytes(&recipe.serial, sizeof recipe.serial) != 0 ||
	    random_bytes(recipe.salt, sizeof recipe.salt) != 0)
		return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
	if (recipe.serial == 0)
		recipe.serial = 1;
	*ret_recipe = recipe;
	return 0;
}

/* Without sodium_init, as in code.c: Argon2id's plain C is slower by half, and draws nothing. */
int
backup_hash(const struct backup_recipe *recipe, const struct code *code,
	struct code_hash *ret_hash, struct fault *fault)
{
	struct code_hash hash;

	if (crypto_pwhash(hash.bytes, sizeof hash.bytes, code->text, strlen(code->text),
	    recipe->salt, recipe->passes, (size_t)recipe->memory_kib * 1024,
	    crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fault_set(fault, FAULT_MEMORY,
			"a backup code cannot be checked without %u MiB of memory",
			(unsigned int)(recipe->memory_kib / 1024));
	*ret_hash = hash;
	sodium_memzero(&hash, sizeof hash);
	return 0;
}

size_t
backup_find(const struct backup_set *set, const struct code_hash *hash)
{
	size_t found = set->count;

	/* All of them, whichever fits. */
	for (size_t i = 0; i < set->count; i++) {
		if (code_hash_equal(&set->hashes[i], hash))
			found = i;
	}
	return found;
}

void
backup_write(const struct code *code, char ret_text[static BACKUP_TEXT_SIZE])
{
	char *next = ret_text;

	for (size_t i = 0; i < CODE_BACKUP_LENGTH; i++) {
		if (i > 0 && i % BACKUP_GROUP == 0)
			*next++ = '-';
		*next++ = code->text[i];
	}
	*next = '\0';
}

void
backup_put(const struct backup_set *set, uint8_t ret_body[static RECORD_BODY_SIZE])
{
	memset(ret_body, 0, RECORD_BODY_SIZE);
	bytes_put_u64(ret_body, set->recipe.serial);
	memcpy(&ret_body[OFFSET_SALT], set->recipe.salt, BACKUP_SALT_SIZE);
	bytes_put_u32(&ret_body[OFFSET_PASSES], set->recipe.passes);
	bytes_put_u32(&ret_body[OFFSET_MEMORY], set->recipe.memory_kib);
	bytes_put_u32(&ret_body[OFFSET_COUNT], (uint32_t)set->count);
	memcpy(&ret_body[OFFSET_HASHES], set->hashes, set->count * sizeof set->hashes[0]);
}

int
backup_get(const uint8_t body[static RECORD_BODY_SIZE], struct backup_set *ret_set)
{
	struct backup_set set = {
		.recipe = {
			.serial = bytes_get_u64(body),
			.passes = bytes_get_u32(&body[OFFSET_PASSES]),
			.memory_kib = bytes_get_u32(&body[OFFSET_MEMORY]),
		},
		.count = bytes_get_u32(&body[OFFSET_COUNT]),
	};
	size_t end;

	if (set.recipe.serial == 0 || set.count < 1 || set.count > LIMIT_BACKUP_CODES ||
	    set.recipe.passes < 1 || set.recipe.passes > PASSES_MAX ||
	    set.recipe.memory_kib < 8 || set.recipe.memory_kib > MEMORY_KIB_MAX ||
	    !bytes_zero(&body[OFFSET_COUNT + 4], 4))
		return FAULT_DAMAGED;
	end = OFFSET_HASHES + set.count * sizeof set.hashes[0];
	if (!bytes_zero(&body[end], RECORD_BODY_SIZE - end))
		return FAULT_DAMAGED;
	memcpy(set.recipe.salt, &body[OFFSET_SALT], BACKUP_SALT_SIZE);
	memcpy(set.hashes, &body[OFFSET_HASHES], set.count * sizeof set.hashes[0]);
	*ret_set = set;
	return 0;
}
