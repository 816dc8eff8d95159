/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions at the terminal: asked on standard error, answered on standard input. */
#ifndef SMSOTP_CTL_ASK_H
#define SMSOTP_CTL_ASK_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is anybody to ask. */
bool ask_possible(void);

/*
 * Reads one line, byte by byte: no buffer of stdio's keeps what was typed. One that is too long is
 * "". False: the input has ended.
 */
bool ask_line(char *ret_line, size_t size) __attribute__((warn_unused_result));

/* Puts a question; the answer is to be read. */
void ask_put(const char *question);

/* Asks for a line. */
bool ask_openly(const char *question, char *ret_line, size_t size)
	__attribute__((warn_unused_result));

/*
 * Asks for what nobody may see: the terminal shows nothing meanwhile, and does so again afterwards
 * also where a signal ends the process. False as well if it cannot be kept from showing it.
 */
bool ask_secretly(const char *question, char *ret_line, size_t size)
	__attribute__((warn_unused_result));

#endif
