/* SPDX-License-Identifier: BSD-2-Clause */
/* What an HTTP answer means, by the description. */
#ifndef SMSOTP_HELPER_JUDGE_H
#define SMSOTP_HELPER_JUDGE_H

struct description_answer;
struct http_answer;
struct values;
struct wire_reply;

/*
 * Fills the whole reply. WIRE_ACCEPTED only for a whole answer in which the description's
 * acceptance holds. values tells which texts must not reach the log.
 */
void judge_answer(const struct description_answer *description, struct http_answer *answer,
	const struct values *values, struct wire_reply *ret_reply);

#endif
