/* SPDX-License-Identifier: BSD-2-Clause */
/* UTF-8 without a locale: what the host's setlocale says must not change what a text means here. */
#ifndef SMSOTP_CORE_UTF8_H
#define SMSOTP_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the character that text (NUL-terminated) begins with. Returns its bytes, 1 to 4, or 0 if
 * they are not well-formed (Unicode, table 3-7: no overlong forms, no surrogates); *ret_point is
 * untouched then. NUL is a character of one byte.
 */
size_t utf8_decode(const char *text, uint32_t *ret_point) __attribute__((warn_unused_result));

/* The units of a character in UTF-16 (RFC 2781, section 2.1); returns how many, 1 or 2. */
unsigned int utf8_utf16(uint32_t point, uint16_t ret_units[static 2]);

/* Spaces of any width, the no-break ones included; not tabs or line ends. */
bool utf8_is_space(uint32_t point);

/* Hyphens, dashes and the minus sign. */
bool utf8_is_dash(uint32_t point);

/*
 * What must not reach a terminal, a log or a phone: C0 and C1 controls (U+009B starts escape
 * sequences), DEL, the line and paragraph separators.
 */
bool utf8_is_control(uint32_t point);

/* Whether the whole text is UTF-8 without controls. */
bool utf8_is_printable(const char *text);

/* Marks that change the order in which the text around them is shown. */
bool utf8_is_reordering(uint32_t point);

/*
 * What takes no room, so that a text with it looks like the one without (Unicode,
 * Default_Ignorable_Code_Point).
 */
bool utf8_is_invisible(uint32_t point);

/*
 * What people read as one of the ten digits, of any script: Unicode's general category Nd, and
 * those that are raised, lowered, circled, in brackets or with a full stop.
 */
bool utf8_is_digit(uint32_t point);

#endif
