/* SPDX-License-Identifier: BSD-2-Clause */
/* What this process uses: for scripts that log in a thousand times. */
#ifndef SMSOTP_TESTS_USAGE_H
#define SMSOTP_TESTS_USAGE_H

#include <stddef.h>

struct usage {
	size_t heap_bytes; /* in use; 0 where the allocator is not glibc's own (valgrind,
			      sanitizers) */
	size_t resident_kib;
	unsigned int files; /* open */
};

struct usage usage_now(void);

/*
 * NULL if nothing has grown beyond what chance explains, else what has (static). Fewer than 400
 * logins prove little.
 */
const char *usage_growth(const struct usage *before, const struct usage *after);

/*
 * Whether valgrind or a sanitizer runs this process: it is slow then, and leaks are found by them.
 */
int usage_is_instrumented(void);

#endif
