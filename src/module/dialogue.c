/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "core/config.h"
#include "core/template.h"
#include "module/clock.h"
#include "module/converse.h"
#include "module/login_state.h"
#include "module/report.h"
#include "module/text.h"

/*
 * ssh without a terminal answers every prompt with an empty string at once: without a bound that
 * is a loop at wire speed.
 */
#define NOT_CODES_MAX 5

enum answer { ANSWER_CODE, ANSWER_HELP, ANSWER_RESEND, ANSWER_NEXT, ANSWER_OTHER };

static size_t
next_phone(const struct login *login)
{
	return login->phones.count == 0 ? 0 : (login->phone + 1) % login->phones.count;
}

static void
say(const struct login *login, enum word word, char ret_text[static WORDS_SIZE])
{
	struct e164_masked phone = { "" }, next = { "" };
	char form[32] = "", other[WORDS_SIZE] = "";
	struct words_values values = {
		.ref = login->ref, .user = login->account.name, .wait_ms = login->wait_ms,
		.form = form, .other = other,
	};

	if (login->config != NULL) {
		values.contact = login->config->contact;
		snprintf(form, sizeof form, "%u %s", login->config->code.length,
			login->config->code.alphabet == CODE_DIGITS ? "digits"
			: "letters and digits");
	}
	if (login->phones.count > 1) {
		e164_mask(&login->phones.number[next_phone(login)], &next);
		values.phone = next.text;
		words_say(WORD_PROMPT_OTHER_PHONE, &values, other);
	}
	if (login->phones.count > 0)
		e164_mask(login_phone(login), &phone);
	values.phone = phone.text;
	if (login->config != NULL) {
		const struct limit_guesses *guesses = &login->config->guesses;
		unsigned int of_conversation = guesses->per_conversation - login->wrong;
		unsigned int of_user = guesses->lock_after - login->status.round_failures;

		values.tries = of_conversation < of_user ? of_conversation : of_user;
	}
	words_say(word, &values, ret_text);
}

static int
first_prompt(const struct login *login, char ret_text[static WORDS_SIZE])
{
	struct e164_masked phone;

	e164_mask(login_phone(login), &phone);

	const struct template_value values[] = {
		{ "ref", login->ref }, { "phone", phone.text }, { "host", login->host },
		{ "user", login->account.name }, { "service", login->service },
	};

	return template_expand(login->config->prompt, values, sizeof values / sizeof values[0],
		ret_text, WORDS_SIZE);
}

static enum answer
understand(const struct login *login, const char *answer, struct code *ret_guess)
{
	static const char blanks[] = " \t\r\n";
	size_t length;

	if (code_read(answer, &login->config->code, ret_guess))
		return ANSWER_CODE;
	/*
	 * sshd hands over junk of the same length for what an account that does not exist
	 * answers.
	 */
	if (!login->account.known && strlen(answer) == login->config->code.length)
		return ANSWER_CODE;
	answer += strspn(answer, blanks);
	length = strcspn(answer, blanks);
	if (answer[length + strspn(answer + length, blanks)] != '\0' || length > 1)
		return ANSWER_OTHER;
	switch (answer[0]) {
	case '\0':
		return ANSWER_HELP;
	case 'r':
	case 'R':
		return ANSWER_RESEND;
	case 'n':
	case 'N':
		return ANSWER_NEXT;
	default:
		return ANSWER_OTHER;
	}
}

/* What became of the text, for a person who pressed Enter. */
static enum word
fate(struct login *login)
{
	text_follow(login, 0);
	login->wait_ms = clock_boot_ms() - login->texted_boot_ms;
	switch (login->sent.state) {
	case KEEPER_WAITING:
	case KEEPER_SENDING:
		return WORD_PROMPT_SENDING;
	case KEEPER_ACCEPTED:
		return WORD_PROMPT_TAKEN;
	case KEEPER_FAILED:
		break;
	}
	return login->sent.ambiguous ? WORD_PROMPT_UNSURE : WORD_PROMPT_FAILED;
}

/* r and n. *ret_outcome is OUTCOME_ACCEPTED while the login goes on. */
static enum word
resend(struct login *login, size_t phone, enum outcome *ret_outcome)
{
	enum outcome outcome = OUTCOME_SYSTEM;
	enum word word = WORD_PROMPT_SENT_AGAIN;

	*ret_outcome = OUTCOME_ACCEPTED;
	switch (text_again(login, phone, &outcome)) {
	case TEXT_BUSY:
		return WORD_PROMPT_SENDING;
	case TEXT_COOLDOWN:
		return WORD_PROMPT_COOLDOWN;
	case TEXT_SPENT:
		return WORD_PROMPT_BUDGET;
	case TEXT_ENDED:
		*ret_outcome = outcome;
		return WORD_NONE;
	case TEXT_GRANTED:
		break;
	}
	text_follow(login, login->config->prompt_within_ms);
	if (login->sent.state == KEEPER_FAILED)
		word = login->sent.ambiguous ? WORD_PROMPT_UNSURE : WORD_PROMPT_FAILED;
	login->wait_ms = 0;
	return word;
}

