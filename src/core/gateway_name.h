/* SPDX-License-Identifier: BSD-2-Clause */
/* What a gateway, or the description of an API, can be called. */
#ifndef SMSOTP_CORE_GATEWAY_NAME_H
#define SMSOTP_CORE_GATEWAY_NAME_H

#include <stdbool.h>

/* [A-Za-z0-9][A-Za-z0-9._-]{0,63}: it becomes a file's name, which must stay in its folder. */
bool gateway_name_valid(const char *name) __attribute__((warn_unused_result));

/*
 * What a helper is told to work with: a gateway by its name, or a receiver, of which this stands in
 * front of the name.
 */
#define GATEWAY_NAME_RECEIVER "receivers/"
bool gateway_name_target(const char *target) __attribute__((warn_unused_result));
bool gateway_name_receives(const char *target) __attribute__((warn_unused_result));

#endif
