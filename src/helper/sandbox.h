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

struct fault;

enum sandbox_kind {
	SANDBOX_NET,	/* resolver, TLS, one port; reads what these need; writes nothing */
	SANDBOX_OUTBOX	/* the fds it has; no network, no file */
};

/*
 * Two steps, for this thread and its later threads; call them while there is only one. After a
 * failure of either the process must not go on.
 *
 * First no_new_privs and Landlock. connect_port (NET) is the port that TCP may go to besides
 * DNS. *ret_landlock is false where the kernel has no Landlock, which is no failure.
 */
int sandbox_enter(enum sandbox_kind kind, uint16_t connect_port, bool *ret_landlock,
	struct fault *fault) __attribute__((warn_unused_result));

/* Then the list of system calls. */
int sandbox_filter(enum sandbox_kind kind, struct fault *fault) __attribute__((warn_unused_result));

#endif
