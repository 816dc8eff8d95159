/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's random generator. Not libsodium's randombytes_buf: that aborts the process when the
 * generator fails, and the process is sshd.
 */
#ifndef SMSOTP_CORE_RANDOM_H
#define SMSOTP_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Fills buffer by getrandom(2), retrying EINTR. Returns 0 or FAULT_SYSTEM (buffer zeroed). */
int random_bytes(void *buffer, size_t size) __attribute__((warn_unused_result));

/* A number in 0..bound-1, every one equally likely (bound 1..256). Returns 0 or FAULT_SYSTEM. */
int random_below(unsigned int bound, unsigned int *ret_number) __attribute__((warn_unused_result));

#endif
