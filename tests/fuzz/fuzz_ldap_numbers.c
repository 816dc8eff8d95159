/* SPDX-License-Identifier: BSD-2-Clause */
/* Whatever a directory's values are, what is made of them is a line of at most eight of them. */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "helper/ldap_numbers.h"

/* Whether number, of that length, stands in data: nothing is made up. */
static bool
stands_in(const char *number, size_t length, const uint8_t *data, size_t size)
{
	return length > 0 && memmem(data, size, number, length) != NULL;
}

static void
check(const char *numbers, const uint8_t *data, size_t size)
{
	size_t count = 0;

	if (*numbers == '\0')
		return;
	for (const char *at = numbers;; at++) {
		const size_t length = strcspn(at, ",");

		FUZZ_HOLDS(length <= LDAP_NUMBERS_VALUE_MAX && stands_in(at, length, data, size));
		FUZZ_HOLDS(at[0] != ' ' && at[length - 1] != ' ');
		for (size_t i = 0; i < length; i++)
			FUZZ_HOLDS((unsigned char)at[i] >= 0x20 && at[i] != 0x7f);
		count++;
		at += length;
		if (*at == '\0')
			break;
	}
	FUZZ_HOLDS(count <= LDAP_NUMBERS_MAX);
}

/* Values, separated by a byte that UTF-8 has not. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char numbers[WIRE_NUMBERS_SIZE] = "";
	const uint8_t *at = data, *end = data + size;

	while (at < end) {
		const uint8_t *next = memchr(at, 0xff, (size_t)(end - at));
		const size_t length = (size_t)((next != NULL ? next : end) - at);
		const size_t before = strlen(numbers);
		char *value = malloc(length > 0 ? length : 1);

		if (value == NULL)
			return 0;
		/* A block of its own: what reads past it is found. */
		memcpy(value, at, length);
		FUZZ_HOLDS(ldap_numbers_add(value, length, numbers)
			? strlen(numbers) >= before : strlen(numbers) == before);
		free(value);
		at += length + 1;
	}
	check(numbers, data, size);
	return 0;
}
