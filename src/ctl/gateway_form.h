/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of a gateway that has yet to be made: the installed example, filled in. Which settings
 * there are, which have to be set and which are secret, the description of its API says.
 */
#ifndef SMSOTP_CTL_GATEWAY_FORM_H
#define SMSOTP_CTL_GATEWAY_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/annotated.h"

#define GATEWAY_FORM_SETTINGS_MAX 24
#define GATEWAY_FORM_ANSWERS_MAX 48

struct conf_file;
struct fault;

struct gateway_form_setting {
	const char *name, *one_of;	/* one_of: of this group one has to be set; NULL: none */
	bool required, secret;
};

struct gateway_form {
	const char *name;
	struct annotated text;
	struct conf_file *description;	/* NULL: the outbox, which has none */
	struct gateway_form_setting settings[GATEWAY_FORM_SETTINGS_MAX];
	size_t setting_count;
};

#define GATEWAY_FORM_NONE { .description = NULL }

struct gateway_form_answers {
	struct { const char *key, *value; } given[GATEWAY_FORM_ANSWERS_MAX];
	size_t count;
};

/* FAULT_SYSTEM if no such example is installed. name must outlive the form. */
int gateway_form_open(const char *name, struct gateway_form *ret_form, struct fault *fault)
	__attribute__((warn_unused_result));

/* Wipes all. Safe on GATEWAY_FORM_NONE. */
void gateway_form_close(struct gateway_form *form);

/* Whether the value of that key must be shown to nobody. */
bool gateway_form_secret(const struct gateway_form *form, const char *key);

/*
 * Fills in what was answered; asks for the rest if there is somebody to ask, else what has to be
 * set and is not is a FAULT_SYSTEM that names it. What need not be set and is not is commented out.
 */
int gateway_form_fill(struct gateway_form *form, const struct gateway_form_answers *answers,
	bool asks, struct fault *fault) __attribute__((warn_unused_result));

#endif
