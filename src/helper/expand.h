/* SPDX-License-Identifier: BSD-2-Clause */
/* {variables} put into texts, each escaped for where it stands. */
#ifndef SMSOTP_HELPER_EXPAND_H
#define SMSOTP_HELPER_EXPAND_H

#include "helper/buffer.h"
#include "helper/values.h"

enum expand_place {
	EXPAND_PLAIN,	/* as it is: the caller escapes the whole */
	EXPAND_XML,	/* text and attributes of XML 1.0; UTF-8, and no character it has not */
	EXPAND_HOST,	/* host and port of a URL: letters, digits, "-" and "." only */
	EXPAND_URL,	/* the rest of a URL: percent-encoded */
	EXPAND_HEADER	/* UTF-8 without control characters: they would begin another header */
};

/*
 * Appends text, which template_check has passed, with its variables filled in. Returns 0, or -1
 * for a value that may not stand in this place. What of the text itself is plain is not escaped.
 */
int expand_add(struct buffer *buffer, const char *text, const struct values *values,
	enum expand_place place) __attribute__((warn_unused_result));

#endif
