/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every sentence the module says to a person, and nothing else. All of them are templates
 * (core/template.h), and a file can replace any of them: smsotp-texts(5). A new one needs its name
 * here, its row in words_list.c, and its lines in that page and in conf/texts.*.conf, which the
 * tests compare.
 */
#ifndef SMSOTP_CORE_WORDS_H
#define SMSOTP_CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_form;
struct conf_at;
struct fault;

#define WORDS_SIZE 768		/* the longest sentence, expanded */
#define WORDS_PART_SIZE 129	/* the longest part of one: what a template takes of a value */

/* A language: its sentences, and the English ones in place of those that it lacks. */
struct words;

enum word {
	WORD_NONE,
	/* What smsotp.conf words, where it does not. */
	WORD_PROMPT_FIRST,
	WORD_MESSAGE,		/* the text: core/message.h */
	WORD_CONTACT,
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
	/* A backup code was right: how many are left. */
	WORD_END_BACKUP,
	WORD_END_BACKUP_LAST,
	/* Prompts after the first. */
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
	WORD_PROMPT_WAITING,	/* in place of the first: another login of this place waits */
	/* In place of the first: why no text can be sent to somebody who has backup codes. */
	WORD_PROMPT_BACKUP_BUDGET,
	WORD_PROMPT_BACKUP_NO_PHONE,
	WORD_PROMPT_BACKUP_BAD_NUMBER,
	WORD_PROMPT_BACKUP_PREFIX,
	WORD_PROMPT_BACKUP_NUMBER_REFUSED,
	WORD_PROMPT_BACKUP_PHONE_SOURCE,
	WORD_PROMPT_BACKUP_GATEWAYS,
	/* After one of these. */
	WORD_PROMPT_BACKUP_WRONG,
	WORD_PROMPT_BACKUP_NOT_A_CODE,
	WORD_PROMPT_BACKUP_USED,	/* at any prompt: right once, and never again */
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
	/* What is counted: one, several. */
	WORD_UNIT_SECOND,
	WORD_UNIT_SECONDS,
	WORD_UNIT_MINUTE,
	WORD_UNIT_MINUTES,
	WORD_UNIT_HOUR,
	WORD_UNIT_HOURS,
	WORD_UNIT_TRY,
	WORD_UNIT_TRIES,
	WORD_UNIT_BACKUP_CODE,
	WORD_UNIT_BACKUP_CODES,
	/* {form}: of the code, never one alone. */
	WORD_UNIT_DIGITS,
	WORD_UNIT_ALNUM,
	WORD_COUNT
};

/*
 * Loads a file of sentences: smsotp-texts(5). Unknown keys, {variables} that a sentence does not
 * have, and a sentence that the longest values would cut are errors. Returns 0, FAULT_CONFIG or
 * FAULT_MEMORY.
 */
int words_load(const char *path, struct words **ret_words, struct fault *fault)
	__attribute__((warn_unused_result));

/* Safe on NULL. */
void words_free(struct words **words);

/*
 * In all that follows words may be NULL: English.
 *
 * A sentence with its variables still in it. It lives as long as words.
 */
const char *words_template(const struct words *words, enum word word);

/*
 * Reads the setting whose key is the word's, also in smsotp.conf, if it is there, and checks it.
 * Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int words_read(const struct conf_at *at, enum word word, const char **ret_template)
	__attribute__((warn_unused_result));

/* What a sentence can name. NULL or "" where it does not apply. */
struct words_values {
	const char *ref, *user, *phone;
	const char *contact;	/* "": that of the words */
	const char *host, *service;	/* for the first prompt and a notice */
	const char *until;	/* for a notice */
	const char *next_phone;	/* what n texts */
	bool voice;		/* v is offered */
	enum word fate;
	int64_t wait_ms;
	unsigned int tries;
	unsigned int backup_codes;
	const struct code_form *form;
};

/*
 * Expands a sentence, or a template that words_read has checked for one, in the C locale.
 * Durations round up: what is promised is kept. A notice, which nobody has measured, may be cut.
 */
void words_say(const struct words *words, enum word word, const struct words_values *values,
	char ret_text[static WORDS_SIZE]);
void words_expand(const struct words *words, const char *template,
	const struct words_values *values, char ret_text[static WORDS_SIZE]);

/* "45 seconds", "27 minutes", "2 hours"; rounded up, never zero. */
void words_duration(const struct words *words, int64_t ms, char ret_text[static WORDS_PART_SIZE]);

#endif
