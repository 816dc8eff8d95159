/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening, checking, parsing and forgetting one configuration file.
 *
 * Out of memory, libconfig cannot be made to return: its flex scanner calls exit(2), 1.5 follows a
 * null pointer and 1.7 aborts. Each ends the host process during authentication, which denies; the
 * bound on the size keeps it far away. What cannot be wiped: the copies that libconfig's scanner
 * makes and frees on the way.
 */
#include "core/conf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/conf_scan.h"
#include "core/fault.h"

#define CONF_FILE_SIZE_MAX (1024 * 1024)

struct conf_file {
	config_t config;
	char *path;
};

static bool
conf_file_owner_right(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

int
conf_file_open_directory(const char *path, int *ret_fd, const char **ret_name, struct fault *fault)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *directory;
	struct stat st;
	int fd = -1, status = 0;

	if (*name == '\0')
		return fault_set(fault, FAULT_CONFIG, "%s: not the name of a file", path);
	if (slash == NULL)
		directory = strdup(".");
	else	/* "/name" lies in "/" */
		directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (directory == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);

	fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		status = fault_set_errno(fault, FAULT_CONFIG, errno,
			"%s: its directory cannot be opened", path);
	} else if (!conf_file_owner_right(&st)) {
		status = fault_set(fault, FAULT_CONFIG,
			"%s: its directory is owned by uid %lu, must be root's",
			path, (unsigned long)st.st_uid);
	} else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		status = fault_set(fault, FAULT_CONFIG,
			"%s: its directory has mode %04o, must not be writable by group or others",
			path, (unsigned int)st.st_mode & 07777);
	}
	free(directory);
	if (status != 0) {
		if (fd >= 0)
			close(fd);
		return status;
	}
	*ret_fd = fd;
	*ret_name = name;
	return 0;
}

static int
conf_file_check(int fd, const char *path, enum conf_secrecy secrecy, struct fault *fault)
{
	mode_t loose =
		secrecy == CONF_SECRET ? S_IRGRP | S_IROTH | S_IWGRP | S_IWOTH : S_IWGRP | S_IWOTH;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s: cannot be examined", path);
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, FAULT_CONFIG, "%s: not a regular file", path);
	if (!conf_file_owner_right(&st)) {
		return fault_set(fault, FAULT_CONFIG, "%s: owned by uid %lu, must be root's", path,
			(unsigned long)st.st_uid);
	}
	/*
	 * A second name may be in a directory where others choose what it means. One without any
	 * has just been replaced by another: it was whole, and right when it was opened.
	 */
	if (st.st_nlink > 1) {
		return fault_set(fault, FAULT_CONFIG, "%s: has %lu hard links, must have one", path,
			(unsigned long)st.st_nlink);
	}
	if ((st.st_mode & loose) != 0) {
		return fault_set(fault, FAULT_CONFIG,
			"%s: has mode %04o, must not be %s by group or others", path,
			(unsigned int)st.st_mode & 07777,
			secrecy == CONF_SECRET ? "readable or writable" : "writable");
	}
	return 0;
}

int
conf_file_open(const char *path, enum conf_secrecy secrecy, int *ret_fd, struct fault *fault)
{
	int directory = -1, fd = -1, low = -1, status;
	const char *name = path;

	status = conf_file_open_directory(path, &directory, &name, fault);
	if (status != 0)
		goto out;
	/* O_NONBLOCK: a FIFO must not hold the login. */
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP) {
		status = fault_set(fault, FAULT_CONFIG, "%s: is a symbolic link", path);
		goto out;
	}
	/* A daemon may run with 0, 1 or 2 closed: what it prints must not meet this file. */
	if (fd >= 0 && fd <= STDERR_FILENO) {
		low = fd;
		fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	}
	if (fd < 0) {
		status = fault_set_errno(fault, FAULT_CONFIG, errno, "%s: cannot be opened", path);
		goto out;
	}
	status = conf_file_check(fd, path, secrecy, fault);
	if (status == 0) {
		*ret_fd = fd;
		fd = -1;
	}
out:
	if (fd >= 0)
		close(fd);
	if (low >= 0)
		close(low);
	if (directory >= 0)
		close(directory);
	return status;
}

