/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration file with its comments, as it is installed for an example, in which settings are
 * changed and everything else stays. A setting has a line of its own that begins with its key,
 * behind "#" where it is not in force.
 */
#ifndef SMSOTP_CTL_ANNOTATED_H
#define SMSOTP_CTL_ANNOTATED_H

#include <stdbool.h>
#include <stddef.h>

struct conf_file;
struct fault;

struct annotated {
	char *text;	/* may hold secrets */
	size_t size;
};

#define ANNOTATED_NONE { .text = NULL }

/* Reads a file that only root can have changed. Returns 0, FAULT_CONFIG or FAULT_MEMORY. */
int annotated_read(const char *path, struct annotated *ret_it, struct fault *fault)
	__attribute__((warn_unused_result));

/* Wipes and frees. Safe on ANNOTATED_NONE. */
void annotated_free(struct annotated *it);

enum annotated_line { ANNOTATED_ABSENT, ANNOTATED_SILENT, ANNOTATED_ACTIVE };

/* Whether there is a line of that key, and whether it is in force. */
enum annotated_line annotated_find(const struct annotated *it, const char *key);

/*
 * Puts value, which is libconfig's text for it, into the line that is in force, else into the first
 * that is not, which then is; else a line is added at the end. Returns 0 or FAULT_MEMORY.
 */
int annotated_set(struct annotated *it, const char *key, const char *value, struct fault *fault)
	__attribute__((warn_unused_result));

/* The same with a string, which is quoted. FAULT_CONFIG if it has control characters. */
int annotated_set_string(struct annotated *it, const char *key, const char *string,
	struct fault *fault) __attribute__((warn_unused_result));

/* Puts "#" before the line that is in force. Returns 0 or FAULT_MEMORY. */
int annotated_silence(struct annotated *it, const char *key, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Puts other in place of part, which has to be there once and only once. Returns 0, FAULT_CONFIG
 * or FAULT_MEMORY.
 */
int annotated_replace(struct annotated *it, const char *part, const char *other,
	struct fault *fault) __attribute__((warn_unused_result));

/* The string in libconfig's quotes, to be wiped and freed. NULL: see annotated_set_string. */
char *annotated_quote(const char *string, struct fault *fault)
	__attribute__((warn_unused_result));

/* The text as libconfig reads it; path is for messages. */
int annotated_parse(const struct annotated *it, const char *path, struct conf_file **ret_file,
	struct fault *fault) __attribute__((warn_unused_result));

/* A descriptor of a file in memory with the text; closed by the caller. */
int annotated_open(const struct annotated *it, int *ret_fd, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
