/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/dialogue.h"


#include "core/config.h"
#include "module/answer.h"
#include "module/backup.h"
#include "module/converse.h"
#include "module/gateways.h"
#include "module/login_state.h"
#include "module/prompt.h"
#include "module/query.h"
#include "module/report.h"
#include "module/text.h"
#include "wire/clock.h"

/* What the gateway says became of the text, for the next prompt to begin with. */
static enum word
fate(const struct login *login)
{
	switch (login->delivery) {
	case WIRE_DELIVERY_UNKNOWN: return WORD_NONE;
	case WIRE_DELIVERY_PENDING: return WORD_FATE_PENDING;
	case WIRE_DELIVERY_DELIVERED: return WORD_FATE_DELIVERED;
	case WIRE_DELIVERY_UNREACHABLE: return WORD_FATE_UNREACHABLE;
	case WIRE_DELIVERY_REFUSED: return WORD_FATE_REFUSED;
	case WIRE_DELIVERY_FAILED: return WORD_FATE_FAILED;
	}
	return WORD_NONE;
}

/* A text and a call have words of their own for the same things. */
enum step { STEP_SENDING, STEP_TAKEN, STEP_UNSURE, STEP_FAILED, STEP_COOLDOWN, STEP_BUDGET };

static enum word
step_word(enum wire_task task, enum step step)
{
	static const struct { enum word text, call; } words[] = {
		[STEP_SENDING] = { WORD_PROMPT_SENDING, WORD_PROMPT_CALL_SENDING },
		[STEP_TAKEN] = { WORD_PROMPT_TAKEN, WORD_PROMPT_CALLED },
		[STEP_UNSURE] = { WORD_PROMPT_UNSURE, WORD_PROMPT_CALL_UNSURE },
		[STEP_FAILED] = { WORD_PROMPT_FAILED, WORD_PROMPT_CALL_FAILED },
		[STEP_COOLDOWN] = { WORD_PROMPT_COOLDOWN, WORD_PROMPT_CALL_COOLDOWN },
		[STEP_BUDGET] = { WORD_PROMPT_BUDGET, WORD_PROMPT_CALL_BUDGET },
	};

	return task == WIRE_TASK_VOICE ? words[step].call : words[step].text;
}

/* What no gateway took. */
static enum word
failure(const struct login *login)
{
	if (text_none_called(login))
		return WORD_PROMPT_NO_CALLS;
	if (gateways_refused_number(login))
		return WORD_PROMPT_NUMBER_REFUSED;
	return step_word(login->task, login->sent.ambiguous ? STEP_UNSURE : STEP_FAILED);
}

/* What became of the text or call, for a person who pressed Enter. */
static struct prompt
help(struct login *login)
{
	struct prompt prompt = { .word = WORD_NONE };

	text_follow(login, 0);
	query_ask(login);
	login->wait_ms = clock_boot_ms() - login->texted_boot_ms;
	switch (login->sent.state) {
	case KEEPER_WAITING:
	case KEEPER_SENDING:
		prompt.word = step_word(login->task, STEP_SENDING);
		break;
	case KEEPER_ACCEPTED:
		prompt.fate = fate(login);
		prompt.word = prompt.fate != WORD_NONE ? WORD_PROMPT_FATE
			: step_word(login->task, STEP_TAKEN);
		break;
	case KEEPER_FAILED:
		prompt.word = failure(login);
		break;
	}
	return prompt;
}

