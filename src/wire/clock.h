/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMSOTP_WIRE_CLOCK_H
#define SMSOTP_WIRE_CLOCK_H

#include <stdint.h>

struct fault;
struct now;

/*
 * CLOCK_BOOTTIME, CLOCK_REALTIME and the boot id of /proc/sys/kernel/random/boot_id. Returns 0 or
 * FAULT_SYSTEM.
 */
int clock_read(struct now *ret_now, struct fault *fault) __attribute__((warn_unused_result));

/*
 * CLOCK_BOOTTIME alone, for waits within one conversation. Milliseconds; -1 if the kernel has no
 * such clock. Async-signal-safe.
 */
int64_t clock_boot_ms(void);

/* CLOCK_REALTIME in milliseconds since 1970, for what is written down; 0 if there is none. */
int64_t clock_real_ms(void);

/* Sleeps that long; signals do not shorten it. */
void clock_sleep(int64_t ms);

#endif
