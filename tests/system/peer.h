/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM conversation over a stream: a line "prompt TEXT" is answered with a line, "error TEXT" and
 * "info TEXT" are not.
 */
#ifndef SMSOTP_TESTS_SYSTEM_PEER_H
#define SMSOTP_TESTS_SYSTEM_PEER_H

#include <security/pam_appl.h>

/* For struct pam_conv; appdata_ptr is a FILE of the caller's that can be read and written. */
int peer_converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *data);

#endif
