/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: smsotp.conf, the files of sentences that it names, and who may read them. */
#include "ctl/check.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/conf_scan.h"
#include "core/config.h"
#include "ctl/site.h"

#define FILE_MAX ((size_t)1024 * 1024)

int
check_open(const char *path, int *ret_fd, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s: cannot be opened", path);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return fault_set(fault, FAULT_CONFIG, "%s: not a regular file", path);
	}
	*ret_fd = fd;
	return 0;
}

int
check_load(const struct check *check, const char *service, struct config **ret_config,
	struct fault *fault)
{
	int fd = -1, status;

	if (check_in_place(check))
		return config_load(check->path, &site_defaults, service, ret_config, fault);
	status = check_open(check->path, &fd, fault);
	if (status != 0)
		return status;
	status = config_load_candidate(fd, check->path, check->installed, &site_defaults, service,
		ret_config, fault);
	close(fd);
	return status;
}

/* The line of the first trailing comma; 0: none, or the file cannot be read. */
static unsigned int
comma_in(int fd)
{
	char *text = malloc(FILE_MAX);
	unsigned int line = 0;
	ssize_t size = 0;

	if (text != NULL)
		size = pread(fd, text, FILE_MAX, 0);
	if (size > 0) {
		line = conf_scan_trailing_comma(text, (size_t)size);
		sodium_memzero(text, (size_t)size);
	}
	free(text);
	return line;
}

/*
 * A comma that the libconfig of this host takes works here and nowhere older. Returns whether the
 * fault, which may be of another file, is about that comma.
 */
static bool
check_comma(const struct check *check, const char *path, int fd, const struct fault *fault)
{
	struct finding_place place = { .file = path, .line = comma_in(fd) };
	const size_t length = strlen(path);
	bool refused;

	if (place.line == 0)
		return false;
	refused = fault != NULL && strncmp(fault->text, path, length) == 0 &&
		strstr(fault->text + length, "syntax error") != NULL;
	finding_add_as(check->findings, FINDING_CONF_COMMA,
		refused ? FINDING_ERROR : FINDING_WARNING, &place,
		refused ? "a comma before the closing bracket, which the libconfig of this host "
			"refuses"
			: "a comma before the closing bracket, which only newer versions of "
			"libconfig accept");
	return refused;
}

/* Whether the file can be opened as the module does; says so if not. */
static bool
open_in_place(const struct check *check, const char *path, enum conf_secrecy secrecy, int *ret_fd)
{
	struct fault fault;
	struct stat st;

	if (conf_file_open(path, secrecy, ret_fd, &fault) == 0)
		return true;
	finding_add_fault(check->findings, lstat(path, &st) != 0 && errno == ENOENT
		? FINDING_FILE_MISSING : FINDING_FILE_RIGHTS, &fault);
	return false;
}

bool
check_secret_file(const struct check *check, const char *path)
{
	int fd = -1;

	if (!open_in_place(check, path, CONF_SECRET, &fd))
		return false;
	if (strlen(path) > 5 && strcmp(path + strlen(path) - 5, ".conf") == 0)
		(void)check_comma(check, path, fd, NULL);
	close(fd);
	return true;
}

static void
check_readable(const struct check *check, int fd)
{
	const struct finding_place place = { .file = check->path };
	struct stat st;
	bool numbers = false;

	for (size_t i = 0; i < check->config->source_count; i++)
		numbers = numbers || check->config->sources[i].kind == CONFIG_SOURCE_LIST;
	if (numbers && fstat(fd, &st) == 0 && (st.st_mode & 0044) != 0)
		finding_add(check->findings, FINDING_CONF_READABLE, &place,
			"holds telephone numbers, and its mode %04o lets everybody read them",
			(unsigned int)st.st_mode & 07777);
}

void
check_texts(const struct check *check, const char *path)
{
	int fd = -1;

	if (open_in_place(check, path, CONF_PUBLIC, &fd)) {
		(void)check_comma(check, path, fd, NULL);
		close(fd);
	}
}

static void
visit_texts(void *data, const char *path)
{
	check_texts(data, path);
}

void
check_conf(struct check *check)
{
	struct fault fault;
	int fd = -1, status;
	bool is_comma;

	if (check_in_place(check) && !open_in_place(check, check->path, CONF_PUBLIC, &fd))
		return;
	if (!check_in_place(check) && check_open(check->path, &fd, &fault) != 0) {
		finding_add_fault(check->findings, FINDING_FILE_RIGHTS, &fault);
		return;
	}
	status = check_load(check, NULL, &check->config, &fault);
	is_comma = check_comma(check, check->path, fd, status != 0 ? &fault : NULL);
	if (status != 0 && !is_comma)
		finding_add_fault(check->findings, FINDING_CONF, &fault);
	if (status == 0 && check_in_place(check))
		check_readable(check, fd);
	if (status == 0 && site_each_texts(check->config, visit_texts, check) != 0)
		check->findings->failed = true;
	close(fd);
}
