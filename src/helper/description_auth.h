/* SPDX-License-Identifier: BSD-2-Clause */
/* The group "auth" of a description: how a request says whose it is. */
#ifndef SMSOTP_HELPER_DESCRIPTION_AUTH_H
#define SMSOTP_HELPER_DESCRIPTION_AUTH_H

#include "core/conf_file.h"

/* As smsotp-gateway(5) has them, in its order. */
enum description_auth_kind {
	DESCRIPTION_AUTH_NONE,
	DESCRIPTION_AUTH_BASIC,
	DESCRIPTION_AUTH_BEARER,
	DESCRIPTION_AUTH_HEADER,
	DESCRIPTION_AUTH_SIGV4,
	DESCRIPTION_AUTH_AZURE,
	DESCRIPTION_AUTH_OVH
};

/* What a kind says: "user" and "password" of basic, and so on. */
enum description_auth_part {
	DESCRIPTION_AUTH_USER,
	DESCRIPTION_AUTH_PASSWORD,
	DESCRIPTION_AUTH_TOKEN,
	DESCRIPTION_AUTH_NAME,
	DESCRIPTION_AUTH_VALUE,
	DESCRIPTION_AUTH_SERVICE,
	DESCRIPTION_AUTH_REGION,
	DESCRIPTION_AUTH_ACCESS_KEY,
	DESCRIPTION_AUTH_SECRET_KEY,
	DESCRIPTION_AUTH_METADATA,
	DESCRIPTION_AUTH_ROLE,
	DESCRIPTION_AUTH_KEY,
	DESCRIPTION_AUTH_APPLICATION_KEY,
	DESCRIPTION_AUTH_APPLICATION_SECRET,
	DESCRIPTION_AUTH_CONSUMER_KEY,
	DESCRIPTION_AUTH_PARTS
};

/* Parts have {variables}, but for a header's name; those that are not there are "". */
struct description_auth {
	enum description_auth_kind kind;
	const char *part[DESCRIPTION_AUTH_PARTS];
};

/*
 * Reads at, the group auth. variables is NULL-terminated. Returns 0, FAULT_CONFIG or
 * FAULT_MEMORY.
 */
int description_auth_read(const struct conf_at *at, const char *const variables[],
	struct description_auth *ret_auth) __attribute__((warn_unused_result));

#endif
