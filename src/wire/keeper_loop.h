/* SPDX-License-Identifier: BSD-2-Clause */
/* What the keeper does, inside its clone. Async-signal-safe. */
#ifndef SMSOTP_WIRE_KEEPER_LOOP_H
#define SMSOTP_WIRE_KEEPER_LOOP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/deadline.h"
#include "wire/keeper.h"

/*
 * Everything the clone needs, made by the module before it in one block: the clone cannot
 * allocate.
 */
struct keeper_plan {
	struct wire_request request;
	const char *helper, *name, *argument;
	const char *targets[KEEPER_ATTEMPTS_MAX];
	struct health_row *health[KEEPER_ATTEMPTS_MAX];
	size_t target_count;
	struct deadline start;		/* nothing is started sooner */
	int64_t timeout_ms;		/* from then on */
	pid_t host;
	int socket;			/* the keeper's end */
	char strings[];			/* what the pointers above point at */
};

/*
 * Never returns. First waits for one datagram, the word to go: until then the module may find
 * that something else has failed, and nothing is started. After it anything at the socket, or its
 * end, means stop.
 */
_Noreturn void keeper_loop_run(struct keeper_plan *plan);

#endif
