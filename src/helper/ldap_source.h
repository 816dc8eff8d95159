/* SPDX-License-Identifier: BSD-2-Clause */
/* A directory that knows phone numbers, as smsotp-ldap.conf(5) describes it. */
#ifndef SMSOTP_HELPER_LDAP_SOURCE_H
#define SMSOTP_HELPER_LDAP_SOURCE_H

#include "helper/sandbox.h"
#include "wire/deadline.h"
#include "wire/wire.h"

struct fault;
struct ldap_source;

/*
 * While root: reads path, and every file that it names. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int ldap_source_open(const char *path, struct ldap_source **ret_source, struct fault *fault)
	__attribute__((warn_unused_result));

/* Once privileges are gone: what the sandbox must leave it. Returns 0 or a fault's kind. */
int ldap_source_prepare(struct ldap_source *source, struct sandbox_ports *ret_ports,
	struct fault *fault) __attribute__((warn_unused_result));

/* Once confined. Always fills *ret_reply. */
void ldap_source_ask(const struct ldap_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply);

void ldap_source_free(struct ldap_source **source);

#endif
