/* SPDX-License-Identifier: BSD-2-Clause */
/* What init is told: options, KEY=VALUE operands, the file of --settings, answers. */
#ifndef SMSOTP_CTL_INIT_ANSWERS_H
#define SMSOTP_CTL_INIT_ANSWERS_H

#include <stdbool.h>

#include "ctl/gateway_form.h"

#define INIT_ANSWER_SIZE 256

struct ctl;
struct fault;

struct init_answers {
	bool asks;			/* there is somebody to ask */
	char gateway[INIT_ANSWER_SIZE];	/* ""; no gateway file is wanted */
	char country_code[INIT_ANSWER_SIZE];
	char contact[INIT_ANSWER_SIZE];	/* "": none */
	const char *phones;
	struct gateway_form_answers settings;
	char *file;			/* what --settings has read; settings point into it */
};

/*
 * Reads what was given; for a configuration that has yet to be made asks for the rest. FAULT_SYSTEM
 * if something is missing that nobody can be asked for.
 */
int init_answers_read(const struct ctl *ctl, bool whole, struct init_answers *ret_answers,
	struct fault *fault) __attribute__((warn_unused_result));

/* Whether a value that nobody may see was in the command line, which everybody can read. */
int init_answers_no_secret(const struct ctl *ctl, const struct gateway_form *form,
	struct fault *fault) __attribute__((warn_unused_result));

/* Wipes. */
void init_answers_free(struct init_answers *answers);

#endif
