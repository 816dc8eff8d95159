/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a helper may still do once it has what it needs: no_new_privs, Landlock, and a list of
 * system calls. Neither the answer of a gateway nor a fault in the libraries that read it gets
 * further than this.
 */
#ifndef SMSOTP_HELPER_SANDBOX_H
#define SMSOTP_HELPER_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SANDBOX_PORTS_MAX 4	/* of each call, and one more */
#define SANDBOX_WRITABLE_MAX 8

struct fault;

enum sandbox_kind {
	SANDBOX_NET,	/* resolver, TLS, its ports; reads what these need; writes nothing */
	SANDBOX_OUTBOX,	/* the fds it has; no network, no file */
	SANDBOX_SPOOL,	/* makes and renames files in one directory; no network, nothing else */
	SANDBOX_WAITER,	/* the fds it has, one of which is a program it waits for and may kill */
	SANDBOX_PROGRAM	/* that program: reads and runs anything its user may, writes only where
			   it is allowed; has the network; no list of system calls */
};

/* Zeroed = none. */
struct sandbox_ports { uint16_t port[SANDBOX_PORTS_MAX]; };

struct sandbox_writable {
	int fd[SANDBOX_WRITABLE_MAX];	/* O_PATH: files, devices, directories */
	size_t count;
};

struct sandbox {
	enum sandbox_kind kind;
	struct sandbox_ports ports;	/* NET: where TCP may go to besides DNS; 0 is none */
	int directory;		/* SPOOL: O_PATH */
	struct sandbox_writable writable;	/* PROGRAM: besides /dev/null */
};

/*
 * Two steps, for this thread and its later threads; call them while there is only one. After a
 * failure of either the process must not go on.
 *
 * First no_new_privs and Landlock. *ret_landlock is false where the kernel has no Landlock,
 * which is no failure.
 */
int sandbox_enter(const struct sandbox *sandbox, bool *ret_landlock, struct fault *fault)
	__attribute__((warn_unused_result));

/* Then the list of system calls; not for PROGRAM. */
int sandbox_filter(enum sandbox_kind kind, struct fault *fault) __attribute__((warn_unused_result));

#endif
