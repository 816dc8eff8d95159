/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/site.h"

#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "ctl/audit.h"
#include "ctl/ctl.h"
#include "paths.h"
#include "wire/clock.h"

const struct config_defaults site_defaults = {
	.state_dir = SMSOTP_STATEDIR, .run_dir = SMSOTP_RUNDIR,
};

int
site_load(const struct ctl *ctl, const char *service, struct site *ret_site, struct fault *fault)
{
	struct site site = SITE_NONE;
	int result;

	result = config_load(ctl->conf_path, &site_defaults, service, &site.config, fault);
	if (result != 0)
		return result;
	site.settings = (struct store_settings){
		.state_dir = site.config->state_dir, .run_dir = site.config->run_dir,
		.guesses = site.config->guesses, .budget = site.config->budget,
		.read_clock = clock_read,
	};
	audit_events(site.config);
	*ret_site = site;
	return 0;
}

int
site_open_store(struct site *site, struct fault *fault)
{
	return store_open(&site->settings, &site->store, fault);
}

int
site_each_texts(const struct config *config, void (*visit)(void *data, const char *path),
	void *data)
{
	const config_setting_t *root = conf_file_root(config->file), *group = root;
	const config_setting_t *services = config_setting_get_member(root, "services");
	const int count = services != NULL ? config_setting_length(services) : 0;

	for (int i = 0; i <= count; i++) {
		const char *name = NULL;
		char *path = NULL;

		if (i > 0)
			group = config_setting_get_elem(services, (unsigned int)i - 1);
		if (config_setting_lookup_string(group, "texts", &name) != CONFIG_TRUE)
			continue;
		if (asprintf(&path, "%s%s%s", name[0] == '/' ? "" : config->directory,
		    name[0] == '/' ? "" : "/", name) < 0)
			return -1;
		visit(data, path);
		free(path);
	}
	return 0;
}

void
site_close(struct site *site)
{
	store_close(&site->store);
	config_free(&site->config);
}

int
site_find_account(const char *name, struct account *ret_account, struct fault *fault)
{
	int result = account_find(name, ret_account, fault);

	if (result == 0 && !ret_account->known)
		return fault_set(fault, FAULT_SYSTEM, "there is no account \"%s\"", name);
	return result;
}
