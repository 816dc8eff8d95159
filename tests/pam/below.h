/* SPDX-License-Identifier: BSD-2-Clause */
/* The processes below this one: keeper and helper. */
#ifndef SMSOTP_TESTS_BELOW_H
#define SMSOTP_TESTS_BELOW_H

#include <stddef.h>

/* How many of them run the program of this base name (at most 15 bytes, as the kernel keeps it). */
unsigned int below_named(const char *program);

/*
 * Names, arguments and environments of all of them, with NULs between; malloc'ed (or NULL);
 * *ret_size bytes.
 */
char *below_memory(size_t *ret_size);

#endif