/* r, n and v. *ret_outcome is OUTCOME_ACCEPTED while the login goes on. */
static struct prompt
send_more(struct login *login, enum answer answer, enum outcome *ret_outcome)
{
	const enum wire_task task = answer == ANSWER_CALL ? WIRE_TASK_VOICE : WIRE_TASK_TEXT;
	struct prompt prompt = { .word = WORD_NONE };
	enum outcome outcome = OUTCOME_SYSTEM;
	enum text_answer result;

	*ret_outcome = OUTCOME_ACCEPTED;
	text_follow(login, 0);
	if (answer == ANSWER_RESEND && gateways_refused_number(login)) {
		prompt.word = WORD_PROMPT_NUMBER_REFUSED;
		return prompt;
	}
	if (answer == ANSWER_RESEND) {
		query_ask(login);
		prompt.fate = fate(login);
	}
	if (task == WIRE_TASK_VOICE)
		result = text_call(login, &outcome);
	else
		result = text_again(login, answer == ANSWER_NEXT ? login_next_phone(login)
			: login->phone, &outcome);
	switch (result) {
	case TEXT_BUSY:
		prompt.word = step_word(login->task, STEP_SENDING);
		return prompt;
	case TEXT_IMPOSSIBLE:
		prompt.word = WORD_PROMPT_NO_CALLS;
		return prompt;
	case TEXT_COOLDOWN:
		prompt.word = step_word(task, STEP_COOLDOWN);
		return prompt;
	case TEXT_SPENT:
		prompt.word = step_word(task, STEP_BUDGET);
		return prompt;
	case TEXT_ENDED:
		*ret_outcome = outcome;
		return prompt;
	case TEXT_GRANTED:
		break;
	}
	text_follow(login, login->config->prompt_within_ms);
	login->wait_ms = 0;
	if (login->sent.state == KEEPER_FAILED)
		prompt.word = failure(login);
	else
		prompt.word = task == WIRE_TASK_VOICE ? WORD_PROMPT_CALLING
			: WORD_PROMPT_SENT_AGAIN;
	return prompt;
}

/*
 * One answer. Returns OUTCOME_WRONG_CODE with the next prompt in *ret_prompt if the login goes on.
 */
static enum outcome
take(struct login *login, const char *answer, struct prompt *ret_prompt)
{
	CODE_AUTO struct code guess = { "" };
	enum answer kind = answer_understand(login, answer, &guess);
	enum outcome outcome;
	bool used = false;

	if (kind == ANSWER_BACKUP) {
		outcome = backup_check(login, &guess, &used);
		*ret_prompt = (struct prompt){
			.word = used ? WORD_PROMPT_BACKUP_USED : WORD_PROMPT_WRONG,
		};
		/* For somebody who has none it is nothing. */
		if (outcome != OUTCOME_NOT_A_CODE)
			return outcome;
	}
	if (kind == ANSWER_CODE) {
		*ret_prompt = (struct prompt){ .word = WORD_PROMPT_WRONG };
		outcome = answer_check(login, &guess);
		if (outcome == OUTCOME_WRONG_CODE)
			report_outcome(login, "denied", outcome);
		return outcome;
	}
	/*
	 * It may be a password: it is neither compared nor counted as a guess, nor shown to
	 * anyone.
	 */
	if (++login->not_codes >= ANSWER_NOT_CODES_MAX)
		return OUTCOME_NOT_A_CODE;
	outcome = OUTCOME_ACCEPTED;
	if (kind == ANSWER_HELP)
		*ret_prompt = help(login);
	else if (kind == ANSWER_OTHER || kind == ANSWER_BACKUP)
		*ret_prompt = (struct prompt){ .word = WORD_PROMPT_NOT_A_CODE };
	else if (kind == ANSWER_NEXT && login->phones.count < 2)
		*ret_prompt = (struct prompt){ .word = WORD_PROMPT_NO_OTHER_PHONE };
	else
		*ret_prompt = send_more(login, kind, &outcome);
	return outcome == OUTCOME_ACCEPTED ? OUTCOME_WRONG_CODE : outcome;
}

enum outcome
dialogue_run(struct login *login)
{
	char text[WORDS_SIZE];
	struct prompt prompt = {
		.word = gateways_refused_number(login) ? WORD_PROMPT_NUMBER_REFUSED
			: WORD_PROMPT_FIRST,
	};

	prompt_say(login, &prompt, text);
	for (;;) {
		char *answer = NULL;
		enum converse_result result = converse_ask(login->pamh, text, &answer);
		enum outcome outcome;

		if (result != CONVERSE_ANSWERED)
			return answer_missing(login, result);
		outcome = take(login, answer, &prompt);
		converse_forget(&answer);
		if (outcome != OUTCOME_WRONG_CODE)
			return outcome;
		prompt_say(login, &prompt, text);
	}
}

void
dialogue_end(const struct login *login, enum outcome outcome)
{
	const struct prompt ending = { .word = ending_word(outcome) };
	char text[WORDS_SIZE];

	if (ending.word == WORD_NONE)
		return;
	prompt_say(login, &ending, text);
	converse_say(login->pamh, text);
}
