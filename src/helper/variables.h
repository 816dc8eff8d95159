/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The {variables} that every description has besides its settings: which call may use them, and
 * what they stand for in one request. Documented in smsotp-gateway(5).
 */
#ifndef SMSOTP_HELPER_VARIABLES_H
#define SMSOTP_HELPER_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "helper/description.h"
#include "helper/spoken.h"
#include "helper/values.h"
#include "wire/wire.h"

#define VARIABLES_MAX 20

struct fault;

/* What variables of one request point into; holds secrets. */
struct variables {
	char validity_s[12], validity_ms[15], validity_min[12];
	char uuid[37];		/* RFC 9562, section 5.4 */
	char expire_at[21], since[21];	/* RFC 3339, UTC */
	char date[30];		/* RFC 9110, section 5.6.7 */
	/* A byte of UTF-8 becomes one unit of UTF-16 at most. */
	char text_hex[4 * WIRE_TEXT_SIZE];
	char digits[SPOKEN_DIGITS_SIZE], spoken[SPOKEN_SIZE];
	char language_lower[SPOKEN_LANGUAGE_SIZE], language_short[SPOKEN_LANGUAGE_SIZE];
};

/* Whether any call has a variable of this name: a setting must not hide it. */
bool variables_has(const char *name) __attribute__((warn_unused_result));

/* Writes the names that the call for task may use; returns how many. */
size_t variables_names(enum wire_task task, const char *ret_names[static VARIABLES_MAX]);

/* How a request is written. */
struct variables_form {
	enum description_number number;
	const struct spoken *spoken;	/* for WIRE_TASK_VOICE */
};

/*
 * Adds those of one request to values, all that say whom or what is sent as secret. They are
 * borrowed from request, form and *texts, which the caller wipes. The time is the system's.
 * Returns 0, FAULT_PROTOCOL (a text that is not UTF-8), FAULT_CONFIG (a voice_message too long
 * for the code), FAULT_SYSTEM (no random numbers) or FAULT_MEMORY.
 */
int variables_fill(const struct variables_form *form, const struct wire_request *request,
	struct variables *texts, struct values *values, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
