/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The copy that is edited: in a directory of its own beside the file, which only root may enter,
 * so that what editors put beside a file is as well kept as the file, and goes with the directory.
 */
#ifndef SMSOTP_CTL_EDIT_COPY_H
#define SMSOTP_CTL_EDIT_COPY_H

#include <limits.h>
#include <stdbool.h>

struct edit_target;
struct fault;
struct replace;

struct edit_copy {
	char place[PATH_MAX];	/* "": there is none. Has gateways/ in it if the file is one's */
	char path[PATH_MAX];	/* of the copy, named as the file is */
};

/* Makes it of original, which is locked: what is there already was left by one that was killed. */
int edit_copy_make(const struct edit_target *target, const struct replace *original,
	struct edit_copy *ret_copy, struct fault *fault) __attribute__((warn_unused_result));

/* Who is at it, of a file that is locked: "bob(1002), process 1234". False: that is not known. */
bool edit_copy_by(const struct edit_target *target, char *ret_text, int size);

/* Whether it says something else than original. Returns 0 or a fault. */
int edit_copy_differs(const struct edit_copy *copy, const struct replace *original,
	bool *ret_differs, struct fault *fault) __attribute__((warn_unused_result));

/* Puts it in place of original. Returns 0 or a fault, and the file is as it was. */
int edit_copy_install(const struct edit_copy *copy, struct replace *original,
	struct fault *fault) __attribute__((warn_unused_result));

/* Removes it, with all that is beside it. Safe on one that was not made, if it is zero. */
void edit_copy_remove(struct edit_copy *copy);

#endif
