/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a phone is in the hands of whom it is said to be: a code is texted and asked for. */
#ifndef SMSOTP_CTL_PROOF_H
#define SMSOTP_CTL_PROOF_H

#include <stdbool.h>

struct ctl;
struct fault;
struct texting;

enum proof {
	PROOF_RIGHT,
	PROOF_NOT_SENT,		/* no gateway took it */
	PROOF_WRONG,		/* three times */
	PROOF_EXPIRED,
	PROOF_NO_ANSWER		/* the input ended */
};

/*
 * Whether there is anybody to ask: a terminal, or a program that said that it will answer.
 */
bool proof_possible(const struct ctl *ctl);

/*
 * Texts a code through texting, whose number and gateways are set, with the message of smsotp.conf,
 * and reads it from standard input. The code is no login's, and no guess of it counts as a wrong
 * code of the user's. Returns 0, or a fault: then nothing was sent.
 */
int proof_ask(struct texting *texting, enum proof *ret_proof, struct fault *fault)
	__attribute__((warn_unused_result));

/* "not_sent", "wrong_code", …; NULL for PROOF_RIGHT. */
const char *proof_name(enum proof proof);

#endif
