/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of an API description that says how a request is made. */
#ifndef SMSOTP_HELPER_DESCRIPTION_SEND_H
#define SMSOTP_HELPER_DESCRIPTION_SEND_H

#include "core/conf_file.h"
#include "helper/description.h"

/*
 * Reads the group "send". variables (NULL-terminated) is what its texts may use. What was read
 * so far is in *ret_send also on failure, for description_send_free.
 */
int description_send_read(const struct conf_at *at, const char *const variables[],
	struct description_send *ret_send) __attribute__((warn_unused_result));

/* Reads a required text with {variables}; and the name of a header that may be set. */
int description_send_value(const struct conf_at *at, const char *key, const char *const variables[],
	const char **ret_value) __attribute__((warn_unused_result));
int description_send_header_name(const struct conf_at *at, const char *key, const char **ret_name)
	__attribute__((warn_unused_result));

/* Whether {name} stands in what is sent. */
bool description_send_uses(const struct description_send *send, const char *name);

void description_send_free(struct description_send *send);

#endif
