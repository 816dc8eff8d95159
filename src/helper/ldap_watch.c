/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static void *
watch_over(void *data)
{
	struct ldap_watch *watch = data;
	struct pollfd poller = { .fd = watch->over, .events = POLLIN };

	while (poll(&poller, 1, deadline_poll_ms(watch->deadline)) <= 0) {
		if (deadline_left_ms(watch->deadline) > 0)
			continue;
		watch->cut = true;
		(void)shutdown(watch->socket, SHUT_RDWR);
		break;
	}
	return NULL;
}

bool
ldap_watch_start(struct ldap_watch *watch, int socket, struct deadline deadline)
{
	*watch = (struct ldap_watch){ .deadline = deadline };
	watch->socket = fcntl(socket, F_DUPFD_CLOEXEC, 0);
	watch->over = eventfd(0, EFD_CLOEXEC);
	if (watch->socket >= 0 && watch->over >= 0 &&
			pthread_create(&watch->thread, NULL, watch_over, watch) == 0)
		return true;
	if (watch->socket >= 0)
		close(watch->socket);
	if (watch->over >= 0)
		close(watch->over);
	return false;
}

bool
ldap_watch_stop(struct ldap_watch *watch)
{
	const uint64_t one = 1;
	ssize_t written = write(watch->over, &one, sizeof one);

	/* A counter that was 0 takes it. */
	(void)written;
	(void)pthread_join(watch->thread, NULL);
	close(watch->socket);
	close(watch->over);
	return watch->cut;
}
