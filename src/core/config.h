/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf, read and checked whole, as it is for one service: smsotp.conf(5). */
#ifndef SMSOTP_CORE_CONFIG_H
#define SMSOTP_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/code.h"
#include "core/e164.h"
#include "core/exempt.h"
#include "core/limit.h"

#define CONFIG_GATEWAYS_MAX 8
#define CONFIG_SOURCES_MAX 8
#define CONFIG_PHONE_MAX 512	/* bytes of a user's numbers in a list */

struct fault;
struct conf_file;
struct words;

enum config_bind { CONFIG_BIND_SESSION, CONFIG_BIND_CLIENT };
enum config_identity { CONFIG_IDENTITY_TARGET, CONFIG_IDENTITY_CALLER };
enum config_source_kind {
	CONFIG_SOURCE_LIST,
	CONFIG_SOURCE_FILE,
	CONFIG_SOURCE_LDAP,
	CONFIG_SOURCE_COMMAND
};

struct config_user { const char *name, *phone; };

struct config_source {
	enum config_source_kind kind;
	char *path;			/* FILE, LDAP (its configuration), COMMAND: absolute */
	int64_t timeout_ms;		/* COMMAND */
	struct config_user *users;	/* LIST */
	size_t user_count;
};

/* All strings belong to the config. What is not in the file has its default. */
struct config {
	struct conf_file *file;
	char *directory;		/* where smsotp.conf and gateways/ are, absolute */
	const char *gateways[CONFIG_GATEWAYS_MAX];
	size_t gateway_count;
	struct config_source sources[CONFIG_SOURCES_MAX];
	size_t source_count;
	const char *country_code;	/* NULL if not given */
	const char **allowed_prefixes;
	size_t allowed_prefix_count;
	struct code_form code;
	int64_t code_lifetime_ms;
	struct limit_guesses guesses;
	struct limit_budget budget;
	const char **reserve_groups;
	size_t reserve_group_count;
	bool reserve_groups_given;	/* not the default, which need not exist on every system */
	enum config_bind bind;
	int64_t remember_ms;		/* 0: no success counts again */
	int64_t send_after_ms, prompt_within_ms, send_timeout_ms;
	enum config_identity identity;
	int service_entry;		/* of services, which lies over the rest; -1: none */
	struct exempt_rule *exempt;	/* the first that holds counts */
	size_t exempt_count;
	struct words *words;		/* NULL: English */
	const char *contact;		/* "": that of the words */
	const char *message, *prompt;	/* may be those of the words */
	const char *origin;		/* "": no line that binds the code to a website */
	const char *state_dir, *run_dir;
	unsigned int events_kib;	/* the size of the event file; 0: none is kept */
};

/* As smsotp.conf and the log name it: "list", "file", "ldap", "command". */
const char *config_source_name(enum config_source_kind kind);

/* Compiled-in defaults of what a build decides. */
struct config_defaults {
	const char *state_dir, *run_dir;
};

/*
 * Loads and checks path (absolute) and the files of sentences that it names, and gives what is in
 * force for the PAM service (NULL: for one that has no settings of its own). The settings of all
 * services are checked, whichever asks: a mistake must not sleep until somebody uses su. Unknown
 * keys, wrong types, values out of range, unknown {variables} in message and prompt, a message
 * without {code} are errors. Returns 0, FAULT_CONFIG or FAULT_MEMORY. defaults must outlive the
 * config.
 */
int config_load(const char *path, const struct config_defaults *defaults, const char *service,
	struct config **ret_config, struct fault *fault) __attribute__((warn_unused_result));

/*
 * The same of a file that is not installed yet, open on fd: whose it is and where it lies is not
 * looked at. path is for messages; what it names is looked for beside installed, where it will be.
 */
int config_load_candidate(int fd, const char *path, const char *installed,
	const struct config_defaults *defaults, const char *service, struct config **ret_config,
	struct fault *fault) __attribute__((warn_unused_result));

/* Wipes phone numbers. Safe on NULL. */
void config_free(struct config **config);

#endif
