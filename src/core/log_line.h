/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The administrator's side: one line per outcome, key=value, stable names. Values cannot forge
 * a key or a line. Phone numbers come as masked types only; no code, password or answer ever comes
 * here.
 */
#ifndef SMSOTP_CORE_LOG_LINE_H
#define SMSOTP_CORE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct e164_masked;

/* Absent strings are NULL and written "-"; so are counts of 0 out of 0. */
struct log_line {
	const char *event, *reason;
	const char *user;
	const char *uid;		/* decimal */
	const char *target;		/* whose account is asked for by user; left out if NULL */
	const char *service, *client, *tty;
	const struct e164_masked *phone;
	const char *source, *gateway, *message_id;
	long ms;			/* -1: absent */
	unsigned int try, tries, fails, lock_after;
	const char *rule;		/* of exempt */
	const char *ref;
	const char *left;		/* backup codes, decimal; left out if NULL */
	const char *by;			/* who changed something; left out if NULL */
	const char *detail;		/* free text, quoted, comes last; left out if NULL or "" */
	/* For the event file alone, which is counted: */
	unsigned int segments;		/* of a text; 0: not known */
	bool failover;			/* sent because a gateway before it had failed */
	bool lockout;			/* this guess locked or disabled the user */
};

#define LOG_LINE_SIZE 2048

/* Writes the line for syslog(3), cut if it is too long. */
void log_line_compose(const struct log_line *line, char ret_text[static LOG_LINE_SIZE]);

#define LOG_EVENT_SIZE 2048

/*
 * Writes the line for the event file: what can be counted of it, and when, with a line feed at its
 * end. Returns its length.
 */
size_t log_line_event(const struct log_line *line, int64_t real_ms,
	char ret_text[static LOG_EVENT_SIZE]);

#endif
