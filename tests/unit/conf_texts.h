/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading a configuration file from a text. */
#ifndef SMSOTP_TESTS_CONF_TEXTS_H
#define SMSOTP_TESTS_CONF_TEXTS_H

#include "conf_scratch.h"

#include "core/conf_file.h"
#include "core/fault.h"

/* Loads text; the message without its path goes to *ret_why. */
static inline struct conf_file *
conf_load(const struct scratch *scratch, const char *text, char ret_why[static FAULT_TEXT_SIZE])
{
	struct conf_file *file = NULL;
	struct fault fault = { .text = "" };
	const char *path = scratch_write(scratch, "test.conf", 0600, text);
	int status = conf_file_load(path, CONF_SECRET, &file, &fault);

	ret_why[0] = '\0';
	if (status == 0) {
		assert_non_null(file);
		assert_string_equal(conf_file_path(file), path);
		return file;
	}
	assert_null(file);
	assert_int_equal(status, FAULT_CONFIG);
	assert_int_equal(strncmp(fault.text, path, strlen(path)), 0);
	snprintf(ret_why, FAULT_TEXT_SIZE, "%s", fault.text + strlen(path));
	return NULL;
}

static inline void
assert_load_refused(const struct scratch *scratch, const char *text, const char *why)
{
	char got[FAULT_TEXT_SIZE];
	struct conf_file *file = conf_load(scratch, text, got);

	if (file != NULL) {
		conf_file_free(&file);
		fail_msg("accepted: %s", text);
	}
	assert_string_equal(got, why);
}

static inline struct conf_file *
assert_loads(const struct scratch *scratch, const char *text)
{
	char why[FAULT_TEXT_SIZE];
	struct conf_file *file = conf_load(scratch, text, why);

	if (file == NULL)
		fail_msg("refused%s: %s", why, text);
	return file;
}

#endif
