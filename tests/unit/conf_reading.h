/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the settings of a text that parses. */
#ifndef SMSOTP_TESTS_CONF_READING_H
#define SMSOTP_TESTS_CONF_READING_H

#include "conf_texts.h"

struct reading {
	struct conf_file *file;
	struct fault fault;
	struct conf_at at;
};

static inline void
start(struct reading *reading, const struct scratch *scratch, const char *text)
{
	*reading = (struct reading){ .file = assert_loads(scratch, text) };
	reading->at = (struct conf_at){
		.file = reading->file, .group = conf_file_root(reading->file), .name = "",
		.fault = &reading->fault,
	};
}

static inline void
assert_why(const struct reading *reading, int status, const char *why)
{
	assert_int_equal(status, FAULT_CONFIG);
	assert_string_equal(reading->fault.text + strlen(conf_file_path(reading->file)), why);
}

#endif
