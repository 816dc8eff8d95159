/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gateway that is a program of the site's: it reads the message from its standard input, and
 * its exit status says what became of it. Nothing of the message is in its arguments or its
 * environment.
 */
#ifndef SMSOTP_HELPER_PROGRAM_H
#define SMSOTP_HELPER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "helper/sandbox.h"
#include "wire/deadline.h"

struct fault;
struct values;
struct wire_reply;

/* A process that waits to become the program. */
struct program {
	pid_t pid;		/* 0: none */
	int pidfd;
	int go;			/* a byte on it lets the program begin; its end ends the process */
	int input, output, errors;	/* our ends of the program's 0, 1 and 2 */
	int failure;		/* an errno comes out of it if the program could not begin */
};

/*
 * While root: whether path may be run. Refused: symbolic links, what is no executable regular
 * file, and what anybody but root could have put there or could change. Returns 0 or
 * FAULT_CONFIG.
 */
int program_check(const char *path, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Once privileges are gone, and before a list of system calls stands: starts the process that
 * will be the program, in SANDBOX_PROGRAM and in this process's group, with which the keeper
 * kills it. path is borrowed for good.
 */
int program_start(const char *path, const struct sandbox_writable *writable,
	struct program *ret_program, struct fault *fault) __attribute__((warn_unused_result));

/* Called before the program begins; false: it does not. */
typedef bool program_posting(void *data);

struct program_message { const char *bytes; size_t size; };

/*
 * Runs it to its end or to the deadline, when it is killed. Fills *ret_reply; values tells which
 * texts must not reach the log.
 */
void program_run(struct program *program, const struct program_message *message,
	const struct values *values, struct deadline deadline, program_posting *posting,
	void *data, struct wire_reply *ret_reply);

#endif
