/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of the site's: started before there is anything to tell it, in a sandbox of its own,
 * and run once. What its end means is for those who run it: exec.h, command_source.h.
 */
#ifndef SMSOTP_HELPER_PROGRAM_H
#define SMSOTP_HELPER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "helper/sandbox.h"
#include "wire/deadline.h"
#include "wire/wire.h"

#define PROGRAM_SAID_SIZE 1024	/* of each of its outputs, with NUL */
#define PROGRAM_ARGUMENT_SIZE WIRE_NAME_SIZE

struct fault;
struct values;

/* A process that waits to become the program. */
struct program {
	pid_t pid;		/* 0: none */
	int pidfd;
	int go;			/* a word on it lets the program begin; its end ends the process */
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

struct program_order {
	const char *argument;		/* its only one; NULL: none */
	const char *input;		/* what it can read from 0; then the end */
	size_t input_size;
	struct deadline deadline;	/* when it is killed */
};

enum program_fate {
	PROGRAM_EXITED,			/* number: its status */
	PROGRAM_SIGNALLED,		/* number: the signal */
	PROGRAM_NOT_RUN,		/* it did not begin; number: errno */
	PROGRAM_LATE			/* it was killed, or would not die */
};

/* What it printed; the rest is read and forgotten. */
struct program_said {
	char text[PROGRAM_SAID_SIZE];	/* NUL-terminated; may hold others */
	size_t size;
	bool cut;			/* there was more */
};

struct program_end {
	enum program_fate fate;
	int number;
	struct program_said output, errors;
};

/* Runs it to its end or to the deadline. *ret_end may hold numbers: wipe it. */
void program_run(struct program *program, const struct program_order *order,
	struct program_end *ret_end);

/* Its first line. */
struct program_line { char text[PROGRAM_SAID_SIZE]; };
struct program_line program_first_line(const struct program_said *said);

/*
 * How it ended, for the log, with the first line it said on 2; values tells what must not be
 * said there.
 */
void program_describe(const struct program_end *end, const struct values *values,
	char ret_detail[static WIRE_DETAIL_SIZE]);

#endif
