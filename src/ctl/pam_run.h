/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a stack comes to, if it is known what its modules return: libpam's _pam_dispatch_aux on a
 * table. Pure.
 */
#ifndef SMSOTP_CTL_PAM_RUN_H
#define SMSOTP_CTL_PAM_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct pam_step {
	/* Included lines have the level of the line that includes them; those of a substack one
	 * more. */
	unsigned int level;
	bool substack;		/* stands before the lines of one, and does nothing */
	const int *actions;	/* pam_stack.h; NULL for a substack */
};

#define PAM_RUN_LEVELS 32

/*
 * results[i] is what the module of steps[i] returns, or anything for a substack. Sets ret_called[i]
 * for those that were called. Returns what pam_authenticate would.
 */
int pam_run(const struct pam_step *steps, size_t count, const int *results, bool *ret_called);

#endif
