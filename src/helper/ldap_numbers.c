/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_numbers.h"

#include <sodium.h>
#include <string.h>

#include "core/utf8.h"

_Static_assert(LDAP_NUMBERS_MAX * (LDAP_NUMBERS_VALUE_MAX + 1) <= WIRE_NUMBERS_SIZE,
	"all that is taken has room");

static size_t
count(const char *numbers)
{
	size_t found = *numbers != '\0';

	for (; *numbers != '\0'; numbers++)
		found += *numbers == ',';
	return found;
}

static bool
usable(const char *value)
{
	return utf8_is_printable(value) && strchr(value, ',') == NULL;
}

bool
ldap_numbers_add(const char *bytes, size_t size, char numbers[static WIRE_NUMBERS_SIZE])
{
	char value[LDAP_NUMBERS_VALUE_MAX + 1] = "";
	size_t used = strlen(numbers);
	bool taken;

	while (size > 0 && *bytes == ' ') {
		bytes++;
		size--;
	}
	while (size > 0 && bytes[size - 1] == ' ')
		size--;
	if (size == 0 || count(numbers) >= LDAP_NUMBERS_MAX)
		return true;
	if (size > LDAP_NUMBERS_VALUE_MAX || memchr(bytes, '\0', size) != NULL)
		return false;
	memcpy(value, bytes, size);
	taken = usable(value);
	if (taken) {
		if (used > 0)
			numbers[used++] = ',';
		memcpy(numbers + used, value, size + 1);
	}
	sodium_memzero(value, sizeof value);
	return taken;
}
