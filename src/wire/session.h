/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel says of processes: which one this is, which live, and in whose session. */
#ifndef SMSOTP_WIRE_SESSION_H
#define SMSOTP_WIRE_SESSION_H

#include <stdbool.h>

#include "core/code.h"
#include "core/store.h"

/*
 * The session of this process, without its name. False if it has no controlling terminal, its
 * leader is gone, or /proc does not show it: then nothing tells it from other sessions.
 */
bool session_terminal(struct store_terminal *ret_terminal) __attribute__((warn_unused_result));

/* This process. False if /proc does not show it. */
bool session_process(struct code_process *ret_process) __attribute__((warn_unused_result));

/* Whether it lives, as far as can be seen: what is only waited for by its parent does not. */
bool session_lives(const struct code_process *process) __attribute__((warn_unused_result));

#endif
