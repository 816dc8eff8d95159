/* SPDX-License-Identifier: BSD-2-Clause */
/* The administrator's editor on a file. */
#ifndef SMSOTP_CTL_EDITOR_H
#define SMSOTP_CTL_EDITOR_H

struct fault;
struct signals;

/*
 * Runs the editor that environment names, VISUAL or EDITOR, by a shell, as it may have arguments;
 * else the first of this system's. signals are held; while it runs, ^C is the editor's. Returns 0
 * when it has ended well; FAULT_SYSTEM: there is none, or it has not; FAULT_BUSY: this process is
 * to end, and the editor has.
 */
int editor_run(char *const environment[], const char *path, const struct signals *signals,
	struct fault *fault) __attribute__((warn_unused_result));

#endif
