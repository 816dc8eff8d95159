/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway of a script answers, and what it was asked. */
#ifndef SMSOTP_TESTS_ANSWERS_PLAN_H
#define SMSOTP_TESTS_ANSWERS_PLAN_H

#include <stdbool.h>
#include <stddef.h>

enum plan_kind { PLAN_TEXT, PLAN_CALL, PLAN_STATUS, PLAN_KINDS };

struct plan_answer {
	char *word;
	unsigned int retry_after; /* seconds; 0: not said */
	long long after_ms; /* how late it comes */
};

struct plan {
	char *name, *outbox;
	struct {
		struct plan_answer *answers; /* the last one is given again and again */
		size_t count;
		char **asked; /* path and decoded body of each request */
		size_t asked_count;
	} of[PLAN_KINDS];
};

/* "text", "call", "status"; PLAN_KINDS for anything else. */
enum plan_kind plan_kind(const char *name);

/* NULL with why not in ret_why. */
struct plan *plan_read(const char *name, const char *answers, const char *outbox, char *ret_why,
	size_t size);
void plan_free(struct plan **plan);

/* What became of a request. */
struct plan_turn {
	bool silent; /* no answer, and the connection stays */
	bool closes; /* no answer, and it is closed */
	long long after_ms;
	char *response; /* the whole of it; malloc'ed, NULL if silent or closing */
};

/*
 * A request, its path without what stands before "/text", "/call" or "/status"; its body a form.
 * What is taken as a text goes to the outbox.
 */
struct plan_turn plan_ask(struct plan *plan, const char *path, const char *body);

#endif
