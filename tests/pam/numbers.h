/* SPDX-License-Identifier: BSD-2-Clause */
/* The phone numbers of a world, for the search for those that stand where none may. */
#ifndef SMSOTP_TESTS_NUMBERS_H
#define SMSOTP_TESTS_NUMBERS_H

#include <stddef.h>

/* Of each its last nine digits: however a number is written elsewhere, these stand in it. */
struct numbers {
	char **digits;
	size_t count;
};

/* Adds those of a list with commas or line ends between them that have at least nine digits. */
void numbers_note(struct numbers *numbers, const char *list);

void numbers_clear(struct numbers *numbers);

#endif
