/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of an API description that says what an answer means. */
#ifndef SMSOTP_HELPER_DESCRIPTION_ANSWER_H
#define SMSOTP_HELPER_DESCRIPTION_ANSWER_H

#include "core/conf_file.h"
#include "helper/description.h"

/*
 * Reads the group "answer" of the call for task. An acceptance must name its statuses (200 to
 * 299) and at least one test on the body: there is no way to describe a gateway whose every
 * answer is a success. What was read so far is in *ret_answer also on failure, for
 * description_answer_free.
 */
int description_answer_read(const struct conf_at *at, enum wire_task task,
	struct description_answer *ret_answer) __attribute__((warn_unused_result));

void description_answer_free(struct description_answer *answer);

#endif
