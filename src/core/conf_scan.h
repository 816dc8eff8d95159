/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be refused before libconfig sees a text, because libconfig would take it for something
 * else: "@include" (it opens files that nobody checked), integers that wrap (1.5 reads 4294967596
 * as 300) or that are octal in one version and decimal in another, NUL bytes, a comment or string
 * that never ends (it would swallow the settings after it without a word), and nesting deep enough
 * to matter to a recursive reader.
 */
#ifndef SMSOTP_CORE_CONF_SCAN_H
#define SMSOTP_CORE_CONF_SCAN_H

#include <stddef.h>

#define CONF_SCAN_DEPTH_MAX 32

/* Returns NULL if text may be parsed, else what is wrong (static), with its line in *ret_line. */
const char *conf_scan_text(const char *text, size_t size, unsigned int *ret_line);

/*
 * The line of the first comma behind which a list, an array or a group ends, which older versions
 * of libconfig refuse and newer ones allow; 0: there is none. For a text that may be parsed.
 */
unsigned int conf_scan_trailing_comma(const char *text, size_t size);

#endif
