/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two halves of the bench's host share. */
#ifndef SMSOTP_TESTS_BENCH_HOST_H
#define SMSOTP_TESTS_BENCH_HOST_H

/*
 * What a person takes to answer, and so every conversation here, and as long a pause before each
 * sync that is timed: a processor and a disk that were idle are slower than in a tight loop. It
 * also lets smsotp-send end after its text is in the outbox. Not counted as a login's time.
 */
#define HOST_PAUSE_US 30000

/* CLOCK_MONOTONIC in microseconds. */
double host_now_us(void);

/* Says why on standard error and exits with 1. */
void host_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Commands; argv[0] is the command's name. They return the exit status, 2 for wrong usage. */
int programs_load(int argc, char **argv);
int programs_sync(int argc, char **argv);
int programs_run(int argc, char **argv);
int programs_send(int argc, char **argv);
int programs_lookup(int argc, char **argv);
int events_write(int argc, char **argv);

#endif
