/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: services, that is which entry lies over the rest for whom. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "core/conf_file.h"
#include "core/config.h"
#include "core/config_parts.h"
#include "core/fault.h"

#define CONFIG_SERVICES_MAX 32
#define CONFIG_SERVICES_NAMES_MAX 32	/* of one entry */
#define CONFIG_SERVICES_NAME_SIZE 24

/* pam_start(3) leaves the part behind the last "/", in small letters: the name of a file. */
bool
config_services_name_valid(const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == ' ' || (*p >= 'A' && *p <= 'Z'))
			return false;
	}
	return config_name_valid(name);
}

/* Which of the first count names is service; -1 if none. All are strings. */
static int
config_services_find(const config_setting_t *names, int count, const char *service)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(config_setting_get_string_elem(names, i), service) == 0)
			return i;
	}
	return -1;
}

/* Two entries for one service: which was meant? */
static int
config_services_unique(const struct conf_at *at, const config_setting_t *list, int index)
{
	const config_setting_t *names = conf_setting(at, "names");

	for (int i = 0; i < config_setting_length(names); i++) {
		const char *name = config_setting_get_string_elem(names, i);
		const config_setting_t *place = config_setting_get_elem(names, (unsigned int)i);

		if (config_services_find(names, i, name) >= 0)
			return conf_refuse(at, place, "\"%s\" is listed twice", name);
		for (int k = 0; k < index; k++) {
			const config_setting_t *other = config_setting_get_member(
				config_setting_get_elem(list, (unsigned int)k), "names");

			if (config_services_find(other, config_setting_length(other), name) >= 0)
				return conf_refuse(at, place, "\"%s\" is in services[%d] already",
					name, k);
		}
	}
	return 0;
}

static int
config_services_names(const struct conf_at *at)
{
	const struct conf_range count = { 1, CONFIG_SERVICES_NAMES_MAX };
	const char **names = NULL;
	size_t n = 0;
	int status = conf_strings(at, "names", true, count, &names, &n);

	for (size_t i = 0; status == 0 && i < n; i++) {
		if (!config_services_name_valid(names[i])) {
			status = conf_refuse(at,
				config_setting_get_elem(conf_setting(at, "names"), (unsigned int)i),
				"not the name of a PAM service; for instance \"sshd\"");
		}
	}
	free(names);
	return status;
}

/*
 * All processes count clients and the host in one table, which has one window for each and is
 * replaced where a configuration has another: two services would replace each other's at every
 * login.
 */
static int
config_services_windows(const struct conf_at *at)
{
	static const char *const budgets[] = { "client", "host" };
	const config_setting_t *budget = conf_setting(at, "budget");

	for (size_t i = 0; budget != NULL && i < sizeof budgets / sizeof *budgets; i++) {
		const config_setting_t *one = config_setting_get_member(budget, budgets[i]);
		const config_setting_t *window =
			one != NULL ? config_setting_get_member(one, "seconds") : NULL;

		if (window != NULL)
			return conf_refuse(at, window,
				"all services share this window: set it outside of services");
	}
	return 0;
}

int
config_services_read(const struct conf_at *root, const char *const known[], const char *service,
	struct config_services *ret_services)
{
	const struct conf_range count = { 0, CONFIG_SERVICES_MAX };
	struct config_services services = { .chosen = -1 };
	char name[CONFIG_SERVICES_NAME_SIZE];
	int status = conf_list(root, "services", false, count, &services.list);

	if (status == 0 && services.list != NULL)
		services.count = config_setting_length(services.list);
	for (int i = 0; status == 0 && i < services.count; i++) {
		const struct conf_at at = {
			.file = root->file,
			.group = config_setting_get_elem(services.list, (unsigned int)i),
			.name = name,
			.fault = root->fault,
		};
		const config_setting_t *names;

		snprintf(name, sizeof name, "services[%d]", i);
		status = conf_known(&at, known);
		if (status == 0)
			status = config_services_names(&at);
		if (status == 0)
			status = config_services_unique(&at, services.list, i);
		if (status == 0)
			status = config_services_windows(&at);
		names = conf_setting(&at, "names");
		if (status == 0 && service != NULL &&
			config_services_find(names, config_setting_length(names), service) >= 0)
			services.chosen = i;
	}
	if (status == 0)
		*ret_services = services;
	return status;
}

int
config_services_identity(const struct conf_at *at, struct config *config)
{
	static const char *const identities[] = { "target", "caller", NULL };
	unsigned int identity = 0;
	int status;

	/* Over the whole machine it would deny every login from elsewhere. */
	if (at->over == NULL && conf_setting(at, "identity") != NULL)
		return conf_refuse(at, conf_setting(at, "identity"), "can only be set in services");
	status = conf_choice(at, "identity", false, identities, &identity);
	config->identity = identity == 1 ? CONFIG_IDENTITY_CALLER : CONFIG_IDENTITY_TARGET;
	return status;
}
