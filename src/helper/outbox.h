/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateway that is a file: one JSON line per text. */
#ifndef SMSOTP_HELPER_OUTBOX_H
#define SMSOTP_HELPER_OUTBOX_H

#include <stdbool.h>

#include "wire/deadline.h"

struct fault;
struct wire_reply;
struct wire_request;

/*
 * Opens path for appending, made with mode 0600 if absent. Refused: symbolic links, anything but
 * a regular file of the effective uid with one link that nobody else may read or write. *ret_fd
 * is CLOEXEC.
 */
int outbox_open(const char *path, int *ret_fd, struct fault *fault)
	__attribute__((warn_unused_result));

/* Called before the first byte is written; false: write nothing. */
typedef bool outbox_posting(void *data);

/*
 * Appends the whole line or nothing. Needs only the open fd; does not fail: *ret_reply says what
 * became of it.
 */
void outbox_append(int fd, const struct wire_request *request, struct deadline deadline,
	outbox_posting *posting, void *data, struct wire_reply *ret_reply);

#endif
