/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every helper's main does, in this order: look how it was called, open as root what only
 * root may open, become nobody, prepare, lock itself in, and only then read the request. See
 * wire/attempt.c for its other end.
 */
#ifndef SMSOTP_HELPER_STARTUP_H
#define SMSOTP_HELPER_STARTUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "helper/sandbox.h"

#define STARTUP_SOCKET 3	/* on which the request comes and the reply goes */
#define STARTUP_EXIT_USAGE 64

struct fault;
struct wire_request;

/* What differs between helpers. Functions that can fail return 0 or a fault's kind. */
struct startup_steps {
	const char *name;		/* of the program, for the log */
	const char *target;		/* what its second argument is, for the log: "gateway" */
	void *data;			/* given to each */
	/* Whether the two arguments are of the form that the keeper gives. */
	bool (*called_rightly)(char *arguments[]);
	/* As root. */
	int (*open)(void *data, char *arguments[], struct fault *fault);
	/* NULL, or which group to keep alone; NULL from it is the user's own. */
	const gid_t *(*group)(const void *data);
	/* As nobody, before the sandbox: files may still be read, processes started. */
	int (*prepare)(void *data, struct fault *fault);
	/* ready: prepare has succeeded. What cannot be done needs less than anything else. */
	struct sandbox (*sandbox)(const void *data, bool ready);
	/* Confined: asks, and tells the reply. May change the request; it is wiped afterwards. */
	void (*serve)(void *data, struct wire_request *request);
	/* Instead of serve, if anything before has failed. */
	void (*refuse)(void *data, const struct fault *fault);
};

/* Takes them all. Ends the process where there is nobody to tell what is wrong. */
void startup_run(const struct startup_steps *steps, int argc, char *argv[]);

#endif
