/* SPDX-License-Identifier: BSD-2-Clause */
/* From root to a user who may do nothing. */
#ifndef SMSOTP_HELPER_PRIVILEGE_H
#define SMSOTP_HELPER_PRIVILEGE_H

#include <sys/types.h>

struct fault;

/*
 * Becomes the user "smsotp", or "nobody" where there is none: all uids and gids, no
 * supplementary groups, and no way back; where the effective uid is not 0 already, stays who it
 * is. group, if not NULL, is taken instead of that user's own, as the only one; it must not be 0.
 * In both cases gives up every capability and, as far as the kernel lets it, the bounding set,
 * and is not dumpable. After a failure the process must not go on.
 */
int privilege_drop(const gid_t *group, struct fault *fault) __attribute__((warn_unused_result));

#endif
