/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings of a remote system: what is sent to it, or opened on this machine. */
#ifndef SMSOTP_HELPER_SETTING_H
#define SMSOTP_HELPER_SETTING_H

#include <stdbool.h>

struct conf_at;

bool setting_has_control(const char *text) __attribute__((warn_unused_result));

/*
 * A string of 1 to 1024 bytes without control characters: a line break would make header lines of
 * its own.
 */
int setting_text(const struct conf_at *at, const char *key, bool required, const char **ret_text)
	__attribute__((warn_unused_result));

/* The same, which begins with "/". */
int setting_path(const struct conf_at *at, const char *key, bool required, const char **ret_path)
	__attribute__((warn_unused_result));

#endif
