/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ending noted on the PAM handle. sudo calls pam_authenticate three times for one command and
 * login five times; a noted ending is returned again at once. The note can only deny.
 */
#ifndef SMSOTP_MODULE_NOTE_H
#define SMSOTP_MODULE_NOTE_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "core/account.h"
#include "module/outcome.h"

/*
 * Notes an ending for this account (NULL: whoever it is, since the name has no part in it). Does
 * nothing for endings that are not to be noted.
 */
void note_set(pam_handle_t *pamh, const struct account *account, enum outcome outcome);

/* Whether an ending was noted for this account (or, with NULL, for whoever it is). */
bool note_get(pam_handle_t *pamh, const struct account *account, enum outcome *ret_outcome);

#endif
