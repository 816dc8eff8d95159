/* SPDX-License-Identifier: BSD-2-Clause */
/* From description, settings and text to the HTTP request. */
#ifndef SMSOTP_HELPER_COMPOSE_H
#define SMSOTP_HELPER_COMPOSE_H

#include "helper/description.h"
#include "helper/http.h"
#include "helper/values.h"

struct fault;
struct origin;
struct wire_request;

#define COMPOSE_NUMBER_SIZE 12

/* Texts that variables point into. */
struct compose_texts {
	char validity_s[COMPOSE_NUMBER_SIZE], validity_ms[COMPOSE_NUMBER_SIZE + 3];
	char validity_min[COMPOSE_NUMBER_SIZE];
};

/*
 * Adds the variables of one request to values, all that say whom or what is texted as secret.
 * They are borrowed from request and texts. Returns 0 or FAULT_MEMORY.
 */
int compose_variables(const struct description_send *send, const struct wire_request *request,
	struct compose_texts *texts, struct values *values, struct fault *fault)
	__attribute__((warn_unused_result));

/*
 * Every value is escaped for where it stands; one that cannot stand there is a fault, whose text
 * does not hold it. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int compose_request(const struct description_send *send, struct origin *origin,
	const struct values *values, struct http_request *ret_request, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
