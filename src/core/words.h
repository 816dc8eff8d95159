/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every sentence the module says to a person, and nothing else. All of them are templates
 * (core/template.h).
 */
#ifndef SMSOTP_CORE_WORDS_H
#define SMSOTP_CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_SIZE 768		/* the longest sentence, expanded */

enum word {
	WORD_NONE,
	/* Endings: what happened and what to do. */
	WORD_END_EXPIRED,
	WORD_END_USED,
	WORD_END_NO_CODE,
	WORD_END_GUESSES,
	WORD_END_LOCKED,
	WORD_END_DISABLED,
	WORD_END_BUDGET,
	WORD_END_NO_PHONE,
	WORD_END_BAD_NUMBER,
	WORD_END_PREFIX,
	WORD_END_CALLER,
	WORD_END_NUMBER_REFUSED,
	WORD_END_PHONE_SOURCE,
	WORD_END_GATEWAYS,
	WORD_END_STATE,
	WORD_END_CONFIG,
	/* Prompts after the first, which smsotp.conf words. */
	WORD_PROMPT_WRONG,
	WORD_PROMPT_NOT_A_CODE,
	WORD_PROMPT_TAKEN,	/* Enter: a gateway has taken the text */
	WORD_PROMPT_SENDING,	/* Enter or r: still being sent */
	WORD_PROMPT_UNSURE,	/* Enter: it may have been sent */
	WORD_PROMPT_FAILED,	/* no gateway took it */
	WORD_PROMPT_NUMBER_REFUSED,	/* at any time: a gateway says that it cannot be texted */
	WORD_PROMPT_SENT_AGAIN,
	WORD_PROMPT_COOLDOWN,
	WORD_PROMPT_BUDGET,
	WORD_PROMPT_NO_OTHER_PHONE,
	WORD_PROMPT_FATE,	/* Enter: the gateway has told what became of the text */
	WORD_PROMPT_CALLING,	/* v: a gateway calls, or is being asked to */
	WORD_PROMPT_CALLED,	/* Enter: a gateway has taken the call */
	WORD_PROMPT_CALL_SENDING,	/* Enter, r or v: it is still being asked */
	WORD_PROMPT_CALL_UNSURE,
	WORD_PROMPT_CALL_FAILED,
	WORD_PROMPT_CALL_COOLDOWN,
	WORD_PROMPT_CALL_BUDGET,
	WORD_PROMPT_NO_CALLS,	/* v: no gateway can call */
	/* What became of the text: the beginning of a prompt. */
	WORD_FATE_DELIVERED,
	WORD_FATE_PENDING,
	WORD_FATE_UNREACHABLE,
	WORD_FATE_REFUSED,
	WORD_FATE_FAILED,
	/* Parts of prompts, where they apply. */
	WORD_PART_VOICE,	/* {voice}: in parentheses */
	WORD_PART_CALL,		/* {call}: after "r sends it again" */
	WORD_PART_OTHER_PHONE,	/* {other}: after that */
	WORD_COUNT
};

/* What a sentence can name. NULL or "" where it does not apply. */
struct words_values {
	const char *ref, *user, *contact, *phone;
	const char *next_phone;	/* what n texts */
	bool voice;		/* v is offered */
	enum word fate;
	int64_t wait_ms;
	unsigned int tries;
	const char *form;	/* "6 digits" */
};

/* Expands a sentence in the C locale. Durations round up: what is promised is kept. */
void words_say(enum word word, const struct words_values *values, char ret_text[static WORDS_SIZE]);

/* "45 seconds", "27 minutes", "2 hours"; rounded up, never zero. */
#define WORDS_DURATION_SIZE 32
void words_duration(int64_t ms, char ret_text[static WORDS_DURATION_SIZE]);

#endif
