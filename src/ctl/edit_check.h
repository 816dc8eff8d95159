/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMSOTP_CTL_EDIT_CHECK_H
#define SMSOTP_CTL_EDIT_CHECK_H

#include <jansson.h>

struct edit_copy;
struct edit_target;

/*
 * What smsotpctl check finds in the copy, as if it were the file, which it is called in the
 * findings; nothing outside this machine is asked. A document for finding_show; NULL: out of
 * memory.
 */
json_t *edit_check(const char *conf_path, const struct edit_target *target,
	const struct edit_copy *copy) __attribute__((warn_unused_result));

#endif
