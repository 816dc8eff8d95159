/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One configuration file in libconfig's syntax, opened and read as a security-relevant file:
 * O_NOFOLLOW, checked by fstat on that fd (regular, owned by root or, where that is not 0, by the
 * effective uid; not writable by group or others; with secrets: not readable by them either), in a
 * directory that only its owner may write, at most 1 MiB, read into memory. "@include", integers
 * over nine digits and what else libconfig would misread are refused before it sees the text
 * (conf_scan.h). Every error is a FAULT_CONFIG whose text starts with "path:line: " (or "path: "
 * where no line applies).
 */
#ifndef SMSOTP_CORE_CONF_FILE_H
#define SMSOTP_CORE_CONF_FILE_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct conf_file;

enum conf_secrecy { CONF_PUBLIC, CONF_SECRET };

/* Opens for reading and checks; ret_fd is CLOEXEC and above 2. Also used for phone files. */
int conf_file_open(const char *path, enum conf_secrecy secrecy, int *ret_fd, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * The directory that such a file is in, checked, whether or not the file is there; and the name
 * within it. ret_fd is O_PATH and CLOEXEC.
 */
int conf_file_open_directory(const char *path, int *ret_fd, const char **ret_name,
	struct fault *fault) __attribute__((warn_unused_result));

/* Reads and parses an fd from conf_file_open; path is for messages. The fd stays the caller's. */
int conf_file_parse(int fd, const char *path, struct conf_file **ret_file, struct fault *fault)
	__attribute__((warn_unused_result));

/* Both in one. */
int conf_file_load(const char *path, enum conf_secrecy secrecy, struct conf_file **ret_file,
	struct fault *fault) __attribute__((warn_unused_result));

/* Wipes what was read (libconfig's copies of string values included) and frees. Safe on NULL. */
void conf_file_free(struct conf_file **file);

const config_setting_t *conf_file_root(const struct conf_file *file);
const char *conf_file_path(const struct conf_file *file);

/*
 * Reading settings. group is a group setting of file. Each get function leaves *ret untouched and
 * returns 0 if the key is absent and required is false; a wrong type or a value out of range is an
 * error naming file and line. Strings belong to the file and live until conf_file_free.
 *
 * over is a second group of the same file, or NULL. A key that it has counts in place of group's;
 * where both have a group under one key, so do the keys in it, at any depth. Whatever else they
 * have is replaced whole.
 */
struct conf_at {
	const struct conf_file *file;
	const config_setting_t *group;
	const char *name;	/* for messages: "" for the root, "budget.user"… */
	struct fault *fault;
	const config_setting_t *over;
};

/* The setting that counts, for conf_refuse and for looking into it; NULL if absent. */
const config_setting_t *conf_setting(const struct conf_at *at, const char *key);

/*
 * An error at one setting (NULL: at the group). Of a setting that is not in over the error says as
 * well what lies over it. Returns FAULT_CONFIG.
 */
int conf_refuse(const struct conf_at *at, const config_setting_t *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4), cold));

/* Refuses any key of group and over that is not in known (NULL-terminated), naming it. */
int conf_known(const struct conf_at *at, const char *const known[])
	__attribute__((warn_unused_result));

struct conf_range { long long min, max; };
struct conf_length { size_t min, max; };	/* bytes without the NUL */

int conf_string(const struct conf_at *at, const char *key, bool required, struct conf_length length,
	const char **ret_value) __attribute__((warn_unused_result));
/*
 * Checks text, the value of key, as a template of these variables (NULL-terminated): template.h.
 * The error names the variable that is not known and the column.
 */
int conf_template(const struct conf_at *at, const char *key, const char *text,
	const char *const names[]) __attribute__((warn_unused_result));
/* A string that must be one of words (NULL-terminated, not secrets); *ret_index is which. */
int conf_choice(const struct conf_at *at, const char *key, bool required, const char *const words[],
	unsigned int *ret_index) __attribute__((warn_unused_result));
int conf_integer(const struct conf_at *at, const char *key, bool required, struct conf_range range,
	long long *ret_value) __attribute__((warn_unused_result));
int conf_boolean(const struct conf_at *at, const char *key, bool required, bool *ret_value)
	__attribute__((warn_unused_result));
/* Seconds, a fraction allowed; range and result in milliseconds. */
int conf_seconds(const struct conf_at *at, const char *key, bool required,
	struct conf_range range_ms, int64_t *ret_ms) __attribute__((warn_unused_result));
/* An array or list of strings. *ret_values is malloc'ed; the caller frees it, not the strings. */
int conf_strings(const struct conf_at *at, const char *key, bool required, struct conf_range count,
	const char ***ret_values, size_t *ret_count) __attribute__((warn_unused_result));
/*
 * A group. Sets ret_inner's group (NULL if absent) and over (group itself if only over has the
 * key), and nothing else: file, name and fault are the caller's.
 */
int conf_group(const struct conf_at *at, const char *key, bool required,
	struct conf_at *ret_inner) __attribute__((warn_unused_result));
/* A list "( … )" of groups. */
int conf_list(const struct conf_at *at, const char *key, bool required, struct conf_range count,
	const config_setting_t **ret_list) __attribute__((warn_unused_result));

#endif
