/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/site.h"

#include "core/fault.h"
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
	*ret_site = site;
	return 0;
}

int
site_open_store(struct site *site, struct fault *fault)
{
	return store_open(&site->settings, &site->store, fault);
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
