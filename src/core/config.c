/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config_parts.h"
#include "core/fault.h"
#include "core/gateway_name.h"
#include "core/words.h"

static bool
config_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

bool
config_name_valid(const char *name)
{
	size_t length = 0;

	for (; name[length] != '\0'; length++) {
		if (config_is_control(name[length]) || name[length] == ':' || name[length] == '/')
			return false;
	}
	return length > 0 && length <= CONFIG_NAME_MAX;
}

int
config_path_read(const struct conf_at *at, const char *key, bool required, const char *directory,
	char **ret_path)
{
	const struct conf_length length = { 1, CONFIG_PATH_MAX };
	const char *path = NULL;
	char *whole;
	int status = conf_string(at, key, required, length, &path);

	if (status != 0 || path == NULL)
		return status;
	if (path[0] != '/' && directory == NULL)
		return conf_refuse(at, conf_setting(at, key), "must begin with /");
	if (asprintf(&whole, "%s%s%s", path[0] == '/' ? "" : directory, path[0] == '/' ? "" : "/",
	    path) < 0)
		return fault_set(at->fault, FAULT_MEMORY, "out of memory");
	*ret_path = whole;
	return 0;
}

static int
config_gateways(const struct conf_at *root, struct config *config)
{
	const struct conf_range count = { 1, CONFIG_GATEWAYS_MAX };
	const config_setting_t *setting = conf_setting(root, "gateways");
	const char **names = NULL;
	size_t n = 0;
	int status = conf_strings(root, "gateways", true, count, &names, &n);

	for (size_t i = 0; status == 0 && i < n; i++) {
		const config_setting_t *entry = config_setting_get_elem(setting, (unsigned int)i);

		if (!gateway_name_valid(names[i])) {
			status = conf_refuse(root, entry, "not the name of a gateway "
				"(letters, digits, \".\", \"_\", \"-\"; first a letter or digit)");
		}
		for (size_t j = 0; status == 0 && j < i; j++) {
			if (strcmp(names[j], names[i]) == 0)
				status = conf_refuse(root, entry, "\"%s\" is listed twice",
					names[i]);
		}
		config->gateways[i] = names[i];
	}
	if (status == 0)
		config->gateway_count = n;
	free(names);
	return status;
}

/* The default of allowed_prefixes, "+country_code", in one piece with its array. */
static int
config_own_country(const struct conf_at *root, struct config *config)
{
	size_t size = strlen(config->country_code) + 2;
	const char **prefixes = calloc(1, sizeof *prefixes + size);
	char *text;

	if (prefixes == NULL)
		return fault_set(root->fault, FAULT_MEMORY, "out of memory");
	text = (char *)(prefixes + 1);
	text[0] = '+';
	memcpy(text + 1, config->country_code, size - 1);
	prefixes[0] = text;
	config->allowed_prefixes = prefixes;
	config->allowed_prefix_count = 1;
	return 0;
}

static int
config_countries(const struct conf_at *root, struct config *config)
{
	const struct conf_length length = { 1, 3 };
	const struct conf_range count = { 1, E164_PREFIXES_MAX };
	const config_setting_t *setting;
	int status = conf_string(root, "country_code", false, length, &config->country_code);

	if (status == 0 && config->country_code != NULL &&
		!e164_is_calling_code(config->country_code)) {
		return conf_refuse(root, conf_setting(root, "country_code"),
			"not a country's calling code; for instance \"44\", without \"+\"");
	}
	if (status == 0) {
		status = conf_strings(root, "allowed_prefixes", false, count,
			&config->allowed_prefixes, &config->allowed_prefix_count);
	}
	if (status != 0)
		return status;
	if (config->allowed_prefixes == NULL) {
		if (config->country_code != NULL)
			return config_own_country(root, config);
		return conf_refuse(root, NULL,
			"\"country_code\" or \"allowed_prefixes\" is missing");
	}
	setting = conf_setting(root, "allowed_prefixes");
	for (size_t i = 0; i < config->allowed_prefix_count; i++) {
		if (!e164_prefix_valid(config->allowed_prefixes[i])) {
			return conf_refuse(root, config_setting_get_elem(setting, (unsigned int)i),
				"not a prefix; for instance \"+44\" or \"!+4470\"");
		}
	}
	return 0;
}

static int
config_sending(const struct conf_at *root, struct config *config)
{
	static const char *const binds[] = { "session", "client", NULL };
	const struct conf_range send_after_ms = { 0, 10000 }, prompt_within_ms = { 0, 30000 };
	const struct conf_range send_timeout_ms = { 1000, 60000 }, remember_ms = { 0, 86400000 };
	unsigned int bind = 0;
	int status = conf_choice(root, "bind", false, binds, &bind);

	config->bind = bind == 1 ? CONFIG_BIND_CLIENT : CONFIG_BIND_SESSION;
	config->remember_ms = 0;
	config->send_after_ms = 0;
	config->prompt_within_ms = 1500;
	config->send_timeout_ms = 20000;
	if (status == 0)
		status = conf_seconds(root, "remember", false, remember_ms, &config->remember_ms);
	if (status == 0)
		status = conf_seconds(root, "send_after", false, send_after_ms,
			&config->send_after_ms);
	if (status == 0)
		status = conf_seconds(root, "prompt_within", false, prompt_within_ms,
			&config->prompt_within_ms);
	if (status == 0)
		status = conf_seconds(root, "send_timeout", false, send_timeout_ms,
			&config->send_timeout_ms);
	return status;
}

