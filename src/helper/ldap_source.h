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
 * While root: reads path as a file with secrets, and the certificates and the key that it names.
 * Returns 0 or FAULT_CONFIG, FAULT_MEMORY, FAULT_SYSTEM.
 */
int ldap_source_open(const char *path, struct ldap_source **ret_source, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Once privileges are gone, before the sandbox: checks every key, and gives libldap what it needs
 * for TLS, for this process as a whole; no file is needed after that. *ret_ports is what the
 * sandbox must leave. Returns 0 or FAULT_CONFIG, FAULT_MEMORY, FAULT_SYSTEM.
 */
int ldap_source_prepare(struct ldap_source *source, struct sandbox_ports *ret_ports,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Once confined. Asks the servers in order until one has answered, each within its share of the
 * time left of the file's timeout and the deadline. Always fills *ret_reply: ACCEPTED with numbers
 * ("" if there is no entry or no number in it), or why nobody could be asked; detail also names
 * the servers that failed before one answered.
 */
void ldap_source_ask(const struct ldap_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply);

/* Wipes. Safe on NULL. */
void ldap_source_free(struct ldap_source **source);

#endif
