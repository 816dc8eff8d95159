/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keeper: a clone of the host process that never execs. It starts one helper after another,
 * each with its share of one absolute deadline, kills and reaps them, and reports to the module.
 * It works on while the conversation blocks. The host must not notice it: no SIGCHLD, no child
 * for its wait(), nothing changed in signals, fds, credentials.
 */
#ifndef SMSOTP_WIRE_KEEPER_H
#define SMSOTP_WIRE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/wire.h"

#define KEEPER_ATTEMPTS_MAX 8

struct fault;
struct health_row;
struct keeper;

struct keeper_job {
	const char *helper;		/* absolute path of smsotp-send or smsotp-lookup */
	/* The helper's first argument: where gateways/ is; or the kind of the source. */
	const char *argument;
	/* Its second, one for each attempt, in order: gateways' names; or the source's path. */
	const char *const *targets;
	size_t target_count;		/* 1..KEEPER_ATTEMPTS_MAX */
	/*
	 * NULL, or for each gateway its row in core/health.h or NULL. The keeper notes there how
	 * each text went, whether or not the module still looks; of calls and queries only what the
	 * gateway offers. What the login's end cuts short says nothing.
	 */
	struct health_row *const *health;
	int64_t start_after_ms;		/* nothing is started sooner (send_after); 0 = at once */
	int64_t timeout_ms;		/* over all targets, from the start of the first */
	const struct wire_request *request;	/* copied; timeout_ms in it is set per attempt */
};

struct keeper_attempt {
	size_t target;			/* index into job.targets */
	bool ended;
	uint32_t elapsed_ms;
	struct wire_reply reply;	/* valid once ended */
};

enum keeper_state {
	KEEPER_WAITING,			/* for start_after: no helper was started yet */
	KEEPER_SENDING,
	KEEPER_ACCEPTED,		/* the last attempt was accepted */
	KEEPER_FAILED			/* all were tried, the recipient was refused, time is over,
					   or the keeper died */
};

struct keeper_status {
	enum keeper_state state;
	bool began;			/* a helper was, or may have been, started */
	bool ambiguous;			/* an attempt ended WIRE_AMBIGUOUS */
	size_t attempt_count;
	struct keeper_attempt attempts[KEEPER_ATTEMPTS_MAX];
};

/*
 * Starts it. An attempt that is accepted, or refused for the recipient's sake (WIRE_RECIPIENT: no
 * other gateway will take that number), is the last; any other hands over to the next target.
 * Call with no lock held. Returns 0 or FAULT_SYSTEM/FAULT_MEMORY: then no helper was
 * and none will be started.
 */
int keeper_start(const struct keeper_job *job, struct keeper **ret_keeper, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Takes in what the keeper has reported, waiting at most wait_ms for the state to become ACCEPTED
 * or FAILED (0: does not wait). Resumes after signals. *ret_status is all that is known so far;
 * began is true as soon as start_after is over, for a helper may be starting at this instant.
 */
void keeper_poll(struct keeper *keeper, int64_t wait_ms, struct keeper_status *ret_status);

/*
 * Ends it, wherever it is: its helper is killed and reaped, then it is reaped; SIGKILL after half
 * a second. ret_status (may be NULL) is the last word: began is exact, and state is ACCEPTED,
 * FAILED, or WAITING if it ended before anything was started. Frees, sets *keeper to NULL; the
 * request was wiped when it had started. Safe on NULL.
 */
void keeper_stop(struct keeper **keeper, struct keeper_status *ret_status);

/*
 * Whether an attempt of status was made because a target before it had failed: one that was passed
 * over unasked has not.
 */
bool keeper_failed_over(const struct keeper_status *status, const struct keeper_attempt *attempt);

/*
 * A job of one target from its start to its end, at most its time and three quarters of a second:
 * for what is asked while nothing else can go on. Call with no lock held. Returns 0 with how the
 * attempt ended (wipe it, if it may hold numbers), or FAULT_SYSTEM/FAULT_MEMORY: then it is not
 * known.
 */
int keeper_run(const struct keeper_job *job, struct keeper_attempt *ret_attempt,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
