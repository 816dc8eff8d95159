/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A service that receives texts, as a command asks it by way of the helper: a number, what came to
 * it, and to take it back. Logged as it happens.
 */
#ifndef SMSOTP_CTL_RECEIVER_H
#define SMSOTP_CTL_RECEIVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/e164.h"
#include "wire/wire.h"

#define RECEIVER_TARGET_SIZE 80	/* "receivers/" and a name */

struct fault;

struct receiver {
	const char *directory;		/* of the configuration in use */
	char target[RECEIVER_TARGET_SIZE];
	struct e164 number;		/* "" as long as there is none */
	char rental[WIRE_MESSAGE_ID_SIZE];	/* never shown: it may be the number again */
	int64_t had_ms;			/* since when; CLOCK_BOOTTIME */
	/* Whether there is anything to give back. */
	enum { RECEIVER_NOTHING, RECEIVER_HELD, RECEIVER_RELEASED } state;
	char says[WIRE_WORDS_SIZE];	/* the last that was heard of number and texts */
	char release_says[WIRE_WORDS_SIZE];
};

/* By name, which need not be there yet. FAULT_SYSTEM if it cannot be a receiver's. */
int receiver_choose(const char *directory, const char *name, struct receiver *ret_receiver,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * Has a number, which may cost something. Returns 0, or FAULT_SYSTEM with, in *ret_advice, what to
 * do (static): then there is none.
 */
int receiver_rent(struct receiver *receiver, struct fault *fault, const char **ret_advice)
	__attribute__((warn_unused_result));

enum receiver_look {
	RECEIVER_ARRIVED,
	RECEIVER_WAITING,	/* not yet, or it could not be asked this time */
	RECEIVER_REFUSED	/* and will not be told otherwise: receiver->says why */
};

/* Looks once for the text with this code. */
enum receiver_look receiver_look(
	struct receiver *receiver, const char *code, const char *text);

/* Logs what the looking has led to, after ms. */
void receiver_log_end(const struct receiver *receiver, const char *reason, int64_t ms);

/*
 * Gives the number back, if it is one that can be: else its state becomes RECEIVER_NOTHING. If that
 * fails it stays RECEIVER_HELD, and release_says says why.
 */
void receiver_release(struct receiver *receiver);

void receiver_wipe(struct receiver *receiver);

#endif
