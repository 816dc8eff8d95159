/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of reading smsotp.conf, for the config*.c files alone. */
#ifndef SMSOTP_CORE_CONFIG_PARTS_H
#define SMSOTP_CORE_CONFIG_PARTS_H

#include <libconfig.h>
#include <stdbool.h>

#define CONFIG_NAME_MAX 256	/* bytes of a user's or group's name */
#define CONFIG_PATH_MAX 1023

struct conf_at;
struct config;

/* Whether name may be a user or a group: some bytes, no control character, ":" or "/". */
bool config_name_valid(const char *name);

/*
 * Reads a path and makes it absolute: a relative one is looked for in directory, and refused where
 * that is NULL. To be freed; *ret_path is untouched if the key is absent.
 */
int config_path_read(const struct conf_at *at, const char *key, bool required,
	const char *directory, char **ret_path) __attribute__((warn_unused_result));

/* Whether name may be a PAM service. */
bool config_services_name_valid(const char *name);

/* The list of services: what its entries hold lies over the root. */
struct config_services {
	const config_setting_t *list;	/* NULL if there is none */
	int count;
	int chosen;			/* which names the service that asks; -1: none */
};

/* Checks the names of all entries, and that they hold known keys alone. service may be NULL. */
int config_services_read(const struct conf_at *root, const char *const known[],
	const char *service, struct config_services *ret_services)
	__attribute__((warn_unused_result));

/*
 * Each reads its keys into config; all but phones may lie over one another. What they allocate
 * belongs to the config. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int config_exempt_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_limits_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_phones_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_words_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_services_identity(const struct conf_at *at, struct config *config)
	__attribute__((warn_unused_result));

/* What config_exempt_read has allocated, also where it failed. */
void config_exempt_free(struct config *config);

#endif
