/* SPDX-License-Identifier: BSD-2-Clause */
/* What each command runs. Returns the exit status. */
#ifndef SMSOTP_CTL_COMMANDS_H
#define SMSOTP_CTL_COMMANDS_H

struct ctl;

int check_run(struct ctl *ctl);
int complete_run(struct ctl *ctl);
int enroll_run(struct ctl *ctl);
int audit_accounts_run(struct ctl *ctl);
int backup_codes_run(struct ctl *ctl);
int edit_run(struct ctl *ctl);
int explain_run(struct ctl *ctl);
int forget_run(struct ctl *ctl);
int help_run(struct ctl *ctl);
int init_run(struct ctl *ctl);
int metrics_run(struct ctl *ctl);
int prune_run(struct ctl *ctl);
int pull_run(struct ctl *ctl);
int report_run(struct ctl *ctl);
int roundtrip_run(struct ctl *ctl);
int send_run(struct ctl *ctl);
int status_run(struct ctl *ctl);
int try_run(struct ctl *ctl);
int unenroll_run(struct ctl *ctl);
int unlock_run(struct ctl *ctl);

#endif
