/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The source of phone numbers that is a program of the site's, in the manner of sshd's
 * AuthorizedKeysCommand: the user's name is its one argument, and it prints one number per line.
 */
#ifndef SMSOTP_HELPER_COMMAND_SOURCE_H
#define SMSOTP_HELPER_COMMAND_SOURCE_H

#include "helper/program.h"
#include "wire/deadline.h"

struct fault;
struct wire_reply;

struct command_source { const char *path; struct program program; };

/* While root: whether path may be run; borrowed for good. Returns 0 or FAULT_CONFIG. */
int command_source_open(const char *path, struct command_source *ret_source, struct fault *fault)
	__attribute__((warn_unused_result));

/* Once privileges are gone: starts the process that will be the program. */
int command_source_prepare(struct command_source *source, struct fault *fault)
	__attribute__((warn_unused_result));

/* Once confined: runs it. Fills *ret_reply. */
void command_source_ask(struct command_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply);

#endif
