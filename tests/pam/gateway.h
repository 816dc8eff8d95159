/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateways of a script: their files, and the ports of those that refuse or hang. */
#ifndef SMSOTP_TESTS_GATEWAY_H
#define SMSOTP_TESTS_GATEWAY_H

#include <stdbool.h>

struct gateway;

struct gateway *gateway_list(void);
/* Closes the ports. */
void gateway_list_free(struct gateway **list);

/* A gateway of a name that is there already takes its place. False if the kind is unknown. */
bool gateway_add(struct gateway *list, const char *name, const char *kind, const char *text);

/*
 * Writes their files below directory/conf/gateways; returns the setting that names them, in order
 * (malloc'ed).
 */
char *gateway_write(const struct gateway *list, const char *directory);

#endif
