/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The {variables} of an API description: the gateway file's settings and the parts of one
 * request.
 */
#ifndef SMSOTP_HELPER_VALUES_H
#define SMSOTP_HELPER_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#define VALUES_MAX 48

struct value {
	const char *name;
	const char *text;	/* borrowed; NULL counts as "" */
	bool secret;		/* must never be shown */
};

/* Zeroed = none. */
struct values {
	struct value item[VALUES_MAX];
	size_t count;
};

/* False if there is no room. */
bool values_add(struct values *values, struct value value) __attribute__((warn_unused_result));

/* Gives name another text, if it is there. */
void values_set(struct values *values, const char *name, const char *text);

/* The text of name, of length bytes; "" if it has none. */
const char *values_get(const struct values *values, const char *name, size_t length);

#endif
