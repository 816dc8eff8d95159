/* SPDX-License-Identifier: BSD-2-Clause */
/* A script's side of the PAM conversation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login.h"
#include "play.h"
#include "secrets.h"

#define MEGABYTE (1 << 20)
#define PADDING 50000

const char *
login_style_name(int style)
{
	switch (style) {
	case PAM_PROMPT_ECHO_ON:
	case PAM_PROMPT_ECHO_OFF:
		return "prompt";
	case PAM_ERROR_MSG:
		return "error";
	case PAM_TEXT_INFO:
		return "info";
	default:
		return "message of an unknown kind";
	}
}

static void
check_message(struct play *play, const char *text)
{
	const char *what = secrets_in_words(play->secrets, text, true);

	if (what != NULL)
		play_fail(play, "a message holds %s: %s", what, text);
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			play_fail(play, "a control character in a message");
	}
	login_check_locks(play);
	secrets_watch_below(play->secrets);
}

/* One message: plays on until the script has expected it and, for a prompt, answered it. */
static int
converse_one(struct play *play, struct login *login, const struct pam_message *message,
	struct pam_response *ret_response)
{
	bool prompt = message->msg_style == PAM_PROMPT_ECHO_ON ||
		message->msg_style == PAM_PROMPT_ECHO_OFF;
	enum play_step step = PLAY_DONE;

	play_note(play, "%s: %s", login_style_name(message->msg_style), message->msg);
	if (!play_failed(play))
		check_message(play, message->msg);
	login->conversing = login->open = true;
	login->style = message->msg_style;
	login->message = message->msg;
	login->wants_answer = false;
	login->answer = NULL;
	login->conversation_result = PAM_SUCCESS;
	while (step == PLAY_DONE && (login->open || (prompt && login->wants_answer)))
		step = play_step(play);
	login->conversing = login->open = false;
	if (step == PLAY_STOP) {
		if (!play_failed(play))
			play_fail(play, "the script ends at the %s \"%s\"",
				login_style_name(message->msg_style), message->msg);
		free(login->answer);
		return PAM_CONV_ERR;
	}
	ret_response->resp = login->answer;
	return login->conversation_result;
}

int
login_converse(int count, const struct pam_message **messages, struct pam_response **ret_responses,
	void *data)
{
	struct play *play = data;
	struct login *login = play->login;
	struct pam_response *responses = script_alloc((size_t)count * sizeof *responses);
	int result = PAM_SUCCESS;

	for (int i = 0; i < count && result == PAM_SUCCESS; i++)
		result = converse_one(play, login, messages[i], &responses[i]);
	/*
	 * A conversation that fails hands over nothing, unless the script wants the careless kind
	 * that does.
	 */
	if (result != PAM_SUCCESS && responses[0].resp == NULL) {
		free(responses);
		return result;
	}
	*ret_responses = responses;
	return result;
}

/* --- what a script says about messages --- */

/* A megabyte, as an answer no person types. */
static char *
megabyte(void)
{
	char *text = script_alloc(MEGABYTE + 1);

	memset(text, 'A', MEGABYTE);
	return text;
}

/*
 * Blanks, then text: what is allocated after the answer was freed would soon lie over a code at the
 * beginning of its block.
 */
static char *
padded(const char *text)
{
	size_t length = strlen(text);
	char *answer = script_alloc(PADDING + length + 1);

	memset(answer, ' ', PADDING);
	memcpy(answer + PADDING, text, length);
	return answer;
}

/*
 * "answer TEXT"; or NULL (no response), CONV_ERR (the conversation fails), CONV_ERR_WITH TEXT (it
 * fails and yet hands over a response), MEGABYTE, PADDED TEXT, BYTES \xHH….
 */
enum play_step
login_answer(struct play *play, char *rest)
{
	struct login *login = play->login;
	bool code = strstr(rest, "$CODE") != NULL, name = strstr(rest, "$USER") != NULL;
	const char *text;

	if (login == NULL || !login->wants_answer || login->open) {
		play_fail(play, "nothing was asked");
		return PLAY_STOP;
	}
	login->wants_answer = false;
	text = play_expand(play, rest, false);
	if (strcmp(text, "NULL") == 0)
		return PLAY_ANSWER;
	if (strncmp(text, "CONV_ERR", 8) == 0) {
		login->conversation_result = PAM_CONV_ERR;
		if (strncmp(text, "CONV_ERR_WITH ", 14) == 0)
			login->answer = script_copy(text + 14);
	} else if (strcmp(text, "MEGABYTE") == 0) {
		login->answer = megabyte();
	} else if (strncmp(text, "PADDED ", 7) == 0) {
		login->answer = padded(text + 7);
	} else if (strncmp(text, "BYTES ", 6) == 0) {
		login->answer = script_copy(text + 6);
		script_unescape(login->answer);
	} else {
		login->answer = script_copy(text);
	}
	/*
	 * Codes are looked for anyway, and are not to be copied to where their traces are looked
	 * for. A user's name is no secret.
	 */
	if (login->answer != NULL && !code && !name)
		secrets_typed(play->secrets, login->answer);
	return PLAY_ANSWER;
}

/*
 * "prompt|error|info /PATTERN/ [echo=on|off] [keep=NAME]": the first group of the pattern becomes
 * $NAME.
 */
enum play_step
login_expect_message(struct play *play, const char *kind, char *rest)
{
	struct login *login = play->login;
	char *pattern = script_pattern(&rest), *group = NULL;
	const char *word;

	if (login == NULL || !login->open) {
		play_fail(play, "no %s came", kind);
		return PLAY_STOP;
	}
	if (strcmp(login_style_name(login->style), kind) != 0 || pattern == NULL ||
		script_match(play_expand(play, pattern, true), login->message, &group) != 1) {
		play_fail(
			play, "the %s \"%s\" came", login_style_name(login->style), login->message);
		free(group);
		return PLAY_STOP;
	}
	while ((word = script_word(&rest)) != NULL) {
		if (strncmp(word, "keep=", 5) == 0)
			play_keep(play, word + 5, group);
		else if (strcmp(word, "echo=on") == 0 ? login->style != PAM_PROMPT_ECHO_ON
						      : strcmp(word, "echo=off") != 0 ||
					login->style != PAM_PROMPT_ECHO_OFF)
			play_fail(play, "the prompt is not %s", word);
	}
	free(group);
	login->open = false;
	login->wants_answer = strcmp(kind, "prompt") == 0;
	return PLAY_DONE;
}
