/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * That a trial of smsotpctl try runs: a lock on RUNDIR/trial/SERVICE, held by the process that
 * began it. However that ends, by a crash or a reboot too, the trial ends with it, and nothing has
 * to be started for that. RUNDIR is the build's: a login must not need smsotp.conf to know.
 */
#ifndef SMSOTP_CTL_TRIAL_H
#define SMSOTP_CTL_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "core/directory.h"
#include "ctl/audit.h"

struct fault;

/* A login, as far as the kernel tells one from another. */
struct trial_login {
	long session;			/* setsid(2)'s */
	unsigned long terminal;		/* 0: none */
	unsigned long audit;		/* TRIAL_UNKEPT: the kernel keeps none */
};

#define TRIAL_UNKEPT 4294967295ul

struct trial_notes {
	long pid;			/* docs/FORMATS.md has the file */
	struct trial_login login;	/* from which it was begun */
	time_t until;
	char by[AUDIT_WHO_SIZE];
};

struct trial_hold {
	int fd;
	struct directory place;
};

#define TRIAL_HOLD_NONE { .fd = -1, .place = DIRECTORY_NONE }

/* What can be the name of a service's file. */
bool trial_name_valid(const char *service);

/* Whether one of the service runs. Whatever cannot be seen is none. */
bool trial_runs(const char *service);

/* The notes of whoever began it. False: none runs, or they cannot be read. */
bool trial_look(const char *service, struct trial_notes *ret_notes);

/* Takes the lock until trial_end. FAULT_BUSY: one runs, by whom the fault says. */
int trial_begin(const char *service, time_t until, struct trial_hold *ret_hold,
	struct fault *fault) __attribute__((warn_unused_result));

/* Safe on TRIAL_HOLD_NONE. */
void trial_end(struct trial_hold *hold);

/*
 * For who changes a service's file: a lock that ends with directory_unlock and directory_close.
 * Returns 0, FAULT_STATE or FAULT_BUSY.
 */
int trial_place(struct directory *ret_place, int *ret_lock, struct fault *fault)
	__attribute__((warn_unused_result));

/* That of this process. */
void trial_login_read(struct trial_login *ret_login);

/* Whether both are one: the same terminal, session, or session of the kernel's audit. */
bool trial_login_same(const struct trial_login *one, const struct trial_login *other);

#endif
