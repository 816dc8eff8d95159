/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login says, with its values filled in. */
#ifndef SMSOTP_MODULE_PROMPT_H
#define SMSOTP_MODULE_PROMPT_H

#include "core/words.h"

struct login;

/* A sentence, and what became of the text, which some of them begin with (WORD_NONE: not known). */
struct prompt {
	enum word word, fate;
	const struct code_form *form;	/* of the code asked for; NULL: of a texted one */
};

/* The first prompt is the one that smsotp.conf or the file of sentences words. */
void prompt_say(const struct login *login, const struct prompt *prompt,
	char ret_text[static WORDS_SIZE]);

#endif
