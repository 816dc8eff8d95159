/* SPDX-License-Identifier: BSD-2-Clause */
/* The default alphabet of texts: 3GPP TS 23.038, section 6.2.1, with its extension table. */
#ifndef SMSOTP_HELPER_GSM7_H
#define SMSOTP_HELPER_GSM7_H

#include <stdbool.h>

/* Whether every character of a UTF-8 text is in the alphabet. Malformed UTF-8 is not. */
bool gsm7_has(const char *text) __attribute__((warn_unused_result));

#endif
