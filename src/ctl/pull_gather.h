/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers that a directory has for many accounts, asked for one after another. */
#ifndef SMSOTP_CTL_PULL_GATHER_H
#define SMSOTP_CTL_PULL_GATHER_H

#include <jansson.h>
#include <stddef.h>

#include "core/phones_made.h"
#include "ctl/crowd.h"

struct config;
struct config_source;
struct ctl;
struct fault;

struct pull_gathered {
	struct crowd crowd;		/* the names of users are its */
	struct phones_made_user *users;	/* for whom the directory has something */
	size_t count;
	size_t asked, without;		/* accounts; those for whom it has nothing */
	json_t *unusable;		/* what it has and nobody can be texted at */
};

/*
 * Asks source for everybody in group (NULL: as crowd_gather) who has an account. The first
 * look-up that fails ends it: a directory that is asked for some is no answer for the rest.
 * Returns 0, FAULT_SYSTEM or FAULT_MEMORY; ret_gathered is to be freed in any case.
 */
int pull_gather(const struct ctl *ctl, const struct config *config,
	const struct config_source *source, const char *group,
	struct pull_gathered *ret_gathered, struct fault *fault)
	__attribute__((warn_unused_result));

/* Wipes and frees. Safe on a zeroed one. */
void pull_gather_free(struct pull_gathered *gathered);

#endif
