/* SPDX-License-Identifier: BSD-2-Clause */
/* From description, settings and text to the HTTP request. */
#ifndef SMSOTP_HELPER_COMPOSE_H
#define SMSOTP_HELPER_COMPOSE_H

#include <stdbool.h>

#include "helper/description.h"
#include "helper/http.h"
#include "helper/values.h"

struct fault;
struct origin;

/* Whether a field's "when" and "unless" let it stand. */
bool compose_wanted(const struct description_field *field, const struct values *values)
	__attribute__((warn_unused_result));

/*
 * Appends a header's value as type, bounds and escape of field say. buffer NULL: there is no room
 * for another header. Returns as compose_request.
 */
int compose_header(const struct description_field *field, const struct values *values,
	struct buffer *buffer, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Every value is escaped for where it stands; one that cannot stand there is a fault, whose text
 * does not hold it. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int compose_request(const struct description_send *send, struct origin *origin,
	const struct values *values, struct http_request *ret_request, struct fault *fault)
	__attribute__((warn_unused_result));

#endif
