/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates and their keys: those that a server's chain may end in, and our own. */
#ifndef SMSOTP_HELPER_CA_H
#define SMSOTP_HELPER_CA_H

#include <stddef.h>

struct fault;

/*
 * Reads a file of at most 1 MiB into memory while root still may. It must be owned by root (or
 * the effective uid) and not be writable by group or others: who writes it decides whom we
 * trust. Unlike configuration files it may be reached through a symbolic link, as certificates
 * in /etc/ssl/certs are. The caller frees *ret_pem.
 */
int ca_read(const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
	__attribute__((warn_unused_result));

/* The same for a private key: a file with secrets (conf_file.h). The caller wipes it. */
int ca_read_key(const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
	__attribute__((warn_unused_result));

/* Where this system keeps the certificates that it trusts, in one file; NULL if nowhere known. */
const char *ca_system(void);

#endif
