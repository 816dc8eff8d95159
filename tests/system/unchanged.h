/* SPDX-License-Identifier: BSD-2-Clause */
/* What a PAM module may not touch in its host, looked at before and after. */
#ifndef SMSOTP_TESTS_SYSTEM_UNCHANGED_H
#define SMSOTP_TESTS_SYSTEM_UNCHANGED_H

#include <stdio.h>

/*
 * Opens the log, so that no module is the first to do it, sets what is looked at to something
 * uncommon, and notes the rest. Once in a process, before it has other threads. -1 with errno.
 */
int unchanged_begin(void);

/*
 * Writes a line "host[ WORDS]", the words being what has changed since. Called with no child of the
 * host's own.
 */
void unchanged_report(FILE *peer);

#endif
