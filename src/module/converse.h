/* SPDX-License-Identifier: BSD-2-Clause */
/* The PAM conversation: one prompt, one answer. */
#ifndef SMSOTP_MODULE_CONVERSE_H
#define SMSOTP_MODULE_CONVERSE_H

#include <security/pam_modules.h>

enum converse_result {
	CONVERSE_ANSWERED,
	CONVERSE_NOTHING,	/* success without an answer: Ctrl-D in misc_conv */
	CONVERSE_FAILED,
	CONVERSE_MEMORY
};

/*
 * Asks, with echo: a code is good once and its owner must see what he types; and sshd's password
 * method, which would answer a prompt without echo with the password, fails at one with echo. The
 * answer is the caller's: free it by converse_forget.
 */
enum converse_result converse_ask(pam_handle_t *pamh, const char *prompt, char **ret_answer);

/* Says one line (PAM_ERROR_MSG, which sshd and sudo show even where PAM_SILENT is set). */
void converse_say(pam_handle_t *pamh, const char *text);

/* Says one line that is no error (PAM_TEXT_INFO). Not where PAM_SILENT is set. */
void converse_tell(pam_handle_t *pamh, const char *text);

/* Wipes and frees an answer. Safe on NULL. */
void converse_forget(char **answer);

#endif
