/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMSOTP_CTL_TRY_PLACE_H
#define SMSOTP_CTL_TRY_PLACE_H

#include <jansson.h>
#include <stdbool.h>

struct ctl;
struct fault;
struct service_file;

/*
 * Puts the lines of a trial into the text where check finds no error then, and a login without the
 * trial goes as it does now: behind the last line that checks a password, or as few lines below as
 * need be. *ret_found is what check says of that, and of all else that such logins need, a document
 * for finding_show; the text is unchanged if there are errors. Returns 0, FAULT_SYSTEM (no line
 * checks a password, or the module is there already) or FAULT_MEMORY.
 */
int try_place(const struct ctl *ctl, const char *service, struct service_file *file,
	json_t **ret_found, struct fault *fault) __attribute__((warn_unused_result));

#endif
