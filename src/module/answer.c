/* SPDX-License-Identifier: BSD-2-Clause */
#include "module/answer.h"

#include <string.h>

#include "core/backup.h"
#include "core/config.h"
#include "module/login_state.h"
#include "wire/clock.h"

enum answer
answer_understand(const struct login *login, const char *answer, struct code *ret_guess)
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
	if (code_read(answer, &backup_form, ret_guess))
		return ANSWER_BACKUP;
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
	case 'v':
	case 'V':
		return ANSWER_CALL;
	default:
		return ANSWER_OTHER;
	}
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

enum outcome
answer_check(struct login *login, const struct code *guess)
{
	enum store_result result = STORE_REFUSED;
	int error;

	if (!login->account.known)
		return guess_in_vain(login);
	error = store_verify(login->store, &login->who, &login->ticket, guess, &result,
		&login->status, &login->fault);
	return error != 0 ? ending_of_fault((enum fault_kind)error) : answer_judge(login, result);
}

enum outcome
answer_judge(struct login *login, enum store_result result)
{
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
		login->locked_out = login->status.standing != STORE_FREE;
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

enum outcome
answer_missing(const struct login *login, enum converse_result result)
{
	if (result == CONVERSE_MEMORY)
		return OUTCOME_MEMORY;
	if (result == CONVERSE_NOTHING)
		return login->wrong > 0 ? OUTCOME_GAVE_UP : OUTCOME_NO_ANSWER;
	return OUTCOME_CONVERSATION;
}
