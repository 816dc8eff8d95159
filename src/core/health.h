/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How each gateway has done lately: a table in the run directory, mapped by every process. It
 * decides the order in which gateways are tried and how loudly an operator's error is logged, and
 * nothing else: no login is ever denied for it.
 *
 * Texts are judged by the keeper, in a clone of the host that may not call anything that is not
 * async-signal-safe, while the module waits for an answer or is gone: what that needs are plain
 * atomic operations on the mapping.
 */
#ifndef SMSOTP_CORE_HEALTH_H
#define SMSOTP_CORE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct directory;
struct fault;
struct health;
struct health_row;
struct now;

#define HEALTH_ROWS 64			/* gateways, of all configurations together */
/* The rest after a failure: doubled by each that follows, up to the most. */
#define HEALTH_REST_MS INT64_C(60000)
#define HEALTH_REST_MOST_MS INT64_C(900000)
/* What a gateway asks for (Retry-After) is believed up to this. */
#define HEALTH_ASKED_MOST_MS INT64_C(3600000)
#define HEALTH_ALERT_MS INT64_C(3600000)	/* an operator's error is an alert again */

/*
 * Maps the table, making it if there is none; one of another boot, damaged or of another version is
 * replaced by an empty one, which fault->text (else as it was) tells for the last two. Returns 0 or
 * a fault.
 */
int health_open(const struct directory *directory, const struct now *now,
	struct health **ret_health, struct fault *fault) __attribute__((warn_unused_result));

/* Safe on NULL. Rows end with it. */
void health_close(struct health **health);

/*
 * The row of a gateway, by the directory of its configuration and its name. NULL if the table is
 * full: nothing is known about that one, then. Everything below is safe on NULL.
 */
struct health_row *health_find(struct health *health, const char *directory, const char *name);

/* --- async-signal-safe from here on; times are CLOCK_BOOTTIME --- */

enum health_sign {
	HEALTH_NONE,		/* says nothing about the gateway */
	HEALTH_WORKED,		/* it took a text */
	HEALTH_ANSWERED,	/* it works, but not for this number */
	HEALTH_FAILED
};

struct health_note {
	enum health_sign sign;
	bool offers_known;
	uint32_t offers;	/* what else the gateway can do; bits that are the caller's */
	uint32_t retry_after_s;	/* 0: it did not say */
	int64_t begun_ms;	/* failures of attempts that ran side by side count as one */
	int64_t ended_ms;
};

void health_note(struct health_row *row, const struct health_note *note);

/* For how long it is still to be tried last; 0 <= it <= HEALTH_ASKED_MOST_MS. */
int64_t health_rest_ms(struct health_row *row, int64_t now_ms);

/* Whether health_note was told what it offers; what it was last told. */
bool health_offers(struct health_row *row, uint32_t *ret_offers);

/*
 * The order in which gateways are tried, as numbers of rows (at most 32): first those that are
 * neither to be avoided nor failed lately, as they stand; then those to be avoided, a set of bits
 * by number (0: none); last those that failed lately, the one whose rest ends first first.
 */
void health_turns(struct health_row *const rows[], unsigned int count, uint32_t avoid,
	int64_t now_ms, unsigned int ret_numbers[]);

/*
 * An operator's error is about to be logged. True for one of all logins that ask within
 * HEALTH_ALERT_MS, unless the gateway has worked since; always without a row.
 */
bool health_alert(struct health_row *row, int64_t now_ms)
	__attribute__((warn_unused_result));

#endif
