/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a connection at its deadline, whatever libldap and its TLS are doing on it: not each
 * of their reads and handshakes has a time-out. A thread shuts the socket down, and every read and
 * write ends.
 */
#ifndef SMSOTP_HELPER_LDAP_WATCH_H
#define SMSOTP_HELPER_LDAP_WATCH_H

#include <pthread.h>
#include <stdbool.h>

#include "wire/deadline.h"

/* Not to be moved between start and stop. */
struct ldap_watch {
	pthread_t thread;
	struct deadline deadline;
	int socket, over;	/* a descriptor of our own for the socket; an eventfd */
	bool cut;		/* read only after stop */
};

/* False if it cannot be had: then nothing may be asked. The socket stays the caller's. */
bool ldap_watch_start(struct ldap_watch *watch, int socket, struct deadline deadline)
	__attribute__((warn_unused_result));

/* Whether it had to end the connection. */
bool ldap_watch_stop(struct ldap_watch *watch);

#endif
