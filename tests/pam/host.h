/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's side of a login: what the module must leave as it was, and what it may have running.
 */
#ifndef SMSOTP_TESTS_HOST_H
#define SMSOTP_TESTS_HOST_H

/*
 * Credentials, umask, cwd, environment, signal mask, pending signals and dispositions, open files,
 * limits, timers and threads as lines of text. malloc'ed.
 */
char *host_describe(void);

/*
 * The first line in which two descriptions differ, as "before … after …" (malloc'ed), or
 * NULL if there is none.
 */
char *host_difference(const char *before, const char *after);

/*
 * Once, at the start: orphans of the login come to this process, and SIGCHLD is counted.
 */
void host_adopt_orphans(void);

/* A child of the host's own, already ended and waiting to be reaped. */
void host_child_start(void);

/*
 * Reaps it. NULL if it was still there, nothing else was, and no SIGCHLD came since; else what is
 * wrong (static).
 */
const char *host_child_end(void);

#endif
