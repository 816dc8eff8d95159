/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMSOTP_MODULE_LOGIN_H
#define SMSOTP_MODULE_LOGIN_H

#include <security/pam_modules.h>

/* pam_sm_authenticate: the whole login. Returns a PAM result. */
int login_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv);

#endif
