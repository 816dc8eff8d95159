/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/backup.h"

#include <sodium.h>
#include <string.h>

#include "core/store_backup.h"
#include "module/answer.h"
#include "module/converse.h"
#include "module/login_state.h"
#include "module/prompt.h"
#include "module/report.h"

enum outcome
backup_check(struct login *login, const struct code *guess, bool *ret_used)
{
	struct store_backup backup = { .left = 0 };
	struct store_backup_guess hashed = { .serial = 0 };
	enum store_result result = STORE_EXPIRED;
	unsigned int left = 0;
	enum outcome outcome;
	int error;

	if (!login->account.known)
		return OUTCOME_NOT_A_CODE;
	/* What can be hashed at all first; with nothing locked, what costs time and memory. */
	error = store_backup_find(login->store, login->who.uid, &backup, &login->fault);
	if (error == 0 && backup.left == 0)
		return OUTCOME_NOT_A_CODE;
	hashed.serial = backup.recipe.serial;
	if (error == 0)
		error = backup_hash(&backup.recipe, guess, &hashed.hash, &login->fault);
	if (error == 0)
		error = store_backup_verify(login->store, &login->who, &hashed, &result,
			&login->status, &left, &login->fault);
	sodium_memzero(&hashed, sizeof hashed);
	if (error != 0)
		return ending_of_fault((enum fault_kind)error);
	/* They expired, or were replaced, in the meantime. */
	if (result == STORE_EXPIRED)
		return OUTCOME_NOT_A_CODE;
	login->backup_entered = true;
	login->backup_left = left;
	if (result == STORE_MATCH)
		return OUTCOME_BACKUP;
	*ret_used = result == STORE_CONSUMED;
	outcome = answer_judge(login, *ret_used ? STORE_WRONG : result);
	if (outcome == OUTCOME_WRONG_CODE)
		report_outcome(login, "denied", *ret_used ? OUTCOME_USED_CODE : outcome);
	return outcome;
}

/*
 * One answer. Returns OUTCOME_WRONG_CODE, with the next prompt in *ret_prompt, if the login goes
 * on. ending is how it ends for somebody who gives no code.
 */
static enum outcome
take(struct login *login, const char *answer, enum outcome ending, struct prompt *ret_prompt)
{
	CODE_AUTO struct code guess = { "" };
	enum outcome outcome;
	bool used = false;

	switch (answer_understand(login, answer, &guess)) {
	case ANSWER_BACKUP:
		outcome = backup_check(login, &guess, &used);
		ret_prompt->word = used ? WORD_PROMPT_BACKUP_USED : WORD_PROMPT_BACKUP_WRONG;
		/* What there was when he was asked has gone. */
		return outcome == OUTCOME_NOT_A_CODE ? ending : outcome;
	case ANSWER_HELP:
		return login->wrong > 0 ? OUTCOME_GAVE_UP : ending;
	default:
		/* A password, or a code that no text has brought: neither compared nor counted. */
		ret_prompt->word = WORD_PROMPT_BACKUP_NOT_A_CODE;
		return ++login->not_codes >= ANSWER_NOT_CODES_MAX ? OUTCOME_NOT_A_CODE
			: OUTCOME_WRONG_CODE;
	}
}

static enum outcome
ask(struct login *login, enum outcome ending)
{
	struct prompt prompt = { .word = ending_backup_word(ending), .form = &backup_form };
	enum outcome outcome = OUTCOME_WRONG_CODE;
	char text[WORDS_SIZE];

	while (outcome == OUTCOME_WRONG_CODE) {
		char *answer = NULL;
		enum converse_result result;

		prompt_say(login, &prompt, text);
		result = converse_ask(login->pamh, text, &answer);
		if (result != CONVERSE_ANSWERED && login->wrong == 0)
			return result == CONVERSE_MEMORY ? OUTCOME_MEMORY : ending;
		if (result != CONVERSE_ANSWERED)
			return answer_missing(login, result);
		outcome = take(login, answer, ending, &prompt);
		converse_forget(&answer);
	}
	return outcome;
}

enum outcome
backup_instead(struct login *login, enum outcome outcome)
{
	struct store_backup backup = { .left = 0 };
	struct fault fault;
	int result;

	if (ending_backup_word(outcome) == WORD_NONE || !login->account.known)
		return outcome;
	result = store_backup_find(login->store, login->who.uid, &backup, &fault);
	if (result != 0) {
		login->fault = fault;
		return ending_of_fault((enum fault_kind)result);
	}
	if (backup.left == 0)
		return outcome;
	/* Why there was no text, which the line at the end will not tell. */
	report_outcome(login, "backup", outcome);
	login->fault.text[0] = '\0';
	login->not_codes = 0;
	return ask(login, outcome);
}

void
backup_notice(const struct login *login)
{
	const struct prompt notice = {
		.word = login->backup_left > 0 ? WORD_END_BACKUP : WORD_END_BACKUP_LAST,
	};
	char text[WORDS_SIZE];

	if (login->silent)
		return;
	prompt_say(login, &notice, text);
	converse_tell(login->pamh, text);
}
