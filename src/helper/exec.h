/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gateway that is a program of the site's: it reads the message from its standard input, and
 * its exit status says what became of it. Nothing of the message is in its arguments or its
 * environment.
 */
#ifndef SMSOTP_HELPER_EXEC_H
#define SMSOTP_HELPER_EXEC_H

#include <stdbool.h>

struct program;
struct program_order;
struct values;
struct wire_reply;

/* Called before the program begins; false: it does not. */
typedef bool exec_posting(void *data);

/* Fills *ret_reply; values tells which texts must not reach the log. */
void exec_send(struct program *program, const struct program_order *order,
	const struct values *values, exec_posting *posting, void *data,
	struct wire_reply *ret_reply);

#endif
