/* SPDX-License-Identifier: BSD-2-Clause */
#include "gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script.h"

#define GATEWAYS_MAX 16

struct entry {
	char *name, *text; /* text NULL: no file */
	int port_fd;
};

struct gateway {
	struct entry entries[GATEWAYS_MAX];
	size_t count;
};

struct gateway *
gateway_list(void)
{
	return script_alloc(sizeof(struct gateway));
}

static void
entry_clear(struct entry *entry)
{
	free(entry->name);
	free(entry->text);
	if (entry->port_fd >= 0)
		close(entry->port_fd);
}

void
gateway_list_free(struct gateway **list)
{
	for (size_t i = 0; i < (*list)->count; i++)
		entry_clear(&(*list)->entries[i]);
	free(*list);
	*list = NULL;
}

/*
 * A loopback port of our own. Bound and not listening it refuses connections; listening, the kernel
 * completes them and nobody ever answers.
 */
static int
port_open(bool listening, unsigned int *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
		(listening && listen(fd, 64) != 0) ||
		getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
		perror("loopback port");
		abort();
	}
	*ret_port = ntohs(address.sin_port);
	return fd;
}

bool
gateway_add(struct gateway *list, const char *name, const char *kind, const char *text)
{
	struct entry entry = { .name = script_copy(name), .port_fd = -1 };
	size_t place = 0;

	if (strcmp(kind, "refuses") == 0 || strcmp(kind, "hangs") == 0) {
		unsigned int port;

		entry.port_fd = port_open(strcmp(kind, "hangs") == 0, &port);
		if (asprintf(&entry.text,
			    "api = \"twilio\";\naccount_sid = \"ACdouble\";\n"
			    "auth_token = \"0123456789\";\nfrom = \"+15005550006\";\n"
			    "base_url = \"http://127.0.0.1:%u\";\n%s\n",
			    port, text) < 0)
			abort();
	} else if (strcmp(kind, "outbox") == 0) {
		entry.text = script_copy("");
	} else if (strcmp(kind, "file") == 0) {
		entry.text = script_copy(text);
	} else if (strcmp(kind, "missing") != 0) {
		free(entry.name);
		return false;
	}
	while (place < list->count && strcmp(list->entries[place].name, name) != 0)
		place++;
	if (place == GATEWAYS_MAX)
		abort();
	if (place < list->count)
		entry_clear(&list->entries[place]);
	else
		list->count++;
	list->entries[place] = entry;
	return true;
}

static void
write_entry(const struct entry *entry, const char *directory)
{
	char *path = NULL;
	mode_t mask = umask(077);
	FILE *file;

	if (asprintf(&path, "%s/conf/gateways/%s.conf", directory, entry->name) < 0)
		abort();
	file = fopen(path, "we");
	umask(mask);
	if (file == NULL) {
		perror(path);
		abort();
	}
	if (entry->text[0] == '\0')
		fprintf(file, "api = \"outbox\";\npath = \"%s/outbox/texts\";\n", directory);
	else
		fputs(entry->text, file);
	if (fclose(file) != 0)
		abort();
	free(path);
}

char *
gateway_write(const struct gateway *list, const char *directory)
{
	char *names = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&names, &size);

	if (to == NULL)
		abort();
	fputs("gateways = [ ", to);
	for (size_t i = 0; i < list->count; i++) {
		fprintf(to, "%s\"%s\"", i > 0 ? ", " : "", list->entries[i].name);
		if (list->entries[i].text != NULL)
			write_entry(&list->entries[i], directory);
	}
	fputs(" ];", to);
	if (fclose(to) != 0)
		abort();
	return names;
}
