/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator changes stands in the system's log, with who did it. */
#ifndef SMSOTP_CTL_AUDIT_H
#define SMSOTP_CTL_AUDIT_H

struct account;
struct log_line;

/*
 * One line, facility authpriv: event=admin reason=ACTION user= uid= … by=. account may be NULL
 * where the change is nobody's in particular; detail may be.
 */
void audit_change(const char *action, const struct account *account, const char *detail);

/*
 * A line of any event, priority as in <syslog.h>, with uid=, user= and by= filled in here. account
 * may be one that does not exist: then there is no uid.
 */
void audit_line(int priority, struct log_line *line, const struct account *account);

#endif
