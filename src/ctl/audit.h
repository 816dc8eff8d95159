/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator changes stands in the system's log, with who did it. */
#ifndef SMSOTP_CTL_AUDIT_H
#define SMSOTP_CTL_AUDIT_H

struct account;
struct config;
struct log_line;

#define AUDIT_WHO_SIZE 280

/*
 * "bob(1002)": who logged in, whatever he has become since, as sudo and su change the uid and not
 * that; where the kernel does not keep it, the real user.
 */
void audit_who(char ret_text[static AUDIT_WHO_SIZE]);

/*
 * From here on lines go to the event file of this configuration, too; site_load calls it. The same
 * for all that a run of smsotpctl logs, whoever logs it.
 */
void audit_events(const struct config *config);

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
