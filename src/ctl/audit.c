/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "core/account.h"
#include "core/log_line.h"

#define LOGIN_UID "/proc/self/loginuid"
#define NO_UID 4294967295ul	/* nobody has logged in, or the kernel does not keep it */

/*
 * Who logged in, whatever he has become since: sudo and su change the uid, but not this. Else the
 * real uid.
 */
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
audit_line(int priority, struct log_line *line, const struct account *account)
{
	const uid_t uid = who();
	const struct passwd *entry;
	char text[LOG_LINE_SIZE], number[24] = "", by[280];

	if (account != NULL)
		line->user = account->name;
	if (account != NULL && account->known) {
		snprintf(number, sizeof number, "%lu", (unsigned long)account->uid);
		line->uid = number;
	}
	entry = getpwuid(uid);
	snprintf(by, sizeof by, "%s(%lu)", entry != NULL ? entry->pw_name : "",
		(unsigned long)uid);
	line->by = by;
	log_line_compose(line, text);
	openlog("smsotpctl", LOG_PID, LOG_AUTHPRIV);
	syslog(priority, "%s", text);
	closelog();
	line->uid = line->by = NULL;
}

void
audit_change(const char *action, const struct account *account, const char *detail)
{
	struct log_line line = { .event = "admin", .reason = action, .ms = -1, .detail = detail };

	audit_line(LOG_NOTICE, &line, account);
}
