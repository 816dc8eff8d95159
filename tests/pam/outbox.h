/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The outbox file, one text per line: {"time": …, "to": "+44…", "text": "…"}. Mapped,
 * never copied.
 */
#ifndef SMSOTP_TESTS_OUTBOX_H
#define SMSOTP_TESTS_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct outbox;
struct world_text;

struct outbox *outbox_new(const char *path);
void outbox_free(struct outbox **outbox);

size_t outbox_count(struct outbox *outbox);
bool outbox_text(struct outbox *outbox, size_t number, struct world_text *ret_text);

#endif
