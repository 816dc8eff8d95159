/* SPDX-License-Identifier: BSD-2-Clause */
/* What a call says: the code, character by character, in the words of a language. */
#ifndef SMSOTP_HELPER_SPOKEN_H
#define SMSOTP_HELPER_SPOKEN_H

#include <stdbool.h>
#include <stddef.h>

#define SPOKEN_LANGUAGE_SIZE 17	/* with NUL; "sr-Cyrl-RS" has ten letters */
#define SPOKEN_MESSAGE_MAX 512	/* bytes of voice_message */
#define SPOKEN_SIZE 1024
#define SPOKEN_DIGITS_SIZE 40	/* of codes up to 13 characters */

struct spoken {
	const char *language;	/* "en-GB": BCP 47 (RFC 5646), language, script, region */
	const char *message;	/* with {digits}; NULL: the built-in wording of the language */
};

/* Whether text has the form of a language tag that is short enough. */
bool spoken_language_valid(const char *text) __attribute__((warn_unused_result));

/* Whether there is a built-in wording for the language of a valid tag. */
bool spoken_has(const char *language) __attribute__((warn_unused_result));

/* NULL if message can be a voice_message, else what is wrong; *ret_column in bytes from 1. */
const char *spoken_check(const char *message, size_t *ret_column)
	__attribute__((warn_unused_result));

/*
 * Writes the code's characters with ", " between them: speech makes of "491827" a number of
 * hundreds of thousands. What does not fit is left out.
 */
void spoken_digits(const char *code, char ret_digits[static SPOKEN_DIGITS_SIZE]);

/*
 * Writes the sentence with {digits} in it. Returns 0, or -1 if it does not fit, or there is
 * neither message nor wording.
 */
int spoken_write(const struct spoken *spoken, const char *digits,
	char ret_text[static SPOKEN_SIZE]) __attribute__((warn_unused_result));

/* "en-GB" in lower case, and "en". language is valid. */
void spoken_lower(const char *language, char ret_text[static SPOKEN_LANGUAGE_SIZE]);
void spoken_short(const char *language, char ret_text[static SPOKEN_LANGUAGE_SIZE]);

#endif
