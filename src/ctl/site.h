/* SPDX-License-Identifier: BSD-2-Clause */
/* What most commands work on: the configuration in force, the state, an account. */
#ifndef SMSOTP_CTL_SITE_H
#define SMSOTP_CTL_SITE_H

#include <stdbool.h>

#include "core/account.h"
#include "core/config.h"
#include "core/phones.h"
#include "core/store.h"

struct ctl;

/* What this build decides of a configuration. */
extern const struct config_defaults site_defaults;

struct site {
	struct config *config;
	struct store_settings settings;
	struct store *store;	/* NULL until site_open_store */
};

#define SITE_NONE { .config = NULL, .store = NULL }

/* Reads ctl's configuration as a login of service (NULL: of none in particular) would. */
int site_load(const struct ctl *ctl, const char *service, struct site *ret_site,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Opens the state, making what is missing of it, as a login does. site must stay where it is
 * until site_close.
 */
int site_open_store(struct site *site, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Visits the file of sentences of the common settings and those of services, by their absolute
 * paths. -1: out of memory.
 */
int site_each_texts(const struct config *config, void (*visit)(void *data, const char *path),
	void *data) __attribute__((warn_unused_result));

/* Wipes and closes all. Safe on SITE_NONE. */
void site_close(struct site *site);

/* FAULT_SYSTEM if there is no such account. */
int site_find_account(const char *name, struct account *ret_account, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