/* Reads the whole file; *ret_text gets a newline and a NUL after its *ret_size bytes. */
static int
conf_file_read(int fd, const char *path, char **ret_text, size_t *ret_size, struct fault *fault)
{
	struct stat st;
	size_t size, have = 0;
	ssize_t n = 0;
	char *text;

	if (fstat(fd, &st) != 0)
		return fault_set_errno(fault, FAULT_CONFIG, errno, "%s: cannot be examined", path);
	if (st.st_size > CONF_FILE_SIZE_MAX)
		return fault_set(fault, FAULT_CONFIG, "%s: larger than 1 MiB", path);
	size = (size_t)st.st_size;
	text = malloc(size + 2);
	if (text == NULL)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);

	/* One byte more than there should be, to notice a file that grows. */
	while (have <= size) {
		n = pread(fd, text + have, size + 1 - have, (off_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	if (n < 0 || have != size) {
		int status = n < 0 ?
			fault_set_errno(fault, FAULT_CONFIG, errno, "%s: cannot be read", path) :
			fault_set(fault, FAULT_CONFIG, "%s: changed while it was read", path);

		sodium_memzero(text, size + 2);
		free(text);
		return status;
	}
	/* libconfig knows a comment on the last line only by its newline. */
	text[size] = '\n';
	text[size + 1] = '\0';
	*ret_text = text;
	*ret_size = size;
	return 0;
}

/*
 * Decimal points are the C locale's, whatever the host has set. libconfig changes the thread's
 * locale too, but on its way out leaves the thread with the global one: a host that had chosen one
 * for the thread gets it back here.
 */
static int
conf_file_parse_text(config_t *config, const char *path, const char *text, struct fault *fault)
{
	locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	locale_t host;
	int parsed;

	if (c_locale == (locale_t)0)
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	host = uselocale(c_locale);
	parsed = config_read_string(config, text);
	uselocale(host);
	freelocale(c_locale);
	if (parsed != CONFIG_TRUE) {
		return fault_set(fault, FAULT_CONFIG, "%s:%d: %s", path, config_error_line(config),
			config_error_text(config) != NULL ? config_error_text(config) : "");
	}
	return 0;
}

int
conf_file_parse(int fd, const char *path, struct conf_file **ret_file, struct fault *fault)
{
	struct conf_file *file = NULL;
	char *text = NULL;
	const char *wrong;
	unsigned int line;
	size_t size = 0;
	int status;

	status = conf_file_read(fd, path, &text, &size, fault);
	if (status != 0)
		goto out;
	wrong = conf_scan_text(text, size, &line);
	if (wrong != NULL) {
		status = fault_set(fault, FAULT_CONFIG, "%s:%u: %s", path, line, wrong);
		goto out;
	}
	file = calloc(1, sizeof *file);
	if (file == NULL || (file->path = strdup(path)) == NULL) {
		free(file);
		file = NULL;
		status = fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
		goto out;
	}
	config_init(&file->config);
	status = conf_file_parse_text(&file->config, path, text, fault);
	if (status == 0) {
		*ret_file = file;
		file = NULL;
	}
out:
	if (text != NULL) {
		sodium_memzero(text, size);
		free(text);
	}
	conf_file_free(&file);
	return status;
}

int
conf_file_load(const char *path, enum conf_secrecy secrecy, struct conf_file **ret_file,
	struct fault *fault)
{
	int fd = -1, status;

	status = conf_file_open(path, secrecy, &fd, fault);
	if (status != 0)
		return status;
	status = conf_file_parse(fd, path, ret_file, fault);
	close(fd);
	return status;
}

/* The depth is bounded: conf_scan_text has seen to it. */
static void
conf_file_wipe(config_setting_t *setting)
{
	int count = config_setting_length(setting);

	if (config_setting_type(setting) == CONFIG_TYPE_STRING && setting->value.sval != NULL)
		sodium_memzero(setting->value.sval, strlen(setting->value.sval));
	for (int i = 0; i < count; i++)
		conf_file_wipe(config_setting_get_elem(setting, (unsigned int)i));
}

void
conf_file_free(struct conf_file **file)
{
	if (file == NULL || *file == NULL)
		return;
	conf_file_wipe(config_root_setting(&(*file)->config));
	config_destroy(&(*file)->config);
	free((*file)->path);
	free(*file);
	*file = NULL;
}

const config_setting_t *
conf_file_root(const struct conf_file *file)
{
	return config_root_setting(&file->config);
}

const char *
conf_file_path(const struct conf_file *file)
{
	return file->path;
}
