/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PAM service's own file, and the two lines of a trial in it: one that jumps over the other when
 * no trial runs, and the module's.
 */
#ifndef SMSOTP_CTL_SERVICE_FILE_H
#define SMSOTP_CTL_SERVICE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/replace.h"
#include "ctl/check.h"

struct ctl;
struct fault;

struct service_file {
	struct replace original;
	char path[sizeof CHECK_PAM_DIR + NAME_MAX + 2];
	char *text;
	size_t size;
};

#define SERVICE_FILE_NONE { .original = REPLACE_NONE }

#define SERVICE_FILE_LINES_SIZE (2 * PATH_MAX)

/* Where the lines of a trial are: the one that asks [from, module), the module's [module, to). */
struct service_file_lines { size_t from, module, to; };

/* Opens and reads it. service_file must stay where it is. Returns 0 or a fault. */
int service_file_open(const char *service, struct service_file *it, struct fault *fault)
	__attribute__((warn_unused_result));

/* False: it has none. module is to where no line of the module follows. */
bool service_file_find(const struct service_file *it, struct service_file_lines *ret_lines);

/* Whether any line names the module. */
bool service_file_asks(const struct service_file *it);

/* What is put in. */
void service_file_compose(const struct ctl *ctl, const char *service,
	char ret_lines[static SERVICE_FILE_LINES_SIZE]);

/* Changes the text in memory: [from, to) becomes lines. Returns 0 or FAULT_MEMORY. */
int service_file_change(struct service_file *it, size_t from, size_t to, const char *lines,
	struct fault *fault) __attribute__((warn_unused_result));

/* Puts the text in place of the file. Returns 0 or a fault. */
int service_file_put(struct service_file *it, struct fault *fault)
	__attribute__((warn_unused_result));

/* Safe on SERVICE_FILE_NONE. */
void service_file_close(struct service_file *it);

#endif
