/* SPDX-License-Identifier: BSD-2-Clause */
/* Integers in files: big-endian on every machine, at any address. */
#ifndef SMSOTP_CORE_BYTES_H
#define SMSOTP_CORE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void
bytes_put_u16(uint8_t *bytes, uint16_t value)
{
	value = htobe16(value);
	memcpy(bytes, &value, sizeof value);
}

static inline void
bytes_put_u32(uint8_t *bytes, uint32_t value)
{
	value = htobe32(value);
	memcpy(bytes, &value, sizeof value);
}

static inline void
bytes_put_u64(uint8_t *bytes, uint64_t value)
{
	value = htobe64(value);
	memcpy(bytes, &value, sizeof value);
}

static inline void
bytes_put_i64(uint8_t *bytes, int64_t value)
{
	bytes_put_u64(bytes, (uint64_t)value);
}

static inline uint16_t
bytes_get_u16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof value);
	return be16toh(value);
}

static inline uint32_t
bytes_get_u32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof value);
	return be32toh(value);
}

static inline uint64_t
bytes_get_u64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof value);
	return be64toh(value);
}

static inline int64_t
bytes_get_i64(const uint8_t *bytes)
{
	return (int64_t)bytes_get_u64(bytes);
}

/* Bytes that a format leaves unused are zero; anything else there is a format we do not know. */
static inline bool
bytes_zero(const uint8_t *bytes, size_t size)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < size; i++)
		seen |= bytes[i];
	return seen == 0;
}

#endif