/* Absolute, and every component a name: ".." would lead out of what the administrator looked at. */
static bool
config_directory_valid(const char *path)
{
	if (path[0] != '/')
		return false;
	for (const char *p = path; *p != '\0'; p++) {
		if (config_is_control(*p))
			return false;
		if (strncmp(p, "/..", 3) == 0 && (p[3] == '/' || p[3] == '\0'))
			return false;
	}
	return true;
}

static int
config_directory(const struct conf_at *root, const char *key, const char **directory)
{
	const struct conf_length length = { 1, CONFIG_PATH_MAX };
	int status = conf_string(root, key, false, length, directory);

	if (status == 0 && !config_directory_valid(*directory)) {
		return conf_refuse(root, conf_setting(root, key),
			"must be an absolute path without \"..\"");
	}
	return status;
}

static int
config_directories(const struct conf_at *root, struct config *config)
{
	int status = config_directory(root, "state_dir", &config->state_dir);

	if (status == 0)
		status = config_directory(root, "run_dir", &config->run_dir);
	return status;
}

static int
config_events(const struct conf_at *root, struct config *config)
{
	long long kib = 16384;
	int status = conf_integer(root, "events", false, (struct conf_range){ 0, 1048576 }, &kib);

	config->events_kib = (unsigned int)kib;
	return status;
}

/* What may stand in services too. */
#define CONFIG_POLICY_KEYS \
	"country_code", "allowed_prefixes", "code", "guesses", "budget", "bind", "remember", \
	"send_after", "prompt_within", "send_timeout", "contact", "message", "origin", "prompt", \
	"texts", "identity", "exempt"

typedef int config_part(const struct conf_at *at, struct config *config);

static int
config_read_parts(config_part *const parts[], const struct conf_at *at, struct config *config)
{
	int status = 0;

	for (size_t i = 0; status == 0 && parts[i] != NULL; i++)
		status = parts[i](at, config);
	return status;
}

static void
config_free_policy(struct config *config)
{
	free(config->allowed_prefixes);
	free(config->reserve_groups);
	words_free(&config->words);
	config_exempt_free(config);
}

/*
 * The contents of a file that was parsed: what holds for all services, then the policy without
 * services and with each entry over it. Which of these is in force goes into config.
 */
static int
config_read_all(struct config *config, const char *service, struct fault *fault)
{
	static const char *const known[] = {
		"gateways", "phones", "services", "state_dir", "run_dir", "events",
		CONFIG_POLICY_KEYS, NULL
	};
	static const char *const known_in_services[] = { "names", CONFIG_POLICY_KEYS, NULL };
	static config_part *const common[] = {
		config_gateways, config_phones_read, config_directories, config_events, NULL
	};
	static config_part *const policy[] = {
		config_countries, config_limits_read, config_sending, config_words_read,
		config_services_identity, config_exempt_read, NULL
	};
	const struct conf_at root = {
		.file = config->file,
		.group = conf_file_root(config->file),
		.name = "",
		.fault = fault,
	};
	struct config_services services = { .list = NULL };
	struct config plain;
	int status = conf_known(&root, known);

	if (status == 0)
		status = config_read_parts(common, &root, config);
	if (status == 0)
		status = config_services_read(&root, known_in_services, service, &services);
	config->service_entry = services.chosen;
	plain = *config;
	for (int i = -1; status == 0 && i < services.count; i++) {
		struct config other = plain, *read = i == services.chosen ? config : &other;
		struct conf_at at = root;

		if (i >= 0)
			at.over = config_setting_get_elem(services.list, (unsigned int)i);
		status = config_read_parts(policy, &at, read);
		config_free_policy(&other);
	}
	return status;
}

/* path is for messages and, where fd is -1, to be opened; what it names is beside installed. */
static int
config_load_from(int fd, const char *path, const char *installed,
	const struct config_defaults *defaults, const char *service, struct config **ret_config,
	struct fault *fault)
{
	struct config *config;
	const char *slash = strrchr(installed, '/');
	int status;

	if (installed[0] != '/' || slash == NULL)
		return fault_set(fault, FAULT_CONFIG, "%s: must be an absolute path", installed);
	config = calloc(1, sizeof *config);
	if (config == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	config->state_dir = defaults->state_dir;
	config->run_dir = defaults->run_dir;
	config->directory = strndup(installed,
		slash == installed ? 1 : (size_t)(slash - installed));
	if (config->directory == NULL) {
		status = fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
		goto out;
	}
	if (fd >= 0)
		status = conf_file_parse(fd, path, &config->file, fault);
	else
		status = conf_file_load(path, CONF_PUBLIC, &config->file, fault);
	if (status == 0)
		status = config_read_all(config, service, fault);
	if (status == 0) {
		*ret_config = config;
		config = NULL;
	}
out:
	config_free(&config);
	return status;
}

int
config_load(const char *path, const struct config_defaults *defaults, const char *service,
	struct config **ret_config, struct fault *fault)
{
	return config_load_from(-1, path, path, defaults, service, ret_config, fault);
}

int
config_load_candidate(int fd, const char *path, const char *installed,
	const struct config_defaults *defaults, const char *service, struct config **ret_config,
	struct fault *fault)
{
	return config_load_from(fd, path, installed, defaults, service, ret_config, fault);
}

void
config_free(struct config **config)
{
	if (config == NULL || *config == NULL)
		return;
	for (size_t i = 0; i < (*config)->source_count; i++) {
		free((*config)->sources[i].path);
		free((*config)->sources[i].users);
	}
	config_free_policy(*config);
	free((*config)->directory);
	conf_file_free(&(*config)->file);	/* the numbers are in there, and are wiped */
	free(*config);
	*config = NULL;
}
