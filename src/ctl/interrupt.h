/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that end a program, held back until what it has hired is given back. */
#ifndef SMSOTP_CTL_INTERRUPT_H
#define SMSOTP_CTL_INTERRUPT_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted; what was ignored stays ignored. */
void interrupt_hold(void);

/* Whether one has come. */
bool interrupt_came(void);

/* Ends the process by the signal that has come, if one has. */
void interrupt_obey(void);

#endif
