/* SPDX-License-Identifier: BSD-2-Clause */
/* What enroll, unenroll and pull share: the phone file they change, and what is told of it. */
#ifndef SMSOTP_CTL_PHONEFILE_H
#define SMSOTP_CTL_PHONEFILE_H

#include <jansson.h>

#include "core/phones_edit.h"

struct account;
struct ctl;
struct fault;
struct site;

enum phonefile_keeping { PHONEFILE_KEPT, PHONEFILE_PULLED };

/*
 * That of --file, or the first file source's; of those that people keep, as pull would undo what
 * is changed in its own. FAULT_SYSTEM if there is none.
 */
int phonefile_choose(const struct ctl *ctl, const struct site *site, enum phonefile_keeping keeping,
	const char **ret_path, struct fault *fault) __attribute__((warn_unused_result));

/* Logs what was done to the file: reason is the command; detail also says it. */
void phonefile_log(const char *reason, const struct account *account,
	const struct phones_edit *edit, const char *detail);

/* "new", "changed", "removed", "unchanged". */
const char *phonefile_change_name(enum phones_edited edited);

/*
 * The source that decides about the user's phones now, if that is not this number in a file: its
 * name, "" where none knows him; NULL: it is this number, or that cannot be told. number is NULL
 * where none is meant to be left. trouble->text, else "", says what could not be asked.
 */
const char *phonefile_decides(const struct site *site, const char *user,
	const struct e164 *number, struct fault *trouble);

/* Prints what could not be asked, of a document that has it as "trouble". */
void phonefile_show_trouble(const json_t *document);

/* What to say besides a fault that is the phone file's; NULL: it is not, or that is all. */
const char *phonefile_advice(const struct phones_edit *edit, const struct fault *fault);

#endif
