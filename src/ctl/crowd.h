/* SPDX-License-Identifier: BSD-2-Clause */
/* Many accounts by name: those of a group, or all that have a shell to log in to. */
#ifndef SMSOTP_CTL_CROWD_H
#define SMSOTP_CTL_CROWD_H

#include <stddef.h>

#include "core/fault.h"

struct crowd {
	size_t count, left_out;		/* without such a shell */
	char **names;			/* each once */
};

/* group NULL: all. FAULT_SYSTEM if there is no such group. */
int crowd_gather(const char *group, struct crowd *ret_crowd, struct fault *fault)
	__attribute__((warn_unused_result));
void crowd_free(struct crowd *crowd);

#endif
