/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that helpers run. */
#ifndef SMSOTP_TESTS_PROGRAM_H
#define SMSOTP_TESTS_PROGRAM_H

/*
 * Writes DIRECTORY/programs/NAME, where the helper's user can reach and nobody but this one can
 * change it. What else is in the private directory must be closed itself.
 */
void program_write(const char *directory, const char *name, const char *text);

#endif
