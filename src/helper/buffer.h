/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A growing piece of text that may hold secrets: every block it leaves behind is wiped. An
 * addition that cannot be made (no memory, over BUFFER_MAX) spoils the whole buffer, so that
 * only the end has to be checked.
 */
#ifndef SMSOTP_HELPER_BUFFER_H
#define SMSOTP_HELPER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#define BUFFER_MAX 65536

/* Zeroed = empty. */
struct buffer {
	char *data;
	size_t size, capacity;
	bool spoilt;
};

void buffer_add(struct buffer *buffer, const char *bytes, size_t size);
void buffer_add_text(struct buffer *buffer, const char *text);

/*
 * Percent-encoded (RFC 3986): all but letters, digits and "-._~". Right in a path segment, a
 * query and a form.
 */
void buffer_add_percent(struct buffer *buffer, const char *text);

/* NUL-terminated, the buffer's own; NULL if it was spoilt. */
const char *buffer_text(struct buffer *buffer);

/* Wipes and empties. */
void buffer_free(struct buffer *buffer);

#endif
