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

#include "answers.h"
#include "script.h"

#define GATEWAYS_MAX 16

struct entry {
	char *name, *text; /* text NULL: no file */
	char *description; /* of its API, in a file of its own; or NULL */
	int port_fd;
};

struct gateway {
	const char *directory;
	struct entry entries[GATEWAYS_MAX];
	size_t count;
};

struct gateway *
gateway_list(const char *directory)
{
	struct gateway *list = script_alloc(sizeof *list);

	list->directory = directory;
	return list;
}

static void
entry_clear(struct entry *entry)
{
	free(entry->name);
	free(entry->text);
	free(entry->description);
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

#define TEST(place, value) "{ at = \"" place "\"; equals = \"" value "\"; }"
#define FIELD(name, value) "{ name = \"" name "\"; value = \"" value "\"; }"
#define REFUSAL(class) "{ class = \"" class "\"; where = ( " TEST("code", class) " ); }"
#define FORM "body = { kind = \"form\"; fields = "
#define URL "url = \"https://answers.invalid/"

/*
 * As of a provider that calls, and tells what became of a text, where the script has answers to
 * that.
 */
static char *
describe(bool calls, bool tells)
{
	static const char answer[] = "answer = {\n kind = \"json\";\n"
		" accepted = { status = [ 201 ]; where = ( " TEST("state", "taken") " ); };\n"
		" id = { at = \"id\"; }; code = { at = \"code\"; };\n refused = (\n  "
		REFUSAL("recipient") ",\n  " REFUSAL("unroutable") ",\n  " REFUSAL("operator")
		" );\n};\n";
	static const char *const states[] = { "delivered", "pending", "unreachable", "refused",
		"failed" };
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		abort();
	fprintf(to, "description = \"answers of a script\";\nsend = { " URL "text\"; " FORM "(\n "
		FIELD("To", "{to}") ",\n " FIELD("Text", "{text}") ",\n "
		FIELD("Validity", "{validity_s}") " ); }; };\n%s", answer);
	if (calls)
		fprintf(to, "voice = { send = { " URL "call\"; " FORM "(\n "
			FIELD("To", "{to}") ",\n " FIELD("Spoken", "{spoken}") ",\n "
			FIELD("Language", "{language}") " ); }; };\n%s};\n", answer);
	if (tells) {
		fprintf(to, "status = { send = { method = \"GET\"; "
			URL "status/{message_id}\"; };\nanswer = { kind = \"json\"; states = (");
		for (size_t i = 0; i < sizeof states / sizeof *states; i++)
			fprintf(to, "%s\n { state = \"%s\"; where = ( "
				"{ at = \"state\"; equals = \"%s\"; } ); }",
				i > 0 ? "," : "", states[i], states[i]);
		fprintf(to, " ); code = { at = \"code\"; }; }; };\n");
	}
	if (fclose(to) != 0)
		abort();
	return text;
}

/* "ANSWERS [| further settings]" */
static const char *
add_answers(const struct gateway *list, struct entry *entry, const char *text)
{
	static char why[256];
	char *answers = script_copy(text), *more = strchr(answers, '|'), *outbox = NULL;
	bool calls, tells;
	unsigned int port;

	if (more != NULL)
		*more++ = '\0';
	calls = strstr(answers, "call:") != NULL;
	tells = strstr(answers, "status:") != NULL;
	if (asprintf(&outbox, "%s/outbox/texts", list->directory) < 0)
		abort();
	port = answers_add(entry->name, answers, outbox, why, sizeof why);
	if (port != 0) {
		entry->description = describe(calls, tells);
		if (asprintf(&entry->text,
			    "api = \"%s/conf/api-%s\";\nbase_url = \"http://127.0.0.1:%u\";\n"
			    "%s%s\n",
			    list->directory, entry->name, port, calls ? "voice = true;\n" : "",
			    more != NULL ? more : "") < 0)
			abort();
	}
	free(outbox);
	free(answers);
	return port != 0 ? NULL : why;
}

const char *
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
	} else if (strcmp(kind, "answers") == 0) {
		const char *wrong = add_answers(list, &entry, text);

		if (wrong != NULL) {
			free(entry.name);
			return wrong;
		}
	} else if (strcmp(kind, "missing") != 0) {
		free(entry.name);
		return "NAME outbox|refuses|hangs|answers|missing|file TEXT";
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
	return NULL;
}

static void
write_file(const struct gateway *list, const char *name, const char *text)
{
	char *path = NULL;
	mode_t mask = umask(077);
	FILE *file;

	if (asprintf(&path, "%s/conf/%s", list->directory, name) < 0)
		abort();
	file = fopen(path, "we");
	umask(mask);
	if (file == NULL) {
		perror(path);
		abort();
	}
	if (text[0] == '\0')
		fprintf(file, "api = \"outbox\";\npath = \"%s/outbox/texts\";\n",
			list->directory);
	else
		fputs(text, file);
	if (fclose(file) != 0)
		abort();
	free(path);
}

static void
write_entry(const struct gateway *list, const struct entry *entry)
{
	char name[256];

	snprintf(name, sizeof name, "gateways/%s.conf", entry->name);
	write_file(list, name, entry->text);
	snprintf(name, sizeof name, "api-%s", entry->name);
	if (entry->description != NULL)
		write_file(list, name, entry->description);
}

char *
gateway_write(const struct gateway *list)
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
			write_entry(list, &list->entries[i]);
	}
	fputs(" ];", to);
	if (fclose(to) != 0)
		abort();
	return names;
}
