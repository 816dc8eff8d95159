/* SPDX-License-Identifier: BSD-2-Clause */
/* A helper's side of the socket: one request in, at most one word in between, one reply out. */
#ifndef SMSOTP_HELPER_EXCHANGE_H
#define SMSOTP_HELPER_EXCHANGE_H

#include <stdbool.h>

struct fault;
struct values;
struct wire_reply;
struct wire_request;

/*
 * Takes the request off the socket; who could not take it must do so all the same: left there, it
 * would turn into ECONNRESET for the keeper when this process ends. name is the helper's. Returns
 * 0 or FAULT_PROTOCOL; ends the process if the keeper is gone.
 */
int exchange_read(const char *name, struct wire_request *ret_request, struct fault *fault)
	__attribute__((warn_unused_result));

/* False if nobody is there to take it. */
bool exchange_tell_posting(void) __attribute__((warn_unused_result));
void exchange_tell_reply(const struct wire_reply *reply);

/*
 * The reply that a fault makes: nothing was asked, and nothing will be until an administrator
 * acts, or until what was not had can be had. values tells what must not be said.
 */
void exchange_fault_reply(
	const struct fault *fault, const struct values *values, struct wire_reply *ret_reply);

#endif
