/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "core/account.h"
#include "core/config.h"
#include "core/events.h"
#include "core/fault.h"
#include "core/log_line.h"
#include "wire/clock.h"

#define LOGIN_UID "/proc/self/loginuid"
#define NO_UID 4294967295ul	/* nobody has logged in, or the kernel does not keep it */

/* The configuration may be freed before the last line; empty: there is no event file. */
static char state_dir[PATH_MAX];
static int64_t most;

void
audit_events(const struct config *config)
{
	snprintf(state_dir, sizeof state_dir, "%s", config->state_dir);
	most = (int64_t)config->events_kib * 1024;
}

/* The log is the record: nothing comes of a failure. */
static void
copy(const struct log_line *line)
{
	const struct events events = { .state_dir = state_dir, .most = most };
	struct fault fault;

	(void)events_append(&events, line, clock_real_ms(), &fault);
}

static uid_t
who(void)
{
	char text[16] = "", *end;
	unsigned long uid = NO_UID;
	int fd = open(LOGIN_UID, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (size > 0) {
		errno = 0;
		uid = strtoul(text, &end, 10);
		if (end == text || errno != 0)
			uid = NO_UID;
	}
	return uid == NO_UID ? getuid() : (uid_t)uid;
}

void
audit_who(char ret_text[static AUDIT_WHO_SIZE])
{
	const uid_t uid = who();
	const struct passwd *entry = getpwuid(uid);

	snprintf(ret_text, AUDIT_WHO_SIZE, "%s(%lu)", entry != NULL ? entry->pw_name : "",
		(unsigned long)uid);
}

void
audit_line(int priority, struct log_line *line, const struct account *account)
{
	char text[LOG_LINE_SIZE], number[24] = "", by[AUDIT_WHO_SIZE];

	if (account != NULL)
		line->user = account->name;
	if (account != NULL && account->known) {
		snprintf(number, sizeof number, "%lu", (unsigned long)account->uid);
		line->uid = number;
	}
	audit_who(by);
	line->by = by;
	log_line_compose(line, text);
	openlog("smsotpctl", LOG_PID, LOG_AUTHPRIV);
	syslog(priority, "%s", text);
	closelog();
	copy(line);
	line->uid = line->by = NULL;
}

void
audit_change(const char *action, const struct account *account, const char *detail)
{
	struct log_line line = { .event = "admin", .reason = action, .ms = -1, .detail = detail };

	audit_line(LOG_NOTICE, &line, account);
}
