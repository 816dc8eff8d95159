/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login tells the log about itself. */
#ifndef SMSOTP_MODULE_REPORT_H
#define SMSOTP_MODULE_REPORT_H

#include "core/e164.h"
#include "core/log_line.h"
#include "module/outcome.h"

struct login;

/* A log line with what holds for every line of a login, and room for what it points to. */
struct report_line {
	struct log_line line;
	struct e164_masked phone;
	char uid[24], left[16];
};

/* event and reason are left to the caller. ret_line points into itself and into login. */
void report_describe(const struct login *login, struct report_line *ret_line);

/* Writes a line to the system's log, priority as in <syslog.h>, and to the event file. */
void report_write(const struct login *login, int priority, const struct log_line *line);

/* One line with everything the login knows. outcome gives reason and priority. */
void report_outcome(const struct login *login, const char *event, enum outcome outcome);

/* Only with the argument "debug". Not for strangers' bytes: what is printed is not cleaned. */
void report_debug(const struct login *login, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
