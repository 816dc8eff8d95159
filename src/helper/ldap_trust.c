/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_trust.h"

#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "helper/ca.h"
#include "helper/setting.h"

#if LDAP_VENDOR_VERSION < 20500
#error "OpenLDAP 2.5 or newer is needed: before, libldap was not safe with threads"
#endif

#define NAME_SIZE 32

/* GnuTLS takes the least version from its list of ciphers alone. */
#define GNUTLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A copy that nobody can change, also through another descriptor of it. */
static int
seal(const char *bytes, size_t size, int *ret_fd)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int fd = memfd_create("smsotp-lookup", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	if (fd < 0)
		return -1;
	while (done < size) {
		ssize_t put = write(fd, bytes + done, size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			break;
		done += (size_t)put;
	}
	if (done < size || fcntl(fd, F_ADD_SEALS, seals) != 0) {
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

static int
read_one(const struct conf_at *at, const char *key, enum conf_secrecy secrecy, int *ret_fd)
{
	const char *path = NULL;
	char *pem = NULL;
	size_t size = 0;
	int rc = setting_path(at, key, false, &path);

	if (rc != 0 || path == NULL)
		return rc;
	rc = secrecy == CONF_SECRET ? ca_read_key(path, &pem, &size, at->fault)
		: ca_read(path, &pem, &size, at->fault);
	if (rc == 0 && seal(pem, size, ret_fd) != 0)
		rc = fault_set_errno(at->fault, FAULT_SYSTEM, errno, "%s: no memory to keep it",
			path);
	if (pem != NULL)
		sodium_memzero(pem, size);
	free(pem);
	return rc;
}

int
ldap_trust_read(const struct conf_at *at, struct ldap_trust *trust)
{
	int rc = read_one(at, "ca_file", CONF_PUBLIC, &trust->ca);

	if (rc == 0)
		rc = read_one(at, "tls_cert", CONF_PUBLIC, &trust->certificate);
	return rc != 0 ? rc : read_one(at, "tls_key", CONF_SECRET, &trust->key);
}

static bool
set(int option, const void *value)
{
	return ldap_set_option(NULL, option, value) == LDAP_OPT_SUCCESS;
}

/* A process may open its own descriptors by name, also where it is not dumpable. */
static bool
set_file(int option, int fd)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	return set(option, fd < 0 ? NULL : name);
}

static bool
set_least_version(void)
{
	const int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	char *package = NULL;
	bool done;

	if (ldap_get_option(NULL, LDAP_OPT_X_TLS_PACKAGE, &package) != LDAP_OPT_SUCCESS ||
			package == NULL)
		return false;
	done = set(LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
	if (strcmp(package, "GnuTLS") == 0)
		done = done && set(LDAP_OPT_X_TLS_CIPHER_SUITE, GNUTLS_PRIORITIES);
	ldap_memfree(package);
	return done;
}

int
ldap_trust_use(const struct conf_at *at, const struct ldap_trust *trust)
{
	const int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	const char *system = NULL;

	if (trust->ca < 0) {
		system = ca_system();
		if (system == NULL)
			return conf_refuse(at, NULL, "\"ca_file\" is missing, and this system's "
				"certificates are at no place that is known");
	}
	if (!set(LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) || !set_least_version() ||
			!(system != NULL ? set(LDAP_OPT_X_TLS_CACERTFILE, system)
				: set_file(LDAP_OPT_X_TLS_CACERTFILE, trust->ca)) ||
			!set_file(LDAP_OPT_X_TLS_CERTFILE, trust->certificate) ||
			!set_file(LDAP_OPT_X_TLS_KEYFILE, trust->key))
		return fault_set(at->fault, FAULT_SYSTEM, "%s: libldap has no TLS",
			conf_file_path(at->file));
	if (set(LDAP_OPT_X_TLS_NEWCTX, &client))
		return 0;
	return conf_refuse(at, conf_setting(at, trust->key >= 0 ? "tls_key" : "ca_file"), "%s",
		trust->key >= 0 ? "TLS cannot be set up: is it PEM without a passphrase, and the "
			"key of tls_cert?" : "TLS cannot be set up with these certificates");
}

void
ldap_trust_free(struct ldap_trust *trust)
{
	const int fds[] = { trust->ca, trust->certificate, trust->key };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	*trust = (struct ldap_trust)LDAP_TRUST_NONE;
}
