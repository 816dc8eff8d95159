/* SPDX-License-Identifier: BSD-2-Clause */
/* A request says whose it is. */
#ifndef SMSOTP_HELPER_AUTH_H
#define SMSOTP_HELPER_AUTH_H

#include <stdbool.h>

#include "helper/description_auth.h"
#include "helper/http.h"
#include "helper/values.h"

struct fault;

/*
 * Values that a machine's role has in place of keys, for values_add. A description cannot name
 * them: a setting has no dot.
 */
#define AUTH_ROLE_ID "role.id"
#define AUTH_ROLE_KEY "role.key"
#define AUTH_ROLE_TOKEN "role.token"

/*
 * Whether these are the keys of the machine's role, which the metadata service has: none are set,
 * and the description says where to ask.
 */
bool auth_by_role(const struct description_auth *auth, const struct values *values)
	__attribute__((warn_unused_result));

/*
 * Makes a request, complete but for this, say whose it is. Returns 0, FAULT_CONFIG (a value that
 * cannot stand where it belongs, or is no key), FAULT_SYSTEM or FAULT_MEMORY. The fault's text
 * holds no value.
 */
int auth_add(const struct description_auth *auth, const struct values *values,
	struct http_request *request, struct fault *fault) __attribute__((warn_unused_result));

#endif
