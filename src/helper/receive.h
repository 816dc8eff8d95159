/* SPDX-License-Identifier: BSD-2-Clause */
/* What a receiver's accepted answer holds: a number, or texts. Strangers' texts stay here. */
#ifndef SMSOTP_HELPER_RECEIVE_H
#define SMSOTP_HELPER_RECEIVE_H

struct description_answer;
struct match_subject;
struct values;
struct wire_reply;

/*
 * RENT: puts the number into the reply, as E.164; a national one is completed with the setting
 * "country_code". An answer without one is not recognised.
 */
void receive_take_number(const struct description_answer *description,
	const struct match_subject *subject, const struct values *values, struct wire_reply *reply);

/*
 * RECEIVE: looks for the text with the code that values hold as sent. The reply's delivery says
 * whether it is there, and its detail what else is to be said, in no word of any text.
 */
void receive_take_text(const struct description_answer *description,
	const struct match_subject *subject, const struct values *values, struct wire_reply *reply);

#endif
