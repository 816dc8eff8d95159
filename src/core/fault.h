/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of src/core and src/wire. Nothing there logs: a function that fails returns one of these
 * negative kinds and, where it takes a struct fault, writes what happened and where into it in
 * words an administrator can act on. Whoever called logs it once.
 */
#ifndef SMSOTP_CORE_FAULT_H
#define SMSOTP_CORE_FAULT_H

enum fault_kind {
	FAULT_CONFIG = -1,	/* a configuration file is wrong; text starts with "file:line: " */
	FAULT_STATE = -2,	/* a state file or directory cannot be used (rights, full, loose) */
	FAULT_DAMAGED = -3,	/* a record is torn, altered or from a newer version */
	FAULT_BUSY = -4,	/* a lock, or what another keeps, was not had in time */
	FAULT_MEMORY = -5,	/* malloc failed */
	FAULT_SYSTEM = -6,	/* another system call failed (random numbers, clone, sockets…) */
	FAULT_PROTOCOL = -7	/* bytes from a peer are not a well-formed message */
};

#define FAULT_TEXT_SIZE 512

struct fault {
	enum fault_kind kind;
	char text[FAULT_TEXT_SIZE];	/* one line, no control characters, no secrets */
};

/*
 * Fills *fault (NULL is allowed) and returns kind, so that "return fault_set(…)" reads well.
 * Control characters in the result become '?'; a text too long is cut.
 */
int fault_set(struct fault *fault, enum fault_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* As fault_set, with ": " and strerror of errnum at the end. */
int fault_set_errno(struct fault *fault, enum fault_kind kind, int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5), cold));

#endif
