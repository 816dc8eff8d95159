/* SPDX-License-Identifier: BSD-2-Clause */
/* The default alphabet of texts: 3GPP TS 23.038, section 6.2.1, with its extension table. */
#ifndef SMSOTP_CORE_GSM7_H
#define SMSOTP_CORE_GSM7_H

#include <stdbool.h>
#include <stddef.h>

/*
 * How many septets the character that a UTF-8 text begins with takes: 1, 2 if it is in the
 * extension table, or 0 if it is not in the alphabet (malformed UTF-8 and the end of the text are
 * not). *ret_length is its bytes, and untouched if it is not.
 */
unsigned int gsm7_septets(const char *text, size_t *ret_length)
	__attribute__((warn_unused_result));

/* Whether every character of a UTF-8 text is in the alphabet. Malformed UTF-8 is not. */
bool gsm7_has(const char *text) __attribute__((warn_unused_result));

#endif
