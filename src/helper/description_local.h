/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of an API description that says how a text goes by way of this machine. */
#ifndef SMSOTP_HELPER_DESCRIPTION_LOCAL_H
#define SMSOTP_HELPER_DESCRIPTION_LOCAL_H

#include "core/conf_file.h"
#include "helper/description.h"

/*
 * Reads "transport" and, for any but HTTP, what the group "send" then has besides number and
 * headers. For HTTP *ret_local is untouched. Returns 0 or FAULT_CONFIG.
 */
int description_local_read(const struct conf_at *at, const char *const variables[],
	enum description_transport *ret_transport, struct description_local *ret_local)
	__attribute__((warn_unused_result));

#endif
