/* SPDX-License-Identifier: BSD-2-Clause */
/* What another program says: started by its absolute path, with an environment of its own. */
#ifndef SMSOTP_CTL_OUTPUT_H
#define SMSOTP_CTL_OUTPUT_H

#include <stddef.h>

/*
 * Runs argv (NULL-terminated; argv[0] is the path) with nothing on standard input and takes in what
 * it says on standard output and standard error, as much of it as fits, until it ends; after
 * timeout_ms it is killed. Returns its exit status, or -1 if it could not be started, was killed,
 * or was too slow. ret_text is terminated in every case.
 */
int output_of(const char *const argv[], int timeout_ms, char *ret_text, size_t size)
	__attribute__((warn_unused_result));

#endif
