/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smsotp-lookup KIND PATH: the phone numbers of one user, from one source. KIND is as smsotp.conf
 * names the source: "ldap", and PATH is its configuration; or "command", and PATH is the program.
 * Started by the keeper as smsotp-send is, and as little to be trusted afterwards: what comes back
 * is text, in which the module looks for numbers.
 */
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/fault.h"
#include "helper/command_source.h"
#include "helper/exchange.h"
#include "helper/ldap_source.h"
#include "helper/startup.h"
#include "helper/values.h"
#include "wire/deadline.h"
#include "wire/lookup.h"
#include "wire/wire.h"

struct lookup {
	bool command;			/* else LDAP */
	struct command_source program;
	struct ldap_source *directory;
	struct sandbox_ports ports;
	int64_t started_ms;
};

static bool
is_kind(const char *text, enum config_source_kind kind)
{
	return strcmp(text, config_source_name(kind)) == 0;
}

static bool
called_rightly(char *arguments[])
{
	return arguments[1][0] == '/' && (is_kind(arguments[0], CONFIG_SOURCE_LDAP) ||
		is_kind(arguments[0], CONFIG_SOURCE_COMMAND));
}

static int
open_source(void *data, char *arguments[], struct fault *fault)
{
	struct lookup *lookup = data;

	lookup->command = is_kind(arguments[0], CONFIG_SOURCE_COMMAND);
	if (lookup->command)
		return command_source_open(arguments[1], &lookup->program, fault);
	return ldap_source_open(arguments[1], &lookup->directory, fault);
}

static int
prepare(void *data, struct fault *fault)
{
	struct lookup *lookup = data;

	if (lookup->command)
		return command_source_prepare(&lookup->program, fault);
	return ldap_source_prepare(lookup->directory, &lookup->ports, fault);
}

static struct sandbox
sandbox_of(const void *data, bool ready)
{
	const struct lookup *lookup = data;

	return (struct sandbox){ .directory = -1, .ports = lookup->ports,
		.kind = !ready ? SANDBOX_OUTBOX : lookup->command ? SANDBOX_WAITER : SANDBOX_NET };
}

static void
refuse(void *data, const struct fault *fault)
{
	const struct values none = { .count = 0 };
	struct wire_reply reply;

	(void)data;
	exchange_fault_reply(fault, &none, &reply);
	exchange_tell_reply(&reply);
}

static void
serve(void *data, struct wire_request *request)
{
	struct lookup *lookup = data;
	/* What is left of its time is for saying that it was not enough. */
	const int64_t ms = (int64_t)request->timeout_ms - LOOKUP_REPLY_MS;
	const struct deadline deadline = { .at_ms = lookup->started_ms + ms };
	struct wire_reply reply = { .outcome = WIRE_OPERATOR };
	struct fault fault;

	/* All files were read by now. */
	if (request->task == WIRE_TASK_CHECK) {
		reply.outcome = WIRE_ACCEPTED;
		exchange_tell_reply(&reply);
		return;
	}
	if (request->task != WIRE_TASK_LOOKUP) {
		(void)fault_set(&fault, FAULT_PROTOCOL,
			"a source of phone numbers is asked for nothing else");
		refuse(lookup, &fault);
		return;
	}
	if (lookup->command)
		command_source_ask(&lookup->program, request->name, deadline, &reply);
	else
		ldap_source_ask(lookup->directory, request->name, deadline, &reply);
	exchange_tell_reply(&reply);
	sodium_memzero(&reply, sizeof reply);
}

int
main(int argc, char *argv[])
{
	struct lookup lookup = { .started_ms = deadline_clock_ms() };
	const struct startup_steps steps = {
		.name = "smsotp-lookup", .target = "source", .data = &lookup,
		.called_rightly = called_rightly, .open = open_source, .prepare = prepare,
		.sandbox = sandbox_of, .serve = serve, .refuse = refuse,
	};

	startup_run(&steps, argc, argv);
	ldap_source_free(&lookup.directory);
	_exit(0);
}
