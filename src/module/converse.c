/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/converse.h"

#include <security/pam_ext.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void
converse_forget(char **answer)
{
	if (*answer != NULL)
		sodium_memzero(*answer, strlen(*answer));
	free(*answer);
	*answer = NULL;
}

enum converse_result
converse_ask(pam_handle_t *pamh, const char *prompt, char **ret_answer)
{
	char *answer = NULL;
	int result = pam_prompt(pamh, PAM_PROMPT_ECHO_ON, &answer, "%s", prompt);

	if (result == PAM_SUCCESS && answer != NULL) {
		*ret_answer = answer;
		return CONVERSE_ANSWERED;
	}
	/* A conversation can fail and leave an answer all the same. */
	converse_forget(&answer);
	if (result == PAM_SUCCESS)
		return CONVERSE_NOTHING;
	return result == PAM_BUF_ERR ? CONVERSE_MEMORY : CONVERSE_FAILED;
}

void
converse_say(pam_handle_t *pamh, const char *text)
{
	/* Nobody left to hear it is no reason for another ending. */
	(void)pam_error(pamh, "%s", text);
}

void
converse_tell(pam_handle_t *pamh, const char *text)
{
	(void)pam_info(pamh, "%s", text);
}
