/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl report: what the event file comes to. */
#include "core/fault.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/counts.h"
#include "ctl/counts_document.h"
#include "ctl/event.h"
#include "ctl/moment.h"
#include "ctl/site.h"
#include "wire/clock.h"

#define USERS 20
#define USERS_MAX 9999999

static int
read_moment(const struct ctl *ctl, const char *option, int64_t now_ms, int64_t *ret_ms,
	struct fault *fault)
{
	const char *text = command_option(ctl, option);

	if (text == NULL || moment_read(text, now_ms, ret_ms))
		return 0;
	return fault_set(fault, FAULT_SYSTEM, "--%s must be a time in UTC " MOMENT_FORMS, option);
}

static int
read_options(const struct ctl *ctl, struct counts *counts, struct counts_order *order,
	struct fault *fault)
{
	static const struct command_number number = { "users", NULL, USERS, 0, USERS_MAX };
	long users = USERS;
	const int64_t now_ms = clock_real_ms();
	int result = read_moment(ctl, "since", now_ms, &counts->since_ms, fault);

	if (result == 0)
		result = read_moment(ctl, "until", now_ms, &counts->until_ms, fault);
	if (result == 0 && counts->since_ms >= counts->until_ms)
		result = fault_set(fault, FAULT_SYSTEM, "--since is not before --until");
	order->exempt_only = command_option(ctl, "exempt") != NULL;
	if (result == 0)
		result = command_number(ctl, &number, &users, fault);
	order->users = (size_t)users;
	return result;
}

/* The former file first: what is older comes before. */
static int
read_files(const char *state_dir, struct counts *counts, bool *ret_any, struct fault *fault)
{
	struct event_files files;
	int result = event_open(state_dir, &files, fault);

	if (result != 0)
		return result;
	*ret_any = files.fd[0] >= 0 || files.fd[1] >= 0;
	for (size_t i = 0; i < 2 && result == 0; i++) {
		int64_t at = 0;

		if (files.fd[i] >= 0)
			result = event_each(files.fd[i], &at, counts_take, counts, fault);
	}
	event_close(&files);
	return result == FAULT_MEMORY ? fault_set(fault, FAULT_MEMORY, "out of memory") : result;
}

int
report_run(struct ctl *ctl)
{
	struct counts counts = COUNTS_NONE;
	struct site site = SITE_NONE;
	struct counts_order order;
	struct fault fault;
	bool any = false;
	json_t *document;
	int status;
	int result = counts_make(&counts, &fault);

	if (result == 0)
		result = read_options(ctl, &counts, &order, &fault);
	if (result == 0)
		result = site_load(ctl, NULL, &site, &fault);
	if (result == 0)
		result = read_files(site.config->state_dir, &counts, &any, &fault);
	if (result != 0) {
		status = ctl_fail(ctl, &fault, NULL);
	} else {
		order.config = site.config;
		document = counts_document(&counts, &order);
		/* What it is if there is nothing: for people and programs. */
		if (!any)
			json_object_set_new(document, "no_file", json_pack("{s:o, s:b}",
				"directory", ctl_text(site.config->state_dir), "switched_off",
				site.config->events_kib == 0));
		status = ctl_print(ctl, document, counts_show, CTL_DONE);
	}
	site_close(&site);
	counts_free(&counts);
	return status;
}
