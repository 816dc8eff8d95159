/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of reading smsotp.conf, for the config*.c files alone. */
#ifndef SMSOTP_CORE_CONFIG_PARTS_H
#define SMSOTP_CORE_CONFIG_PARTS_H

#include <stdbool.h>

#define CONFIG_NAME_MAX 256	/* bytes of a user's or group's name */
#define CONFIG_PATH_MAX 1023

struct conf_at;
struct config;

/* Whether name may be a user or a group: some bytes, no control character, ":" or "/". */
bool config_name_valid(const char *name);

/* Each reads its keys of the root group into config. Returns 0, FAULT_CONFIG or FAULT_MEMORY. */
int config_limits_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_phones_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));
int config_words_read(const struct conf_at *root, struct config *config)
	__attribute__((warn_unused_result));

#endif
