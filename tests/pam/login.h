/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One login of a script: a PAM handle, what the last call returned, and the message that its
 * conversation is at.
 */
#ifndef SMSOTP_TESTS_LOGIN_H
#define SMSOTP_TESTS_LOGIN_H

#include <security/pam_appl.h>
#include <stdbool.h>

struct play;

struct login {
	struct login *outer;
	pam_handle_t *pamh;
	int flags, result;
	bool returned; /* result waits to be expected */
	bool delayed; /* pam_fail_delay was asked for */
	bool conversing;
	bool open; /* the message waits to be expected */
	int style;
	const char *message;
	bool wants_answer;
	char *answer; /* malloc'ed; the module's once returned */
	int conversation_result;
};

/* The conversation function; its data is the struct play. */
int login_converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *data);

const char *login_style_name(int style);
const char *login_result_name(int result);

/* Nothing in state or run directory is locked. */
void login_check_locks(struct play *play);

#endif
