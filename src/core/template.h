/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts with {variables}: the message, the prompt, the sentences. */
#ifndef SMSOTP_CORE_TEMPLATE_H
#define SMSOTP_CORE_TEMPLATE_H

#include <stddef.h>

struct template_value {
	const char *name;	/* without braces */
	const char *value;	/* NULL counts as "" */
};

/*
 * Checks a template against the names it may use (NULL-terminated): an unknown {name}, an unclosed
 * brace, a control character, bytes that are not UTF-8. Returns NULL if it is well-formed, else a
 * static description; *ret_column (may be NULL) is where, in bytes from 1, and untouched if it is
 * well-formed. "{{" and "}}" stand for braces.
 */
const char *template_check(const char *text, const char *const names[], size_t *ret_column);

/*
 * The name in the {variable} at column of text, as template_check gave it; NULL if none is there.
 * It is part of text, *ret_length its bytes.
 */
const char *template_name_at(const char *text, size_t column, size_t *ret_length);

/* Whether text uses {name}. */
int template_uses(const char *text, const char *name);

/*
 * Expands text into ret_text, always NUL-terminated (size is at least 1). Control characters, bytes
 * that are not UTF-8 and marks that reorder text become '?' in a value, which is cut at 128 bytes;
 * a name without a value becomes nothing. Returns 0, or -1 if the result was cut to size. Both cuts
 * are between characters.
 */
int template_expand(const char *text, const struct template_value *values, size_t count,
	char *ret_text, size_t size);

#endif
