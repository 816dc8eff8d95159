/* SPDX-License-Identifier: BSD-2-Clause */
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

#include "script.h"

#define DIGITS 9

void
numbers_note(struct numbers *numbers, const char *list)
{
	while (*list != '\0') {
		size_t length = strcspn(list, ",\n"), count = 0;
		char *digits = script_alloc(length + 1);

		for (size_t i = 0; i < length; i++) {
			if (list[i] >= '0' && list[i] <= '9')
				digits[count++] = list[i];
		}
		if (count >= DIGITS) {
			numbers->digits = reallocarray(
				numbers->digits, numbers->count + 1, sizeof(char *));
			if (numbers->digits == NULL)
				abort();
			numbers->digits[numbers->count++] = script_copy(digits + count - DIGITS);
		}
		free(digits);
		list += length + (list[length] != '\0');
	}
}

void
numbers_clear(struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->count; i++)
		free(numbers->digits[i]);
	free(numbers->digits);
	*numbers = (struct numbers){ .count = 0 };
}
