/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/failure.h"

#include <stdio.h>
#include <string.h>

void
failure_say(struct wire_reply *reply, enum wire_outcome outcome, const char *what, int errnum)
{
	const char *words = errnum != 0 ? strerrordesc_np(errnum) : NULL;

	reply->outcome = outcome;
	snprintf(reply->detail, sizeof reply->detail, "%s%s%s", what, words != NULL ? ": " : "",
		words != NULL ? words : "");
}
