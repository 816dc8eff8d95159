/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl prune: removes records that say nothing any more. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>

#include "core/store_admin.h"
#include "ctl/audit.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/site.h"

/* A name service that cannot be asked has not said that the user is gone. */
static bool
vanished(void *data, uid_t uid)
{
	(void)data;
	errno = 0;
	return getpwuid(uid) == NULL && (errno == 0 || errno == ENOENT || errno == ESRCH);
}

static void
show(const json_t *document)
{
	printf("Removed: %lld users, %lld phones.\n",
		json_integer_value(json_object_get(document, "users")),
		json_integer_value(json_object_get(document, "phones")));
}

int
prune_run(struct ctl *ctl)
{
	struct store_pruning removed = { .users = 0 };
	struct site site = SITE_NONE;
	struct fault fault;
	char detail[64];
	int result, status;

	result = site_load(ctl, NULL, &site, &fault);
	if (result == 0)
		result = site_open_store(&site, &fault);
	if (result == 0)
		result = store_prune(site.store, vanished, NULL, &removed, &fault);
	/* What was removed before a fault is removed. */
	if (result == 0 || removed.users + removed.phones > 0) {
		snprintf(detail, sizeof detail, "%lu users, %lu phones", removed.users,
			removed.phones);
		audit_change("prune", NULL, detail);
	}
	if (result != 0)
		status = ctl_fail(ctl, &fault, NULL);
	else
		status = ctl_print(ctl, json_pack("{s:I, s:I}", "users",
			(json_int_t)removed.users, "phones", (json_int_t)removed.phones), show,
			CTL_DONE);
	site_close(&site);
	return status;
}
