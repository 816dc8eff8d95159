/* SPDX-License-Identifier: BSD-2-Clause */
/* Why this machine did not take a text. */
#ifndef SMSOTP_HELPER_FAILURE_H
#define SMSOTP_HELPER_FAILURE_H

#include "wire/wire.h"

/* Sets outcome and detail: what, and the words of an errno. 0: without. what holds no secret. */
void failure_say(struct wire_reply *reply, enum wire_outcome outcome, const char *what, int errnum);

#endif
