/* SPDX-License-Identifier: BSD-2-Clause */
/* What an administrator changes stands in the system's log, with who did it. */
#ifndef SMSOTP_CTL_AUDIT_H
#define SMSOTP_CTL_AUDIT_H

struct account;

/*
 * One line, facility authpriv: event=admin reason=ACTION user= uid= … by=. account may be NULL
 * where the change is nobody's in particular; detail may be.
 */
void audit_change(const char *action, const struct account *account, const char *detail);

#endif
