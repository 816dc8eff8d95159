/* SPDX-License-Identifier: BSD-2-Clause */
/* What smsotpctl check has to say: a list of findings, each of a kind that has a name. */
#ifndef SMSOTP_CTL_FINDING_H
#define SMSOTP_CTL_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct fault;

enum finding_severity { FINDING_WARNING, FINDING_ERROR };

/* Each has its row in finding_kinds.c and its entry in smsotpctl(8). */
enum finding_id {
	FINDING_CONF, FINDING_CONF_COMMA, FINDING_CONF_READABLE,
	FINDING_FILE_MISSING, FINDING_FILE_RIGHTS,
	FINDING_PHONE_SOURCE, FINDING_PHONE_NUMBER, FINDING_PREFIX_ALL, FINDING_PREFIX_UNUSED,
	FINDING_MESSAGE_SEGMENTS, FINDING_MESSAGE_UCS2,
	FINDING_EXEMPT_ENDED, FINDING_EXEMPT_ENDS,
	FINDING_GATEWAY, FINDING_GATEWAY_UNREACHABLE,
	FINDING_RECEIVER, FINDING_RECEIVER_UNREACHABLE,
	FINDING_HELPER_MISSING, FINDING_HELPER_RIGHTS,
	FINDING_STATE_PARENT, FINDING_STATE_RIGHTS, FINDING_RUN_DIR_DISK,
	FINDING_PAM_SYNTAX, FINDING_PAM_INCLUDE, FINDING_PAM_TYPE, FINDING_PAM_COMMON,
	FINDING_PAM_SUFFICIENT, FINDING_PAM_FAILURE_PASSES, FINDING_PAM_FAIL_OPEN,
	FINDING_PAM_WRONG_PASSWORD, FINDING_PAM_SKIPPED, FINDING_PAM_FIRST,
	FINDING_PAM_EXEMPT, FINDING_PAM_TRIAL,
	FINDING_PAM_MODULE_MISSING, FINDING_PAM_MODULE_OTHER, FINDING_PAM_MODULE_RIGHTS,
	FINDING_PAM_ARGUMENT, FINDING_PAM_CONF_MISSING,
	FINDING_SSHD_CONFIG, FINDING_SSHD_USE_PAM, FINDING_SSHD_KEYBOARD, FINDING_SSHD_PASSWORD,
	FINDING_SSHD_GRACE, FINDING_SSHD_STARTUPS, FINDING_SSHD_DNS, FINDING_SSHD_UNASKED,
	FINDING_SUDO_PASSPROMPT,
	FINDING_COUNT
};

struct finding_kind {
	const char *id;
	enum finding_severity severity;
	const char *advice;	/* what to do */
};

extern const struct finding_kind finding_kinds[FINDING_COUNT];

struct findings {
	json_t *list;
	size_t errors, warnings;
	bool failed;	/* out of memory: the list is not whole */
};

/* file may be NULL; line 0: no line in particular. */
struct finding_place {
	const char *file;
	unsigned int line;
};

/*
 * Adds one, unless the same was said of the same place before. What it says is one sentence
 * without a full stop.
 */
void finding_add(struct findings *findings, enum finding_id id, const struct finding_place *place,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with another severity than the kind's. */
void finding_add_as(struct findings *findings, enum finding_id id,
	enum finding_severity severity, const struct finding_place *place, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/*
 * Prints the findings of a document that has them with their number as "findings", "errors" and
 * "warnings", and how many there are if there are any.
 */
void finding_show(FILE *to, const json_t *document);

/* A fault whose text begins with "file:line: " or "file: ": core/fault.h. */
void finding_add_fault(struct findings *findings, enum finding_id id, const struct fault *fault);

#endif
