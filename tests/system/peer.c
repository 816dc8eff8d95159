/* SPDX-License-Identifier: BSD-2-Clause */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_SIZE 256

static char *
answer_from(FILE *peer)
{
	char *answer = calloc(1, ANSWER_SIZE);

	if (answer == NULL || fgets(answer, ANSWER_SIZE, peer) == NULL) {
		free(answer);
		return NULL;
	}
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

static const char *
style_name(int style)
{
	switch (style) {
	case PAM_ERROR_MSG:
		return "error";
	case PAM_TEXT_INFO:
		return "info";
	default:
		return "prompt";
	}
}

static void
give_up(struct pam_response *responses, int count)
{
	while (count-- > 0)
		free(responses[count].resp);
	free(responses);
}

int
peer_converse(int count, const struct pam_message **messages, struct pam_response **ret_responses,
	void *data)
{
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	FILE *peer = data;

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;

		fprintf(peer, "%s %s\n", style_name(style), messages[i]->msg);
		if (fflush(peer) != 0) {
			give_up(responses, i);
			return PAM_CONV_ERR;
		}
		if (style == PAM_ERROR_MSG || style == PAM_TEXT_INFO)
			continue;
		responses[i].resp = answer_from(peer);
		if (responses[i].resp == NULL) {
			give_up(responses, i);
			return PAM_CONV_ERR;
		}
	}
	*ret_responses = responses;
	return PAM_SUCCESS;
}
