/* SPDX-License-Identifier: BSD-2-Clause */
#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "answers_plan.h"
#include "script.h"

#define GATEWAYS_MAX 32
#define CONNECTIONS_MAX 128
#define REQUEST_SIZE 16384
#define MESSAGE_SIZE 8192

struct connection {
	int fd; /* -1: free */
	struct plan *plan;
	size_t used;
	bool asked;
	char *response; /* to be written when its time has come */
	int64_t due_ms;
	char bytes[REQUEST_SIZE];
};

struct server {
	int control;
	struct plan *plans[GATEWAYS_MAX];
	int ports[GATEWAYS_MAX];
	size_t count;
	struct connection connections[CONNECTIONS_MAX];
};

/* Real time: the script's clock is another process's. */
static int64_t
now_ms(void)
{
	struct timespec now = { 0, 0 };

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- connections --- */

static void
hang_up(struct connection *connection)
{
	close(connection->fd);
	free(connection->response);
	connection->response = NULL;
	connection->fd = -1;
}

static void
welcome(struct server *server, size_t gateway)
{
	int fd = accept4(server->ports[gateway], NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
		struct connection *connection = &server->connections[i];

		if (connection->fd >= 0)
			continue;
		connection->fd = fd;
		connection->plan = server->plans[gateway];
		connection->used = 0;
		connection->asked = false;
		return;
	}
	if (fd >= 0)
		close(fd);
}

/* Whether all of the request is there: its head, and as much as that says of a body. */
static bool
complete(const char *bytes, const char **ret_body)
{
	const char *end = strstr(bytes, "\r\n\r\n"), *length;

	if (end == NULL)
		return false;
	*ret_body = end + 4;
	length = strcasestr(bytes, "\r\nContent-Length:");
	return length == NULL || length > end ||
		strlen(*ret_body) >= strtoul(length + 17, NULL, 10);
}

static void
hear(struct connection *connection)
{
	ssize_t size = recv(connection->fd, connection->bytes + connection->used,
		REQUEST_SIZE - 1 - connection->used, 0);
	char *path, *end;
	const char *body;
	struct plan_turn turn;

	if (size <= 0 || connection->asked) {
		hang_up(connection);
		return;
	}
	connection->used += (size_t)size;
	connection->bytes[connection->used] = '\0';
	if (!complete(connection->bytes, &body))
		return;
	connection->asked = true;
	path = strchr(connection->bytes, ' ');
	end = path != NULL ? strchr(path + 1, ' ') : NULL;
	if (end == NULL) {
		hang_up(connection);
		return;
	}
	*end = '\0';
	turn = plan_ask(connection->plan, path + 1, body);
	if (turn.closes) {
		hang_up(connection);
	} else if (!turn.silent) {
		connection->response = turn.response;
		connection->due_ms = now_ms() + turn.after_ms;
	}
}

static void
answer_when_due(struct connection *connection)
{
	if (connection->fd < 0 || connection->response == NULL || now_ms() < connection->due_ms)
		return;
	(void)send(connection->fd, connection->response, strlen(connection->response),
		MSG_NOSIGNAL);
	hang_up(connection);
}

/* --- what the script says --- */

static void
reply(const struct server *server, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
reply(const struct server *server, const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length < 0 || send(server->control, text, (size_t)length + 1, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static int
listen_somewhere(unsigned int *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
		listen(fd, 64) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
		perror("loopback port");
		_exit(1);
	}
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* "add\nNAME\nOUTBOX\nANSWERS": an earlier one of that name goes on with what it has begun. */
static void
add(struct server *server, const char *name, const char *outbox, const char *answers)
{
	char why[256];
	struct plan *plan = plan_read(name, answers, outbox, why, sizeof why);
	unsigned int port;

	if (plan == NULL || server->count == GATEWAYS_MAX) {
		reply(server, "0 %s", plan == NULL ? why : "too many gateways");
		plan_free(&plan);
		return;
	}
	server->ports[server->count] = listen_somewhere(&port);
	server->plans[server->count++] = plan;
	reply(server, "%u", port);
}

/* The one that has the name now: added last. */
static struct plan *
find(const struct server *server, const char *name)
{
	for (size_t i = server->count; i > 0; i--) {
		if (strcmp(server->plans[i - 1]->name, name) == 0)
			return server->plans[i - 1];
	}
	return NULL;
}

/* "asked\nNAME\nKIND\nNUMBER\nPATTERN"; without a number, how many there are. */
static void
asked(const struct server *server, char *const *words)
{
	const struct plan *plan = find(server, words[1]);
	enum plan_kind kind = plan_kind(words[2]);
	size_t number = strtoul(words[3], NULL, 10), count;
	char *group = NULL;

	if (plan == NULL || kind == PLAN_KINDS) {
		reply(server, "0");
		return;
	}
	count = plan->of[kind].asked_count;
	if (number == 0)
		reply(server, "%zu", count);
	else
		reply(server, "%d", number <= count && script_match(words[4],
			plan->of[kind].asked[number - 1], &group) == 1);
	free(group);
}

static void
obey(struct server *server)
{
	char text[MESSAGE_SIZE], *words[5], *rest = text;
	ssize_t size = recv(server->control, text, sizeof text - 1, 0);

	/* The script is over. */
	if (size <= 0)
		_exit(0);
	text[size] = '\0';
	for (size_t i = 0; i < 5; i++) {
		words[i] = rest;
		/* The last one keeps its lines' ends. */
		rest += i < 4 ? strcspn(rest, "\n") : strlen(rest);
		if (*rest != '\0')
			*rest++ = '\0';
	}
	if (strcmp(words[0], "add") == 0)
		add(server, words[1], words[2], words[3]);
	else
		asked(server, words);
}

static _Noreturn void
serve(int control)
{
	static struct server server;
	struct pollfd pollers[1 + GATEWAYS_MAX + CONNECTIONS_MAX];

	server.control = control;
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		server.connections[i].fd = -1;
	for (;;) {
		size_t count = server.count;

		pollers[0] = (struct pollfd){ .fd = control, .events = POLLIN };
		for (size_t i = 0; i < count; i++)
			pollers[1 + i] =
				(struct pollfd){ .fd = server.ports[i], .events = POLLIN };
		for (size_t i = 0; i < CONNECTIONS_MAX; i++)
			pollers[1 + count + i] = (struct pollfd){
				.fd = server.connections[i].fd, .events = POLLIN
			};
		if (poll(pollers, 1 + count + CONNECTIONS_MAX, 10) < 0 && errno != EINTR)
			_exit(1);
		for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
			if (pollers[1 + count + i].revents != 0)
				hear(&server.connections[i]);
			answer_when_due(&server.connections[i]);
		}
		for (size_t i = 0; i < count; i++) {
			if (pollers[1 + i].revents != 0)
				welcome(&server, i);
		}
		if (pollers[0].revents != 0)
			obey(&server);
	}
}

/* --- the runner's and the script's side --- */

static int control = -1;

pid_t
answers_start(void)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		/* The runner ends it, when the script has ended. */
		signal(SIGINT, SIG_IGN);
		serve(ends[1]);
	}
	close(ends[1]);
	if (pid > 0)
		control = ends[0];
	else
		close(ends[0]);
	return pid;
}

void
answers_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	close(control);
	control = -1;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* One question and its answer. */
static void
ask(const char *question, char ret_text[static MESSAGE_SIZE])
{
	ssize_t got = -1;

	if (send(control, question, strlen(question), MSG_NOSIGNAL) >= 0) {
		do
			got = recv(control, ret_text, MESSAGE_SIZE - 1, 0);
		while (got < 0 && errno == EINTR);
	}
	if (got < 0) {
		perror("answers");
		abort();
	}
	ret_text[got] = '\0';
}

unsigned int
answers_add(const char *name, const char *answers, const char *outbox, char *ret_text, size_t size)
{
	char *question = NULL, text[MESSAGE_SIZE];
	unsigned long port;

	if (asprintf(&question, "add\n%s\n%s\n%s", name, outbox, answers) < 0)
		abort();
	ask(question, text);
	free(question);
	port = strtoul(text, NULL, 10);
	if (port == 0)
		snprintf(ret_text, size, "%s", text + 2);
	return (unsigned int)port;
}

unsigned int
answers_count(const char *name, const char *kind)
{
	char *question = NULL, text[MESSAGE_SIZE];

	if (asprintf(&question, "asked\n%s\n%s\n0\n", name, kind) < 0)
		abort();
	ask(question, text);
	free(question);
	return (unsigned int)strtoul(text, NULL, 10);
}

bool
answers_match(const char *name, const char *kind, unsigned int number, const char *pattern)
{
	char *question = NULL, text[MESSAGE_SIZE];

	if (asprintf(&question, "asked\n%s\n%s\n%u\n%s", name, kind, number, pattern) < 0)
		abort();
	ask(question, text);
	explicit_bzero(question, strlen(question));
	free(question);
	return strcmp(text, "1") == 0;
}
