/* SPDX-License-Identifier: BSD-2-Clause */
/* A text or call of the administrator's: its gateways, its sending, what is logged and told. */
#ifndef SMSOTP_CTL_TEXTING_H
#define SMSOTP_CTL_TEXTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/e164.h"
#include "wire/keeper.h"

struct account;
struct ctl;
struct fault;
struct health;
struct message_values;
struct site;

struct texting {
	struct site *site;
	enum wire_task task;		/* TEXT or VOICE */
	const struct account *account;	/* whose phone it is; NULL: nobody's */
	const char *reason;		/* for the log: which command texts */
	bool (*stopped)(void);		/* NULL, or whether the sending shall end here and now */
	struct e164 to;
	size_t gateway_count;
	const char *gateways[KEEPER_ATTEMPTS_MAX];
	unsigned int segments;		/* of the text, as it was sent last */
	struct keeper_status status;	/* once texting_send has returned 0 */
};

/*
 * Reads a number as a login would: valid and among allowed_prefixes. FAULT_SYSTEM if it is not.
 */
int texting_read_number(const struct site *site, const char *text, struct e164 *ret_number,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * All that smsotp.conf names, in its order, or the one named, which it need not name yet.
 */
int texting_choose(struct texting *texting, const char *gateway, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Sends or calls and waits for the end of it, which a terminal is shown. It counts with the host's
 * budget; no lock-out or budget of a user or phone is looked at or touched: a test must not keep
 * anybody from logging in. Logged before and after. Returns 0 with texting->status, or a fault:
 * then nothing was sent.
 */
int texting_send(struct texting *texting, const char *template,
	const struct message_values *values, struct fault *fault)
	__attribute__((warn_unused_result));

/* The attempt that was accepted, or NULL. */
const struct keeper_attempt *texting_taken(const struct texting *texting);

/* The attempts, as a JSON array, and for people. NULL: no memory. */
json_t *texting_attempts(const struct texting *texting);
void texting_show_attempts(const json_t *attempts);

/* A line on a terminal's standard error that says what is waited for; NULL takes it away. */
void texting_progress(const char *what, int64_t ms);

void texting_wipe(struct texting *texting);

#endif
