/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom a directory's certificate must come from, and what is shown of ours. libldap takes these as
 * names of files; which root alone may read, it can have after root is gone: they are sealed in
 * memory, and their names are those of descriptors.
 */
#ifndef SMSOTP_HELPER_LDAP_TRUST_H
#define SMSOTP_HELPER_LDAP_TRUST_H

struct conf_at;
struct fault;

struct ldap_trust {
	int ca, certificate, key;	/* -1: none */
};

#define LDAP_TRUST_NONE { -1, -1, -1 }

/*
 * While root: reads what ca_file, tls_cert and tls_key name (the key as a file with secrets).
 * Returns 0, FAULT_CONFIG, FAULT_MEMORY or FAULT_SYSTEM; what was read is ldap_trust_free's.
 */
int ldap_trust_read(const struct conf_at *at, struct ldap_trust *trust)
	__attribute__((warn_unused_result));

/*
 * Before the sandbox: gives it to libldap, for every connection of this process; without a ca_file
 * the system's certificates. From then on libldap verifies chain and name, and does TLS 1.2 at
 * least. Returns 0 or FAULT_CONFIG, FAULT_SYSTEM.
 */
int ldap_trust_use(const struct conf_at *at, const struct ldap_trust *trust)
	__attribute__((warn_unused_result));

void ldap_trust_free(struct ldap_trust *trust);

#endif
