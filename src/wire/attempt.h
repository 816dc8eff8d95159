/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One helper's life, inside the keeper: started, given its request, watched under its deadline,
 * killed and reaped. What it sends is data from an untrusted process. Async-signal-safe.
 */
#ifndef SMSOTP_WIRE_ATTEMPT_H
#define SMSOTP_WIRE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/wire.h"

struct attempt_order {
	const char *helper;		/* absolute path */
	const char *name;		/* its argv[0] */
	const char *argument;		/* argv[1] */
	const char *target;		/* argv[2] */
	const struct wire_request *request;
	uint32_t timeout_ms;		/* this attempt's share, at least 1 */
	int module_socket;		/* anything that happens there ends the attempt */
	int null_errno;			/* why 0, 1 and 2 are not /dev/null; 0 if they are */
};

/*
 * Returns true with what became of it in *ret_reply: the helper's own reply, or one made up for a
 * helper that gave none (WIRE_AMBIGUOUS if it had said WIRE_KIND_POSTING, else WIRE_UNREACHABLE).
 * False, also with a reply, if the module wants no more attempts. The helper and what stayed in
 * its process group are dead by then.
 */
bool attempt_run(const struct attempt_order *order, struct wire_reply *ret_reply);

#endif
