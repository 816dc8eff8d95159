/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/report.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "core/config.h"
#include "core/events.h"
#include "module/login_state.h"
#include "wire/clock.h"

void
report_debug(const struct login *login, const char *format, ...)
{
	char text[FAULT_TEXT_SIZE];
	va_list args;

	if (!login->debug)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	pam_syslog(login->pamh, LOG_DEBUG, "event=debug ref=%s %s", login->ref, text);
}

void
report_describe(const struct login *login, struct report_line *ret_line)
{
	struct log_line *line = &ret_line->line;

	*line = (struct log_line){
		.service = login->service, .client = login->client, .tty = login->tty,
		.source = login->phones.source, .ms = -1,
		.try = login->wrong, .fails = login->status.round_failures,
		.rule = login->rule != NULL ? login->rule->name : NULL,
		.ref = login->ref,
	};
	/* Who types the password at the name's prompt must not find it in the log. */
	if (login->account.known) {
		snprintf(ret_line->uid, sizeof ret_line->uid, "%lu",
			(unsigned long)login->account.uid);
		line->uid = ret_line->uid;
		line->user = login->account.name;
	}
	if (login->backup_entered) {
		snprintf(ret_line->left, sizeof ret_line->left, "%u", login->backup_left);
		line->left = ret_line->left;
	}
	line->target = login->target;
	if (login->account.known && login_phone(login)->text[0] != '\0') {
		e164_mask_log(login_phone(login), &ret_line->phone);
		line->phone = &ret_line->phone;
	}
	if (login->config != NULL) {
		line->tries = login->config->guesses.per_conversation;
		line->lock_after = login->config->guesses.lock_after;
		/*
		 * A lock-out begins a new round: in the log it stands as the full count that led
		 * to it.
		 */
		if (login->status.standing != STORE_FREE)
			line->fails = line->lock_after;
	}
}

/* The same again for those who count. The log above is the record: nothing comes of a failure. */
static void
copy(const struct login *login, const struct log_line *line)
{
	struct events events;
	struct fault fault;

	if (login->config == NULL)
		return;
	events = (struct events){
		.state_dir = login->config->state_dir,
		.most = (int64_t)login->config->events_kib * 1024,
	};
	if (events_append(&events, line, clock_real_ms(), &fault) != 0)
		report_debug(login, "no event was written: %s", fault.text);
}

void
report_write(const struct login *login, int priority, const struct log_line *line)
{
	char text[LOG_LINE_SIZE];

	log_line_compose(line, text);
	/* Under the host's name, facility authpriv. */
	pam_syslog(login->pamh, priority, "%s", text);
	copy(login, line);
}

void
report_outcome(const struct login *login, const char *event, enum outcome outcome)
{
	const struct login_taken *taken = &login->taken;
	struct report_line written;
	struct log_line *line = &written.line;

	report_describe(login, &written);
	line->event = event;
	line->reason = ending_reason(outcome);
	line->detail = login->rule != NULL ? login->rule->reason : login->fault.text;
	if (outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_BACKUP)
		line->try++;
	line->lockout = login->locked_out &&
		(outcome == OUTCOME_LOCKED || outcome == OUTCOME_DISABLED);
	if (taken->any) {
		line->gateway = login->config->gateways[taken->gateway];
		line->message_id = taken->message_id;
		line->ms = (long)taken->elapsed_ms;
	}
	report_write(login, outcome_row(outcome)->priority, line);
}
