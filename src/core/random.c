/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/random.h"

#include <errno.h>
#include <sodium.h>
#include <sys/random.h>

#include "core/fault.h"

/*
 * A fair generator is refused 128 times in a row with probability below 2^-128: then it is broken.
 */
#define DRAWS_MAX 128

int
random_bytes(void *buffer, size_t size)
{
	unsigned char *bytes = buffer;
	size_t filled = 0;

	while (filled < size) {
		ssize_t got = getrandom(bytes + filled, size - filled, 0);

		if (got > 0) {
			filled += (size_t)got;
		} else if (got == 0 || errno != EINTR) {
			sodium_memzero(buffer, size);
			return FAULT_SYSTEM;
		}
	}
	return 0;
}

/*
 * Bytes past the last whole multiple of bound are thrown away: kept, they would favour the low
 * numbers.
 */
int
random_below(unsigned int bound, unsigned int *ret_number)
{
	unsigned int limit;
	uint8_t byte;

	if (bound == 0 || bound > 256)
		return FAULT_SYSTEM;
	limit = 256 - 256 % bound;
	for (int i = 0; i < DRAWS_MAX; i++) {
		int fault = random_bytes(&byte, sizeof byte);

		if (fault != 0)
			return fault;
		if (byte < limit) {
			*ret_number = byte % bound;
			sodium_memzero(&byte, sizeof byte);
			return 0;
		}
	}
	return FAULT_SYSTEM;
}
