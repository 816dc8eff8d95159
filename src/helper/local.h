/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts that go by way of this machine: a daemon's spool, a program of the site's. What they need
 * is opened while root, the text written when privileges are gone.
 */
#ifndef SMSOTP_HELPER_LOCAL_H
#define SMSOTP_HELPER_LOCAL_H

#include "helper/description.h"
#include "helper/program.h"
#include "helper/sandbox.h"
#include "helper/spool.h"

struct fault;
struct gateway;
struct http_way;
struct values;
struct wire_reply;

struct local {
	struct spool spool;
	struct sandbox_writable writable;
	struct program program;
};

#define LOCAL_NONE { .spool = SPOOL_NONE }

/* While root: what the gateway file names. Returns 0 or FAULT_CONFIG. */
int local_open(const struct gateway *gateway, struct local *local, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * When the description is known: whether the gateway file has what its transport needs, HTTP
 * included, and nothing that it has no use for. Returns 0 or FAULT_CONFIG.
 */
int local_check(const struct gateway *gateway, enum description_transport transport,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * local_check, when privileges are gone; and starts the process that waits to be the program.
 * Returns 0, FAULT_CONFIG or FAULT_SYSTEM.
 */
int local_prepare(const struct gateway *gateway, enum description_transport transport,
	struct local *local, struct fault *fault) __attribute__((warn_unused_result));

/*
 * For SPOOL and EXEC. A value that may not stand where it is put is a fault, whose text does not
 * hold it: FAULT_CONFIG, FAULT_MEMORY. Else *ret_reply says what became of the text. Of way only
 * the end and posting count.
 */
int local_send(const struct description_send *send, struct local *local,
	const struct values *values, const struct http_way *way, struct wire_reply *ret_reply,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
