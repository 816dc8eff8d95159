/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of the role that a machine of Amazon EC2 has, from its instance metadata service,
 * version 2 (session tokens): as AWS's SDKs ask for them (botocore's utils.py), with one
 * difference: nothing is kept, since a process sends one text.
 */
#ifndef SMSOTP_HELPER_METADATA_H
#define SMSOTP_HELPER_METADATA_H

#include "helper/buffer.h"
#include "helper/description_auth.h"
#include "helper/values.h"
#include "wire/deadline.h"

struct fault;
struct gateway;
struct origin;

/* Zeroed = none. */
struct metadata_keys {
	struct buffer id, key, token;
};

/*
 * Where auth says that the service is; *ret_origin stays as it is where the keys are not those of
 * a role. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int metadata_find(const struct description_auth *auth, const struct values *values,
	const struct gateway *gateway, struct origin *ret_origin, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Where the keys are those of a role: asks at origin, never through a proxy and each question for
 * a second at most, and adds them to values by the names that auth_add looks for, borrowed from
 * *ret_keys. Returns 0; FAULT_BUSY: it cannot be reached, or has no keys now; FAULT_CONFIG: this
 * machine has no role, or not this one, until an administrator acts; FAULT_PROTOCOL: it is no
 * metadata service; FAULT_MEMORY. The fault's text holds no secret.
 */
int metadata_fetch(const struct description_auth *auth, struct origin *origin,
	struct deadline total, struct values *values, struct metadata_keys *ret_keys,
	struct fault *fault) __attribute__((warn_unused_result));

/* Wipes. */
void metadata_free(struct metadata_keys *keys);

#endif
