/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ca.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fault.h"

#define SIZE_MAX_PEM (1024 * 1024)

static int
check(int fd, const char *path, size_t *ret_size, struct fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, FAULT_CONFIG, "%s: not a regular file", path);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0)
		return fault_set(fault, FAULT_CONFIG,
			"%s: must be owned by root and not writable by group or others", path);
	if (st.st_size < 1 || st.st_size > SIZE_MAX_PEM)
		return fault_set(fault, FAULT_CONFIG, "%s: empty, or longer than %d bytes", path,
			SIZE_MAX_PEM);
	*ret_size = (size_t)st.st_size;
	return 0;
}

int
ca_read(const char *path, char **ret_pem, size_t *ret_size, struct fault *fault)
{
	/* O_NONBLOCK: a FIFO must not hold the login. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *pem = NULL;
	size_t size = 0, have = 0;
	int rc;

	if (fd < 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s", path);
	rc = check(fd, path, &size, fault);
	if (rc != 0)
		goto out;
	pem = malloc(size + 1);
	if (pem == NULL) {
		rc = fault_set(fault, FAULT_MEMORY, "out of memory");
		goto out;
	}
	while (have < size) {
		ssize_t got = read(fd, pem + have, size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			rc = fault_set_errno(
				fault, FAULT_CONFIG, got < 0 ? errno : EIO, "%s", path);
			goto out;
		}
		have += (size_t)got;
	}
	pem[size] = '\0';
	if (strstr(pem, "-----BEGIN ") == NULL) {
		rc = fault_set(fault, FAULT_CONFIG, "%s: holds no PEM certificate", path);
		goto out;
	}
	*ret_pem = pem;
	*ret_size = size;
	pem = NULL;
out:
	free(pem);
	close(fd);
	return rc;
}
