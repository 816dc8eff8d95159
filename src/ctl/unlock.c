/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl unlock: ends a lock-out. */
#include <stdio.h>

#include "core/store_admin.h"
#include "ctl/audit.h"
#include "ctl/commands.h"
#include "ctl/ctl.h"
#include "ctl/site.h"

static void
show(const json_t *document)
{
	const char *user = json_string_value(json_object_get(document, "user"));
	long long failures = json_integer_value(json_object_get(document, "failures"));

	if (json_is_true(json_object_get(document, "was_locked")))
		printf("%s was locked out after %lld wrong codes, and no longer is.\n", user,
			failures);
	else
		printf("%s was not locked out; %lld wrong codes are forgotten.\n", user, failures);
}

int
unlock_run(struct ctl *ctl)
{
	struct site site = SITE_NONE;
	struct store_status before;
	char detail[48];
	struct account account;
	struct fault fault;
	int status;

	if (site_load(ctl, NULL, &site, &fault) != 0 || site_open_store(&site, &fault) != 0 ||
	    site_find_account(ctl->operands[0], &account, &fault) != 0 ||
	    store_unlock(site.store, account.uid, &before, &fault) != 0) {
		status = ctl_fail(ctl, &fault, NULL);
	} else {
		/* With it every comparison stands in the record or in the log. */
		snprintf(detail, sizeof detail, "%u wrong codes%s", before.failures,
			before.standing != STORE_FREE ? ", was locked out" : "");
		audit_change("unlock", &account, detail);
		status = ctl_print(ctl, json_pack("{s:o, s:I, s:b, s:i}", "user",
			ctl_text(account.name), "uid", (json_int_t)account.uid, "was_locked",
			before.standing != STORE_FREE, "failures", (int)before.failures), show,
			CTL_DONE);
	}
	site_close(&site);
	return status;
}
