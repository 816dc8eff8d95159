/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/remember.h"

#include "core/config.h"
#include "module/answer.h"
#include "module/converse.h"
#include "module/login_state.h"
#include "module/prompt.h"
#include "module/report.h"
#include "module/text.h"
#include "wire/session.h"

void
remember_prepare(struct login *login)
{
	struct store_whence place = {
		.uid = login->who.uid, .service = login->who.service,
		.phones = login->phones.number, .phone_count = login->phones.count,
		.user = login_item(login, PAM_USER), .client = login->client,
	};

	/* PAM_USER: not whose phone it is, but whom the caller becomes; one is none as another. */
	if (login->config->remember_ms == 0 || !login->account.known || place.user == NULL)
		return;
	if (place.client == NULL) {
		if (login->tty == NULL || !session_terminal(&place.terminal)) {
			report_debug(login, "nothing is remembered: no client, and no session "
				"of a terminal");
			return;
		}
		place.terminal.name = login->tty;
	}
	if (!session_process(&login->who.process))
		login->who.process = (struct code_process){ .pid = 0 };
	store_place_tag(login->store, &place, &login->who.place);
	login->who.remember_ms = login->config->remember_ms;
}

/* What an answer led to that was no guess: nothing, time after time, is no reason to wait on. */
static enum outcome
still(struct login *login, enum outcome outcome)
{
	return outcome == OUTCOME_WAITING && ++login->not_codes >= ANSWER_NOT_CODES_MAX
		? OUTCOME_NOT_A_CODE : outcome;
}

/* Whichever of the phones the other login's code is bound to: it is compared with that alone. */
static enum outcome
check(struct login *login, const struct code *guess)
{
	enum outcome outcome = OUTCOME_USED_CODE;

	login->ticket.expires_boot_ms = INT64_MAX;
	for (size_t i = 0; i < login->phones.count && outcome == OUTCOME_USED_CODE; i++) {
		login->ticket.phone = login->phones.number[i];
		outcome = answer_check(login, guess);
	}
	return outcome;
}

/*
 * The code that the other login waits for, entered here, where it is good for both. A right one is
 * remembered in the write that consumes it: looking again finds it. Where nothing is left to
 * compare with, that is reason to look again as well.
 */
static enum outcome
enter(struct login *login, const struct code *guess, struct prompt *ret_prompt)
{
	enum outcome outcome = check(login, guess);

	if (outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_USED_CODE)
		return still(login, text_first(login));
	if (outcome != OUTCOME_WRONG_CODE)
		return outcome;
	report_outcome(login, "denied", outcome);
	ret_prompt->word = WORD_PROMPT_WRONG;
	return OUTCOME_WAITING;
}

/* One answer. Returns OUTCOME_WAITING, with the next prompt in *ret_prompt, if nothing changed. */
static enum outcome
take(struct login *login, const char *answer, struct prompt *ret_prompt)
{
	CODE_AUTO struct code guess = { "" };
	enum answer kind = answer_understand(login, answer, &guess);
	enum outcome outcome = OUTCOME_WAITING;

	*ret_prompt = (struct prompt){ .word = WORD_PROMPT_WAITING };
	if (kind == ANSWER_CODE && login_shares_codes(login))
		return enter(login, &guess, ret_prompt);
	/* Any other code is not this conversation's, and not compared with anything here. */
	login->who.alone = kind == ANSWER_RESEND;
	if (kind == ANSWER_HELP || kind == ANSWER_RESEND)
		outcome = text_first(login);
	return still(login, outcome);
}

enum outcome
remember_wait(struct login *login)
{
	struct prompt prompt = { .word = WORD_PROMPT_WAITING };
	enum outcome outcome = OUTCOME_WAITING;
	char text[WORDS_SIZE];

	report_outcome(login, "waiting", outcome);
	while (outcome == OUTCOME_WAITING) {
		char *answer = NULL;
		enum converse_result result;

		prompt_say(login, &prompt, text);
		result = converse_ask(login->pamh, text, &answer);
		if (result != CONVERSE_ANSWERED)
			return answer_missing(login, result);
		outcome = take(login, answer, &prompt);
		converse_forget(&answer);
	}
	login->not_codes = 0;
	return outcome;
}

void
remember_leave(struct login *login)
{
	if (login->who.remember_ms > 0 && store_stop_waiting(login->store, &login->who,
	    &login->ticket, login->fault.text[0] == '\0' ? &login->fault : NULL) != 0)
		report_debug(login, "other logins still wait for this one's code");
}
