/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateways of a script: their files, and what is behind them. */
#ifndef SMSOTP_TESTS_GATEWAY_H
#define SMSOTP_TESTS_GATEWAY_H

#include <stdbool.h>

struct gateway;

/* directory: of the script. */
struct gateway *gateway_list(const char *directory);
/* Closes the ports. */
void gateway_list_free(struct gateway **list);

/*
 * A gateway of a name that is there already takes its place. Returns NULL, or what is wrong with
 * the words (static).
 */
const char *gateway_add(struct gateway *list, const char *name, const char *kind, const char *text);

/*
 * Writes their files below conf/gateways; returns the setting that names them, in order
 * (malloc'ed).
 */
char *gateway_write(const struct gateway *list);

#endif
