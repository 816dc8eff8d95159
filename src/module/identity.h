/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose phone: that of the account that is logged in to, or of who asks for it. */
#ifndef SMSOTP_MODULE_IDENTITY_H
#define SMSOTP_MODULE_IDENTITY_H

#include "module/outcome.h"

struct login;

/* The account that PAM_USER names, into login->account; PAM may ask the person for the name. */
enum outcome identity_target(struct login *login) __attribute__((warn_unused_result));

/*
 * With identity "caller": login->account becomes the caller's, and login->target the name it was
 * looked up for. An account that does not exist stays one: nobody gets in there, whoever asks. To
 * be called outside of shelters, where the real uid is the caller's.
 */
enum outcome identity_choose(struct login *login) __attribute__((warn_unused_result));

#endif
