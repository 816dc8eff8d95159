/* SPDX-License-Identifier: BSD-2-Clause */
/* A PAM service's stack for "auth", put together of its files: the check_pam*.c files alone. */
#ifndef SMSOTP_CTL_CHECK_PAM_H
#define SMSOTP_CTL_CHECK_PAM_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/pam_run.h"
#include "ctl/pam_stack.h"

#define CHECK_PAM_STEPS_MAX 256
#define CHECK_PAM_FILES_MAX 32
#define CHECK_PAM_PATH_SIZE 512

struct check;

/* What a line's module does, as far as it is known. */
enum check_pam_role {
	CHECK_PAM_OURS,
	CHECK_PAM_TRIAL,	/* smsotpctl try: whether the next line is ours to be called */
	CHECK_PAM_FACTOR,	/* asks for a password and knows whether it is right */
	CHECK_PAM_SUCCEEDS,	/* always */
	CHECK_PAM_FAILS,
	CHECK_PAM_IGNORES,	/* decides nothing */
	CHECK_PAM_DEPENDS	/* on user, group, time…: one or the other */
};

struct check_pam_stack {
	const char *service;
	struct pam_entry *entries;	/* CHECK_PAM_STEPS_MAX */
	struct pam_step steps[CHECK_PAM_STEPS_MAX];
	enum check_pam_role roles[CHECK_PAM_STEPS_MAX];
	const char *files[CHECK_PAM_STEPS_MAX];	/* of each step */
	unsigned int own_lines[CHECK_PAM_STEPS_MAX];	/* of the service's file, which led there */
	size_t count;
	char paths[CHECK_PAM_FILES_MAX][CHECK_PAM_PATH_SIZE];
	size_t path_count;
	unsigned int own_line;	/* that is being read */
	bool ours;	/* the module is in it */
	bool whole;	/* no file of it is missing, and it fits */
};

/* Whether target is pam_smsotp.so, under whatever path. */
bool check_pam_is_ours(const char *target);

/* Whether the line asks if a trial runs: of which service. */
bool check_pam_is_trial(const struct pam_entry *entry, const char **ret_service);

/* To be freed with check_pam_free; NULL: out of memory. */
struct check_pam_stack *check_pam_new(void);
void check_pam_free(struct check_pam_stack **stack);

/* Puts a service's stack together, and says what is wrong with its lines. */
void check_pam_gather(const struct check *check, struct check_pam_stack *stack,
	const char *service);

/*
 * Whether a login goes the same way in both, if no trial runs: with is without, but for lines of a
 * trial, and neither calls the module.
 */
bool check_pam_same(const struct check_pam_stack *without, const struct check_pam_stack *with);

/* What follows from the order of the lines. stack has the module, and is whole. */
void check_pam_order(const struct check *check, const struct check_pam_stack *stack);

/* One line that names the module: control, file, arguments. */
void check_pam_line(const struct check *check, const char *file, const struct pam_entry *entry);

#endif
