/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a helper may still do once it has what it needs: no_new_privs, Landlock, and a list of
 * system calls. Neither the answer of a gateway nor a fault in the libraries that read it gets
 * further than this.
 */
#ifndef SMSOTP_HELPER_SANDBOX_H
#define SMSOTP_HELPER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#define SANDBOX_PORTS_MAX 4	/* of each call, and one more */

struct fault;

enum sandbox_kind {
	SANDBOX_NET,	/* resolver, TLS, its ports; reads what these need; writes nothing */
	SANDBOX_OUTBOX	/* the fds it has; no network, no file */
};

/* Zeroed = none. */
struct sandbox_ports { uint16_t port[SANDBOX_PORTS_MAX]; };

/*
 * Two steps, for this thread and its later threads; call them while there is only one. After a
 * failure of either the process must not go on.
 *
 * First no_new_privs and Landlock. ports (NET) are those that TCP may go to besides DNS; 0 is
 * none. *ret_landlock is false where the kernel has no Landlock, which is no failure.
 */
int sandbox_enter(enum sandbox_kind kind, const struct sandbox_ports *ports, bool *ret_landlock,
	struct fault *fault) __attribute__((warn_unused_result));

/* Then the list of system calls. */
int sandbox_filter(enum sandbox_kind kind, struct fault *fault) __attribute__((warn_unused_result));

#endif
