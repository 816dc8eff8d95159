/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/record_slot.h"

#include <sodium.h>

#include "core/bytes.h"

/*
 * Layout, 4096 bytes, integers big-endian:
 *     0    8  "SMSOTPRC"
 *     8    2  version, 1
 *    10    2  kind: 1 user, 2 phone, 3 codes, 4 backup
 *    12    1  flags: bit 0 lazy; others zero
 *    13    1  settled: 1 once synced, anything else is 0; counts as 0 in the checksum
 *    14    2  zero
 *    16    8  sequence, from 1
 *    24   32  owner
 *    56 4024  body
 *  4080   16  BLAKE2b-128 of bytes 0 to 4079
 *
 * The checksum finds tearing and decay. It has no key: whoever can write here is root.
 */
#define OFFSET_VERSION 8
#define OFFSET_KIND 10
#define OFFSET_FLAGS 12
#define OFFSET_ZERO 14
#define OFFSET_SEQUENCE 16
#define OFFSET_OWNER 24
#define CHECKSUM_SIZE 16
#define FLAG_LAZY 1

static const uint8_t magic[8] = { 'S', 'M', 'S', 'O', 'T', 'P', 'R', 'C' };

static void
sum_up(const uint8_t bytes[static RECORD_SLOT_SIZE], uint8_t ret_sum[static CHECKSUM_SIZE])
{
	static const uint8_t unsettled = 0;
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, CHECKSUM_SIZE);
	crypto_generichash_update(&state, bytes, RECORD_SETTLED_OFFSET);
	crypto_generichash_update(&state, &unsettled, 1);
	crypto_generichash_update(&state, bytes + RECORD_SETTLED_OFFSET + 1,
		RECORD_CHECKSUM_OFFSET - RECORD_SETTLED_OFFSET - 1);
	crypto_generichash_final(&state, ret_sum, CHECKSUM_SIZE);
}

void
record_slot_put(const struct record_slot *slot, const uint8_t *body,
	uint8_t ret_bytes[static RECORD_SLOT_SIZE])
{
	memmove(&ret_bytes[RECORD_BODY_OFFSET], body, RECORD_BODY_SIZE);
	memcpy(ret_bytes, magic, sizeof magic);
	bytes_put_u16(&ret_bytes[OFFSET_VERSION], RECORD_VERSION);
	bytes_put_u16(&ret_bytes[OFFSET_KIND], (uint16_t)slot->kind);
	ret_bytes[OFFSET_FLAGS] = slot->lazy ? FLAG_LAZY : 0;
	ret_bytes[RECORD_SETTLED_OFFSET] = slot->settled ? 1 : 0;
	bytes_put_u16(&ret_bytes[OFFSET_ZERO], 0);
	bytes_put_u64(&ret_bytes[OFFSET_SEQUENCE], slot->sequence);
	memcpy(&ret_bytes[OFFSET_OWNER], slot->owner, RECORD_OWNER_SIZE);
	sum_up(ret_bytes, &ret_bytes[RECORD_CHECKSUM_OFFSET]);
}

enum record_slot_state
record_slot_get(const uint8_t bytes[static RECORD_SLOT_SIZE], const struct record_slot *expected,
	struct record_slot *ret_slot)
{
	uint8_t sum[CHECKSUM_SIZE];

	if (memcmp(bytes, magic, sizeof magic) != 0)
		return RECORD_SLOT_INVALID;
	if (bytes_get_u16(&bytes[OFFSET_VERSION]) > RECORD_VERSION)
		return RECORD_SLOT_NEWER;
	sum_up(bytes, sum);
	if (memcmp(sum, &bytes[RECORD_CHECKSUM_OFFSET], sizeof sum) != 0 ||
	    bytes_get_u16(&bytes[OFFSET_VERSION]) != RECORD_VERSION ||
	    bytes_get_u16(&bytes[OFFSET_KIND]) != expected->kind ||
	    (bytes[OFFSET_FLAGS] & ~FLAG_LAZY) != 0 ||
	    bytes_get_u16(&bytes[OFFSET_ZERO]) != 0 ||
	    memcmp(&bytes[OFFSET_OWNER], expected->owner, RECORD_OWNER_SIZE) != 0)
		return RECORD_SLOT_INVALID;
	*ret_slot = (struct record_slot){
		.kind = expected->kind,
		.owner = expected->owner,
		.sequence = bytes_get_u64(&bytes[OFFSET_SEQUENCE]),
		.lazy = (bytes[OFFSET_FLAGS] & FLAG_LAZY) != 0,
		.settled = bytes[RECORD_SETTLED_OFFSET] == 1,
	};
	return RECORD_SLOT_VALID;
}
