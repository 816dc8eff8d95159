/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State and run directory as a whole: what may be in them, what they hold, and that nothing holds a
 * lock there.
 */
#ifndef SMSOTP_TESTS_TREE_H
#define SMSOTP_TESTS_TREE_H

#include <stdbool.h>

struct secrets;

/*
 * Each looks at everything below directory and returns what is wrong (malloc'ed), or NULL. A
 * directory that does not exist has nothing wrong in it.
 */
/*
 * Modes, owners, names, kinds of files: directories 0700, files closed to others, and only those
 * that belong there.
 */
char *tree_stray(const char *directory);
char *tree_secret(const char *directory, const struct secrets *secrets);
char *tree_locked(const char *directory);

/* Names, kinds, modes and contents as text, for comparing; malloc'ed. Works on a file as well. */
char *tree_describe(const char *path);

/* Removes everything below path, and path itself. Does not follow links. */
void tree_remove(const char *path);

#endif
