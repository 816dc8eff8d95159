/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a gateway can be reached: names, connection, proxy, TLS; not a byte of a request. */
#ifndef SMSOTP_HELPER_PROBE_H
#define SMSOTP_HELPER_PROBE_H

#include "wire/deadline.h"

struct job;
struct wire_reply;

/*
 * For a job that was prepared and confined. connected: when a connection must stand, each; total:
 * when all must. *ret_reply is WIRE_ACCEPTED or WIRE_UNREACHABLE, with why in detail. A gateway of
 * this machine needs no connection. Exit is by _exit(2), as after http_send.
 */
void probe_connect(struct job *job, struct deadline connected, struct deadline total,
	struct wire_reply *ret_reply);

#endif
