/* SPDX-License-Identifier: BSD-2-Clause */
/* What PAM calls. The login itself is login_authenticate in src/module/login.c. */
#include <security/pam_modules.h>

#include "module/login.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return login_authenticate(pamh, flags, argc, argv);
}

/*
 * sudo calls this for root without any authentication, sshd also after our denial and takes an
 * error for a fatal one. There are no credentials to set, so there is nothing that could go
 * wrong.
 */
EXPORTED int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