/* An account that does not exist counts its guesses here: it has no record and never gets in. */
static enum outcome
guess_in_vain(struct login *login)
{
	if (clock_boot_ms() >= login->ticket.expires_boot_ms)
		return OUTCOME_EXPIRED_CODE;
	login->wrong++;
	login->status.round_failures++;
	return login->wrong >= login->config->guesses.per_conversation
		? OUTCOME_UNKNOWN_ACCOUNT : OUTCOME_WRONG_CODE;
}

static enum outcome
check_guess(struct login *login, const struct code *guess)
{
	enum store_result result = STORE_REFUSED;
	int error;

	if (!login->account.known)
		return guess_in_vain(login);
	error = store_verify(login->store, &login->who, &login->ticket, guess, &result,
		&login->status, &login->fault);
	if (error != 0)
		return outcome_of_fault((enum fault_kind)error);
	login->wait_ms = login->status.locked_for_ms;
	switch (result) {
	case STORE_MATCH:
		return OUTCOME_ACCEPTED;
	case STORE_EXPIRED:
		return OUTCOME_EXPIRED_CODE;
	case STORE_CONSUMED:
		return OUTCOME_USED_CODE;
	case STORE_WRONG:
		login->wrong++;
		break;
	case STORE_REFUSED:
		break;
	}
	if (login->status.standing == STORE_LOCKED)
		return OUTCOME_LOCKED;
	if (login->status.standing == STORE_DISABLED)
		return OUTCOME_DISABLED;
	if (result != STORE_WRONG)
		return OUTCOME_SYSTEM;
	return login->wrong >= login->config->guesses.per_conversation
		? OUTCOME_GUESSES_USED : OUTCOME_WRONG_CODE;
}

static enum outcome
outcome_without_answer(const struct login *login, enum converse_result result)
{
	if (result == CONVERSE_MEMORY)
		return OUTCOME_MEMORY;
	if (result == CONVERSE_NOTHING)
		return login->wrong > 0 ? OUTCOME_GAVE_UP : OUTCOME_NO_ANSWER;
	return OUTCOME_CONVERSATION;
}

/*
 * One answer. Returns OUTCOME_WRONG_CODE with the next prompt in *ret_word if the login goes on.
 */
static enum outcome
take(struct login *login, const char *answer, enum word *ret_word)
{
	CODE_AUTO struct code guess = { "" };
	enum answer kind = understand(login, answer, &guess);
	enum outcome outcome;

	if (kind == ANSWER_CODE) {
		*ret_word = WORD_PROMPT_WRONG;
		outcome = check_guess(login, &guess);
		if (outcome == OUTCOME_WRONG_CODE)
			report_outcome(login, "denied", outcome);
		return outcome;
	}
	/*
	 * It may be a password: it is neither compared nor counted as a guess, nor shown to
	 * anyone.
	 */
	if (++login->not_codes >= NOT_CODES_MAX)
		return OUTCOME_NOT_A_CODE;
	outcome = OUTCOME_ACCEPTED;
	switch (kind) {
	case ANSWER_HELP:
		*ret_word = fate(login);
		break;
	case ANSWER_RESEND:
		*ret_word = resend(login, login->phone, &outcome);
		break;
	case ANSWER_NEXT:
		if (login->phones.count > 1)
			*ret_word = resend(login, next_phone(login), &outcome);
		else
			*ret_word = WORD_PROMPT_NO_OTHER_PHONE;
		break;
	case ANSWER_OTHER:
	case ANSWER_CODE:
		*ret_word = WORD_PROMPT_NOT_A_CODE;
		break;
	}
	return outcome == OUTCOME_ACCEPTED ? OUTCOME_WRONG_CODE : outcome;
}

enum outcome
dialogue_run(struct login *login)
{
	char prompt[WORDS_SIZE];
	enum word word = WORD_NONE;

	if (first_prompt(login, prompt) != 0) {
		(void)fault_set(&login->fault, FAULT_CONFIG, "%s: prompt: too long once filled in",
			login->conf_path);
		return OUTCOME_CONFIG;
	}
	for (;;) {
		char *answer = NULL;
		enum converse_result result = converse_ask(login->pamh, prompt, &answer);
		enum outcome outcome;

		if (result != CONVERSE_ANSWERED)
			return outcome_without_answer(login, result);
		outcome = take(login, answer, &word);
		converse_forget(&answer);
		if (outcome != OUTCOME_WRONG_CODE)
			return outcome;
		say(login, word, prompt);
	}
}

void
dialogue_end(const struct login *login, enum outcome outcome)
{
	char text[WORDS_SIZE];
	enum word word = outcome_row(outcome)->word;

	if (word == WORD_NONE)
		return;
	say(login, word, text);
	converse_say(login->pamh, text);
}
