/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ending.h"

#include <stddef.h>

static const struct {
	const char *reason;
	enum word word, backup_word;
} rows[OUTCOME_COUNT] = {
	[OUTCOME_ACCEPTED] = { "code", WORD_NONE, WORD_NONE },
	[OUTCOME_EXEMPT] = { "rule", WORD_NONE, WORD_NONE },
	[OUTCOME_REMEMBERED] = { "remembered", WORD_NONE, WORD_NONE },
	[OUTCOME_BACKUP] = { "backup_code", WORD_NONE, WORD_NONE },
	[OUTCOME_WRONG_CODE] = { "wrong_code", WORD_PROMPT_WRONG, WORD_NONE },
	[OUTCOME_WAITING] = { "waiting", WORD_NONE, WORD_NONE },
	[OUTCOME_EXPIRED_CODE] = { "expired_code", WORD_END_EXPIRED, WORD_NONE },
	[OUTCOME_USED_CODE] = { "used_code", WORD_END_USED, WORD_NONE },
	[OUTCOME_GAVE_UP] = { "gave_up", WORD_END_NO_CODE, WORD_NONE },
	[OUTCOME_UNKNOWN_ACCOUNT] = { "unknown_account", WORD_END_GUESSES, WORD_NONE },
	[OUTCOME_GUESSES_USED] = { "guesses_used", WORD_END_GUESSES, WORD_NONE },
	[OUTCOME_LOCKED] = { "locked", WORD_END_LOCKED, WORD_NONE },
	[OUTCOME_DISABLED] = { "disabled", WORD_END_DISABLED, WORD_NONE },
	[OUTCOME_BUDGET_USER] = { "budget_user", WORD_END_BUDGET, WORD_PROMPT_BACKUP_BUDGET },
	[OUTCOME_BUDGET_PHONE] = { "budget_phone", WORD_END_BUDGET, WORD_PROMPT_BACKUP_BUDGET },
	[OUTCOME_BUDGET_CLIENT] = { "budget_client", WORD_END_BUDGET, WORD_PROMPT_BACKUP_BUDGET },
	[OUTCOME_BUDGET_HOST] = { "budget_host", WORD_END_BUDGET, WORD_PROMPT_BACKUP_BUDGET },
	[OUTCOME_BUDGET_VOICE] = { "budget_voice", WORD_END_BUDGET, WORD_NONE },
	[OUTCOME_NO_PHONE] = { "no_phone", WORD_END_NO_PHONE, WORD_PROMPT_BACKUP_NO_PHONE },
	[OUTCOME_BAD_NUMBER] = { "bad_number", WORD_END_BAD_NUMBER, WORD_PROMPT_BACKUP_BAD_NUMBER },
	[OUTCOME_PREFIX_NOT_ALLOWED] = { "prefix_not_allowed", WORD_END_PREFIX,
		WORD_PROMPT_BACKUP_PREFIX },
	[OUTCOME_CALLER_UNKNOWN] = { "caller_unknown", WORD_END_CALLER, WORD_NONE },
	[OUTCOME_NUMBER_REFUSED] = { "number_refused", WORD_END_NUMBER_REFUSED,
		WORD_PROMPT_BACKUP_NUMBER_REFUSED },
	[OUTCOME_PHONE_SOURCE] = { "phone_source", WORD_END_PHONE_SOURCE,
		WORD_PROMPT_BACKUP_PHONE_SOURCE },
	[OUTCOME_GATEWAYS] = { "gateways", WORD_END_GATEWAYS, WORD_PROMPT_BACKUP_GATEWAYS },
	[OUTCOME_STATE] = { "state", WORD_END_STATE, WORD_NONE },
	[OUTCOME_SYSTEM] = { "system", WORD_END_STATE, WORD_NONE },
	[OUTCOME_CONFIG] = { "config", WORD_END_CONFIG, WORD_NONE },
	[OUTCOME_CONVERSATION] = { "conversation", WORD_NONE, WORD_NONE },
	[OUTCOME_NO_ANSWER] = { "no_answer", WORD_END_NO_CODE, WORD_NONE },
	[OUTCOME_NOT_A_CODE] = { "not_a_code", WORD_END_NO_CODE, WORD_NONE },
	[OUTCOME_MEMORY] = { "memory", WORD_END_STATE, WORD_NONE },
};

static enum outcome
known(enum outcome outcome)
{
	return (unsigned int)outcome < OUTCOME_COUNT ? outcome : OUTCOME_SYSTEM;
}

const char *
ending_reason(enum outcome outcome)
{
	return rows[known(outcome)].reason;
}

enum word
ending_word(enum outcome outcome)
{
	return rows[known(outcome)].word;
}

enum word
ending_backup_word(enum outcome outcome)
{
	return rows[known(outcome)].backup_word;
}

enum outcome
ending_of_fault(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_CONFIG:
		return OUTCOME_CONFIG;
	case FAULT_STATE:
	case FAULT_DAMAGED:
	case FAULT_BUSY:
		return OUTCOME_STATE;
	case FAULT_MEMORY:
		return OUTCOME_MEMORY;
	case FAULT_SYSTEM:
	case FAULT_PROTOCOL:
		return OUTCOME_SYSTEM;
	}
	return OUTCOME_SYSTEM;
}

enum outcome
ending_of_standing(enum store_standing standing)
{
	switch (standing) {
	case STORE_FREE:
		return OUTCOME_ACCEPTED;
	case STORE_LOCKED:
		return OUTCOME_LOCKED;
	case STORE_DISABLED:
		return OUTCOME_DISABLED;
	}
	return OUTCOME_SYSTEM;
}

enum outcome
ending_of_phones(enum phones_outcome phones, const struct fault *fault)
{
	switch (phones) {
	case PHONES_FOUND:
		return OUTCOME_ACCEPTED;
	case PHONES_NONE:
		return OUTCOME_NO_PHONE;
	case PHONES_BAD:
		return OUTCOME_BAD_NUMBER;
	case PHONES_NOT_ALLOWED:
		return OUTCOME_PREFIX_NOT_ALLOWED;
	case PHONES_UNAVAILABLE:
		return fault->kind == FAULT_MEMORY ? OUTCOME_MEMORY : OUTCOME_PHONE_SOURCE;
	}
	return OUTCOME_SYSTEM;
}

enum outcome
ending_of_verdict(const struct store_verdict *verdict)
{
	const enum outcome standing = ending_of_standing(verdict->standing);

	if (standing != OUTCOME_ACCEPTED)
		return standing;
	/* The only place where a success that is not this conversation's own becomes one. */
	if (verdict->met == STORE_MET_SUCCESS)
		return OUTCOME_REMEMBERED;
	if (verdict->met == STORE_MET_WAITING)
		return OUTCOME_WAITING;
	switch (verdict->spent) {
	case STORE_BUDGET_NONE: return OUTCOME_ACCEPTED;
	case STORE_BUDGET_USER: return OUTCOME_BUDGET_USER;
	case STORE_BUDGET_PHONE: return OUTCOME_BUDGET_PHONE;
	case STORE_BUDGET_CLIENT: return OUTCOME_BUDGET_CLIENT;
	case STORE_BUDGET_HOST: return OUTCOME_BUDGET_HOST;
	case STORE_BUDGET_VOICE: return OUTCOME_BUDGET_VOICE;
	}
	return OUTCOME_SYSTEM;
}
