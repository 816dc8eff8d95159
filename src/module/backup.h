/* SPDX-License-Identifier: BSD-2-Clause */
/* Backup codes: entered in place of a texted code, and asked for where none can be texted. */
#ifndef SMSOTP_MODULE_BACKUP_H
#define SMSOTP_MODULE_BACKUP_H

#include "core/code.h"
#include "module/outcome.h"

struct login;

/*
 * Compares a guess of backup_form, and logs a wrong one: OUTCOME_BACKUP only after
 * store_backup_verify has found a match; OUTCOME_WRONG_CODE while the login may go on, with
 * *ret_used where the code was right once; OUTCOME_NOT_A_CODE if the user has none to compare with,
 * and nothing was counted; else how the login ends.
 */
enum outcome backup_check(struct login *login, const struct code *guess, bool *ret_used)
	__attribute__((warn_unused_result));

/*
 * How a login that would end so ends: where that is for want of a text and the user has backup
 * codes, after he was asked for one. Who gives none ends as he would have.
 */
enum outcome backup_instead(struct login *login, enum outcome outcome)
	__attribute__((warn_unused_result));

/* After OUTCOME_BACKUP: tells how many are left. Not where PAM_SILENT is set. */
void backup_notice(const struct login *login);

#endif
