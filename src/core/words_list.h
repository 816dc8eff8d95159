/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of words, for the words*.c files and their tests alone. */
#ifndef SMSOTP_CORE_WORDS_LIST_H
#define SMSOTP_CORE_WORDS_LIST_H

#include "core/words.h"

#define WORDS_NAMES_MAX 14

enum words_kind {
	WORDS_SENTENCE,
	WORDS_PART,		/* goes into a sentence as the value of a variable */
	WORDS_TEXT		/* goes to a phone: core/message.h checks it and fills it in */
};

struct words_entry {
	enum words_kind kind;
	const char *key;
	const char *names[WORDS_NAMES_MAX];	/* its variables, NULL-terminated */
	const char *english;
};

extern const struct words_entry words_list[WORD_COUNT];	/* nothing at WORD_NONE but "" */

#endif
