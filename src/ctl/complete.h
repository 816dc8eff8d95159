/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a word of the table of commands stands for ("USER"), and which there are of it. The table's
 * own text says what a shell can complete: an option's argument is one such word, the operands of a
 * command are several.
 */
#ifndef SMSOTP_CTL_COMPLETE_H
#define SMSOTP_CTL_COMPLETE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct complete {
	const char *conf_path;	/* gateways stand beside it */
	const char *given;	/* what there is of the word so far */
	const char *before;	/* what stands before that in the same word of the shell's */
	json_t *values;		/* NULL once there was no memory */
	bool files;		/* the shell knows best which there are */
};

/* Adds a value, if it begins with what is given; help may be NULL. */
void complete_offer(struct complete *it, const char *value, const char *help);

/* Adds all values of the word, which is length bytes long. False if the table must not have it. */
bool complete_word(struct complete *it, const char *word, size_t length);

#endif
