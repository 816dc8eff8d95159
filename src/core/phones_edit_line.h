/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a phone file, as phones_edit.c has it changed. For that file only. */
#ifndef SMSOTP_CORE_PHONES_EDIT_LINE_H
#define SMSOTP_CORE_PHONES_EDIT_LINE_H

#include <stddef.h>

#include "core/phones.h"
#include "core/phones_edit.h"

/* What comes in place of a line, without its end; nothing of PHONES_REMOVED. */
struct phones_edit_line {
	char text[2 * PHONES_LINE_SIZE];
	size_t length;
};

/*
 * Changes [line, end), in which what follows the name begins at rest. *ret_problem is NULL, or why
 * it cannot be done.
 */
enum phones_edited phones_edit_line(const struct phones_edit *edit, const char *line,
	const char *rest, const char *end, struct phones_edit_line *ret_line,
	const char **ret_problem);

#endif
