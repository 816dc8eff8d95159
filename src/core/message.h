/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text that is sent: its template, what of a login may stand in it, and how long it is. Module
 * and helper both compose one (a gateway may have a message of its own), and this is the one place
 * that decides what values from outside can do in it.
 */
#ifndef SMSOTP_CORE_MESSAGE_H
#define SMSOTP_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_at;

#define MESSAGE_TEMPLATE_MAX 480	/* bytes */
#define MESSAGE_TEXT_SIZE 1601	/* with NUL: the longest text that APIs take */
#define MESSAGE_VALUE_SIZE 129	/* bytes of a value with NUL: as much as a template takes */
#define MESSAGE_ORIGIN_MAX 253	/* bytes of a domain name: RFC 1035, section 2.3.4 */

/* The variables of every message: NULL-terminated. */
extern const char *const message_names[];

enum message_kind {
	MESSAGE_COMMON,		/* smsotp.conf's */
	MESSAGE_OF_GATEWAY	/* one gateway's own: may also end in {origin} */
};

/*
 * Reads the setting `key`, a template, if it is there. An unknown variable, no {code} in it, an
 * {origin} that is not the last of it are errors, and so is a text that the longest values would
 * make longer than MESSAGE_TEXT_SIZE: whose client's name is long must not end a login as a
 * mistake of the configuration would. Returns 0 or FAULT_CONFIG.
 */
int message_read(const struct conf_at *at, const char *key, enum message_kind kind,
	const char **ret_template) __attribute__((warn_unused_result));

/* NULL counts as "". */
struct message_values {
	const char *code, *ref;
	const char *host, *user, *service, *client;	/* cleaned here, if they are not yet */
	const char *origin;	/* a valid one: the text ends in the line "@ORIGIN #CODE" */
	uint32_t lifetime_s;	/* left to the code; {minutes} is at least 1 */
};

/*
 * Composes the text. Returns 0, or FAULT_CONFIG if it does not fit into size (at least 1);
 * ret_text is wiped then.
 */
int message_compose(const char *template, const struct message_values *values, char *ret_text,
	size_t size) __attribute__((warn_unused_result));

/*
 * What of a user's, host's, service's or client's name may stand in a text, cut to 128 bytes
 * between characters. None can end the line, hide what follows or look like a code: control
 * characters, marks that reorder, what is not seen and malformed UTF-8 become '?'; so does "#" of
 * any width, and "@" where nothing but spaces are before it, since a line "@example.com #491827"
 * binds a code to a website; five or more digits of any script, next to each other or with no more
 * than spaces, dashes and other characters beyond ASCII between them, become '*' each. The dots of
 * an IPv4 address divide, and one with dashes in their place, as in hosts' names, stays. Cleaning
 * once more changes nothing. NULL counts as "".
 */
void message_clean(const char *value, char ret_value[static MESSAGE_VALUE_SIZE]);

/*
 * Whether name can be an origin: labels of letters, digits and inner dashes, at most 63 bytes each
 * and 253 in all, and no IPv4 address (WICG, Origin-bound one-time codes: a host that is a domain).
 * No port, no dot at the end.
 */
bool message_origin_valid(const char *name) __attribute__((warn_unused_result));

struct message_size {
	bool ucs2;		/* a character is not in GSM-7 */
	unsigned int units;	/* septets, or UTF-16 code units */
	unsigned int segments;	/* what is paid for; at least 1 */
};

/*
 * Sizes of a UTF-8 text: 3GPP TS 23.038, section 6.2, and TS 23.040, section 9.2.3.24.1: 160
 * septets or 70 UTF-16 units alone, 153 or 67 in each of several, where an extension character or a
 * surrogate pair is not split. A byte that is not UTF-8 counts as one UTF-16 unit.
 */
void message_measure(const char *text, struct message_size *ret_size);

/*
 * What is worth saying of a size: "2 segments", "1 segment, UCS-2"; "" for one GSM-7 segment.
 */
#define MESSAGE_SIZE_WORDS 40
void message_size_words(const struct message_size *size,
	char ret_words[static MESSAGE_SIZE_WORDS]);

#endif
