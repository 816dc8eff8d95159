/* SPDX-License-Identifier: BSD-2-Clause */
/* Telephone numbers as ITU-T E.164 has them: "+", calling code, national (significant) number. */
#ifndef SMSOTP_CORE_E164_H
#define SMSOTP_CORE_E164_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define E164_SIZE 17		/* "+", 15 digits, NUL */
#define E164_MASKED_SIZE 32
#define E164_PREFIXES_MAX 256

/* A whole number. Never logged, never shown: use e164_mask. Zeroed = none. */
struct e164 {
	char text[E164_SIZE];
};

/* What people and logs may see of a number. Loggers take this type only. */
struct e164_masked {
	char text[E164_MASKED_SIZE];
};

enum e164_error {
	E164_EMPTY = -1,
	E164_CHARACTER = -2,	/* a letter, an extension, a misplaced plus … */
	E164_NO_COUNTRY = -3,	/* a national number, and no country_code to complete it */
	E164_UNKNOWN_COUNTRY = -4,	/* no such calling code is assigned */
	E164_TOO_SHORT = -5,
	E164_TOO_LONG = -6,
	/*
	 * A national number without, or an international one with, its trunk prefix where that is
	 * ambiguous: the length does not tell.
	 */
	E164_TRUNK = -7
};

/*
 * Reads a number as people write it: spaces, dots, dashes, slashes, parentheses, "(0)", a leading
 * "00" or "+", or a national number completed with country_code ("44"; NULL: national numbers are
 * refused) after taking off that country's trunk prefix. The length is checked against the
 * country's plan. text need not be trimmed. Returns 0 or a negative enum e164_error; *ret_number is
 * untouched on failure.
 */
int e164_parse(const char *text, const char *country_code, struct e164 *ret_number)
	__attribute__((warn_unused_result));

/*
 * One clause for the log, without the number itself: "too long for +44 (at most 10 digits)" is not
 * known here, "too many digits for this country" is. Never NULL.
 */
const char *e164_strerror(int error);

/* "+44 ****** 0123" for prompts. At most 4 trailing digits are shown, fewer of a short number. */
void e164_mask(const struct e164 *number, struct e164_masked *ret_masked);

/* "+44*0123" for log lines (no spaces). */
void e164_mask_log(const struct e164 *number, struct e164_masked *ret_masked);

/* Length of the calling code that digits begin with ("447700" has 2), or 0 if none is assigned. */
size_t e164_calling_code_length(const char *digits);

/* Whether "44" is an assigned calling code, whole. */
bool e164_is_calling_code(const char *code);

/*
 * An invented number of that calling code, with the plan's usual length, its digits drawn from
 * entropy: the same entropy gives the same number. For accounts that do not exist; never texted,
 * and not to be asked whether it is allowed. country_code may have more digits behind the calling
 * code; without an assigned one (NULL included) the number is a North American one.
 */
void e164_decoy(const char *country_code, const uint8_t entropy[static 16],
	struct e164 *ret_number);

/*
 * allowed_prefixes: entries "+44" or "!+4470", each with at least a whole calling code; the longest
 * that matches decides, of two equal ones the refusal; "+" matches all. No match, or an entry that
 * is not valid: not allowed.
 */
bool e164_prefix_valid(const char *prefix);
/* Which entry decides; -1: no match, or an entry that is not valid. */
int e164_deciding(const struct e164 *number, const char *const prefixes[], size_t count);
bool e164_allowed(const struct e164 *number, const char *const prefixes[], size_t count);

/* Overwrites the number. Safe on NULL. */
void e164_wipe(struct e164 *number);

#endif
