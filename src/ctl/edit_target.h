/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file of the configuration is meant, and what kind of file that is. */
#ifndef SMSOTP_CTL_EDIT_TARGET_H
#define SMSOTP_CTL_EDIT_TARGET_H

#include <limits.h>

#include "core/conf_file.h"

struct config;
struct ctl;

enum edit_kind { EDIT_CONF, EDIT_GATEWAY, EDIT_PHONES, EDIT_LDAP, EDIT_TEXTS };

struct edit_target {
	enum edit_kind kind;
	char path[PATH_MAX];		/* as the configuration names it; absolute */
	char directory[PATH_MAX];	/* smsotp.conf's */
	struct config *config;		/* NULL: it cannot be read */
};

/*
 * name is a path, a gateway, or what a file of the configuration is called; NULL: smsotp.conf.
 * Returns 0, FAULT_SYSTEM (no such file is known) or FAULT_CONFIG (none can be known but
 * smsotp.conf and gateways, since smsotp.conf cannot be read).
 */
int edit_target_find(const struct ctl *ctl, const char *name, struct edit_target *ret_target,
	struct fault *fault) __attribute__((warn_unused_result));

/* What may read it. */
enum conf_secrecy edit_target_secrecy(const struct edit_target *target);

/* Safe on one that was not found, if it was zero. */
void edit_target_free(struct edit_target *target);

#endif
