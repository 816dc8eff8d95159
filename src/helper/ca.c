/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ca.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"

#define SIZE_MAX_PEM (1024 * 1024)

static int
check(int fd, const char *path, struct fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, FAULT_CONFIG, "%s: not a regular file", path);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0)
		return fault_set(fault, FAULT_CONFIG,
			"%s: must be owned by root and not writable by group or others", path);
	return 0;
}

static int
read_pem(int fd, const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
{
	struct stat st;
	size_t size, have = 0;
	char *pem;
	int rc = 0;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	if (st.st_size < 1 || st.st_size > SIZE_MAX_PEM)
		return fault_set(fault, FAULT_CONFIG, "%s: empty, or longer than %d bytes", path,
			SIZE_MAX_PEM);
	size = (size_t)st.st_size;
	pem = malloc(size + 1);
	if (pem == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	while (rc == 0 && have < size) {
		ssize_t got = read(fd, pem + have, size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			rc = fault_set_errno(
				fault, FAULT_CONFIG, got < 0 ? errno : EIO, "%s", path);
		else
			have += (size_t)got;
	}
	pem[have] = '\0';
	if (rc == 0 && strstr(pem, "-----BEGIN ") == NULL)
		rc = fault_set(fault, FAULT_CONFIG, "%s: holds nothing in PEM's form", path);
	if (rc == 0) {
		*ret_pem = pem;
		*ret_size = size;
		return 0;
	}
	sodium_memzero(pem, size);
	free(pem);
	return rc;
}

int
ca_read(const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
{
	/* O_NONBLOCK: a FIFO must not hold the login. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int rc;

	if (fd < 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	rc = check(fd, path, fault);
	if (rc == 0)
		rc = read_pem(fd, path, ret_pem, ret_size, fault);
	close(fd);
	return rc;
}

int
ca_read_key(const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
{
	int fd = -1;
	int rc = conf_file_open(path, CONF_SECRET, &fd, fault);

	if (rc != 0)
		return rc;
	rc = read_pem(fd, path, ret_pem, ret_size, fault);
	close(fd);
	return rc;
}

const char *
ca_system(void)
{
	/* Debian, Arch, Alpine; Fedora and its kin; SUSE; Alpine without the package. */
	static const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (access(places[i], R_OK) == 0)
			return places[i];
	}
	return NULL;
}
