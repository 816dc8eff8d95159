/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What libpam and the module call instead of libc: the program exports syslog, the clocks, open,
 * getrandom and libpam's pam_fail_delay, and the dynamic linker binds the calls of what it loads to
 * these. So nothing reaches the machine's log, five minutes pass in no time, and faults can be
 * made.
 */
#ifndef SMSOTP_TESTS_STAND_IN_H
#define SMSOTP_TESTS_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stand_in_line {
	int level; /* LOG_INFO … */
	int facility; /* LOG_AUTHPRIV … */
	char *text;
};

/* Lines logged since the last stand_in_forget. */
size_t stand_in_count(void);
const struct stand_in_line *stand_in_line(size_t index);
void stand_in_forget(void);

/* Moves the clocks that the module sees. */
void stand_in_pass(int64_t ms); /* time passes: both */
void stand_in_step_real(int64_t ms); /* only the wall clock is set */
void stand_in_reboot(int64_t off_ms); /* another boot id; CLOCK_BOOTTIME begins again at 20 s;
					 off_ms pass on the wall */

/* Where a boot id of our own is to be written at a reboot. */
void stand_in_boot_id_path(const char *path);

/* Whether getrandom(2) fails from now on. */
void stand_in_random_fails(bool fails);

/* Whether pam_fail_delay(3) was called since this was last asked. Nobody sleeps. */
bool stand_in_take_delay(void);

/* Milliseconds of the machine's own CLOCK_MONOTONIC. */
int64_t stand_in_real_ms(void);

#endif
