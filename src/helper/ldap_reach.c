/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "helper/ldap_place.h"

#define PORT_SIZE 6

/* Shared by two threads; whoever is done last frees it. */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char host[LDAP_PLACE_HOST_SIZE], port[PORT_SIZE];
	struct addrinfo *found;
	bool answered, left_behind;
};

static const struct addrinfo hints = { .ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };

static void
question_free(struct question *question)
{
	if (question->found != NULL)
		freeaddrinfo(question->found);
	pthread_cond_destroy(&question->changed);
	pthread_mutex_destroy(&question->lock);
	free(question);
}

static void *
resolve(void *data)
{
	struct question *question = data;
	struct addrinfo *found = NULL;
	bool left_behind;

	if (getaddrinfo(question->host, question->port, &hints, &found) != 0)
		found = NULL;
	pthread_mutex_lock(&question->lock);
	question->found = found;
	question->answered = true;
	left_behind = question->left_behind;
	pthread_cond_signal(&question->changed);
	pthread_mutex_unlock(&question->lock);
	if (left_behind)
		question_free(question);
	return NULL;
}

static struct question *
question_new(const char *host, const char *port)
{
	struct question *question = calloc(1, sizeof *question);
	pthread_condattr_t clock;

	if (question == NULL)
		return NULL;
	pthread_mutex_init(&question->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&question->changed, &clock);
	pthread_condattr_destroy(&clock);
	snprintf(question->host, sizeof question->host, "%s", host);
	snprintf(question->port, sizeof question->port, "%s", port);
	return question;
}

/* False if there was no answer in time; then the question belongs to its thread. */
static bool
await(struct question *question, struct deadline deadline)
{
	const struct timespec end = { .tv_sec = deadline.at_ms / 1000,
		.tv_nsec = deadline.at_ms % 1000 * 1000000 };
	bool answered;

	pthread_mutex_lock(&question->lock);
	while (!question->answered) {
		if (pthread_cond_timedwait(&question->changed, &question->lock, &end) != 0)
			break;
	}
	answered = question->answered;
	question->left_behind = !answered;
	pthread_mutex_unlock(&question->lock);
	return answered;
}

static const char *
ask_resolver(const char *host, const char *port, struct deadline deadline,
	struct addrinfo **ret_found)
{
	struct question *question = question_new(host, port);
	const char *why = NULL;
	pthread_t thread;

	if (question == NULL)
		return "out of memory";
	if (pthread_create(&thread, NULL, resolve, question) != 0) {
		question_free(question);
		return "no thread to resolve its name";
	}
	pthread_detach(thread);
	if (!await(question, deadline))
		return "its name was not resolved in time";
	*ret_found = question->found;
	question->found = NULL;
	if (*ret_found == NULL)
		why = "its name cannot be resolved";
	question_free(question);
	return why;
}

/* "localhost" is this machine whatever a resolver says. */
static const char *
find(const struct ldap_place *place, struct deadline deadline, struct addrinfo **ret_found)
{
	const bool here = strcasecmp(place->host, "localhost") == 0;
	struct addrinfo numeric = hints;
	char port[PORT_SIZE];

	snprintf(port, sizeof port, "%u", (unsigned int)place->port);
	numeric.ai_flags = AI_NUMERICSERV | (here ? 0 : AI_NUMERICHOST);
	if (getaddrinfo(here ? NULL : place->host, port, &numeric, ret_found) == 0)
		return NULL;
	return ask_resolver(place->host, port, deadline, ret_found);
}

/* Whether fd is connected; *ret_why says why not. */
static bool
connect_by(int fd, const struct sockaddr *address, socklen_t size, struct deadline deadline,
	const char **ret_why)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	int error = 0, ready;
	socklen_t error_size = sizeof error;

	if (connect(fd, address, size) != 0) {
		error = errno;
		if (error == EINPROGRESS || error == EINTR) {
			do
				ready = poll(&poller, 1, deadline_poll_ms(deadline));
			while (ready < 0 && errno == EINTR);
			if (ready == 0)
				error = ETIMEDOUT;
			else if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error,
					&error_size) != 0)
				error = errno;
		}
	}
	switch (error) {
	case 0: return true;
	case ETIMEDOUT: *ret_why = "no connection in time"; break;
	case ECONNREFUSED: *ret_why = "connection refused"; break;
	case ENOENT: *ret_why = "there is no such socket"; break;
	case EACCES: *ret_why = "connecting is not permitted"; break;
	/* A socket's queue that is full: its server has stopped taking. */
	case EAGAIN: *ret_why = "its queue is full"; break;
	default: *ret_why = "cannot be reached";
	}
	return false;
}

static int
try_address(int family, const struct sockaddr *address, socklen_t size, struct deadline deadline,
	const char **ret_why)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int flags;
	const int at_once = 1;

	if (fd < 0) {
		*ret_why = "no socket for its address";
		return -1;
	}
	if (connect_by(fd, address, size, deadline, ret_why)) {
		flags = fcntl(fd, F_GETFL);
		/* Small messages, each waited for. */
		if (family != AF_UNIX)
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
		if (flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
			return fd;
		*ret_why = "its socket cannot be used";
	}
	close(fd);
	return -1;
}

int
ldap_reach(const struct ldap_place *place, struct deadline deadline, const char **ret_why)
{
	struct addrinfo *found = NULL;
	int fd = -1, left = 0;

	if (place->kind == LDAP_PLACE_LOCAL)
		return try_address(AF_UNIX, (const struct sockaddr *)&place->local,
			sizeof place->local, deadline, ret_why);
	*ret_why = find(place, deadline, &found);
	if (*ret_why != NULL)
		return -1;
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		left++;
	for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next, left--)
		fd = try_address(at->ai_family, at->ai_addr, at->ai_addrlen,
			deadline_in(deadline_left_ms(deadline) / left), ret_why);
	freeaddrinfo(found);
	return fd;
}
