/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included in front of every file of a coverage build. Keeper and helper end by _exit, which
 * writes none of gcov's counts, so they are written here first. (Not those of a helper in its
 * sandbox: it may not write.)
 */
#ifndef SMSOTP_TESTS_COVERAGE_H
#define SMSOTP_TESTS_COVERAGE_H

#include <unistd.h>

void __gcov_dump(void);

static inline _Noreturn void
coverage_exit(int status)
{
	__gcov_dump();
	(_exit)(status);
}

#define _exit(status) coverage_exit(status)

#endif
