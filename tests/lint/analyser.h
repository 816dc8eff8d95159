/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included in front of a file that an analyser reads. Analysers see one file at a time, and would
 * follow paths that the functions of other files exclude.
 */
#ifndef SMSOTP_TESTS_LINT_ANALYSER_H
#define SMSOTP_TESTS_LINT_ANALYSER_H

#include <stdlib.h>

#include "core/conf_file.h"
#include "core/fault.h"

/* They return the kind they were given, which is never 0. */
#define fault_set(fault, kind, ...)	\
	((void)(fault_set)((fault), (kind), __VA_ARGS__), (int)(kind))
#define fault_set_errno(fault, kind, errnum, ...)	\
	((void)(fault_set_errno)((fault), (kind), (errnum), __VA_ARGS__), (int)(kind))
#define conf_refuse(at, setting, ...)	\
	((void)(conf_refuse)((at), (setting), __VA_ARGS__), (int)FAULT_CONFIG)

/* What is required is there, or it is an error. */
static inline int
analyser_conf_string(const struct conf_at *at, const char *key, bool required,
	struct conf_length length, const char **ret_value)
{
	int rc = conf_string(at, key, required, length, ret_value);

	if (rc == 0 && required && *ret_value == NULL)
		__builtin_unreachable();
	return rc;
}
#define conf_string	analyser_conf_string

/* They do not see read(2) fill a block. Bytes that were never set are valgrind's to find. */
#define malloc(size)	calloc(1, (size))

#endif
