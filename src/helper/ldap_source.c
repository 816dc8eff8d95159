/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_source.h"

#include <sched.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "helper/buffer.h"
#include "helper/ldap_pattern.h"
#include "helper/ldap_query.h"
#include "helper/ldap_reach.h"
#include "helper/ldap_settings.h"
#include "helper/ldap_trust.h"
#include "helper/ldap_watch.h"
#include "helper/redact.h"
#include "helper/values.h"

_Static_assert(LDAP_SETTINGS_PLACES_MAX <= SANDBOX_PORTS_MAX, "each may have a port of its own");

/* What became of each server, before it is made fit for the log. */
#define TOLD_SIZE (LDAP_SETTINGS_PLACES_MAX * (LDAP_PLACE_HOST_SIZE + WIRE_DETAIL_SIZE))

struct ldap_source {
	struct conf_file *file;
	struct ldap_trust trust;
	struct ldap_settings settings;
};

/*
 * At its start libldap asks the resolver for the name of this machine, without a time-out, and
 * libsasl loads every mechanism there is. For this process alone the machine's name is an address,
 * which nobody has to be asked about; where that may not be, it only takes the time. The one
 * mechanism that is used is none of libsasl's, which looks for others where there are none.
 */
static void
quieten(void)
{
	static const char name[] = "127.0.0.1";
	const bool named = geteuid() == 0 && unshare(CLONE_NEWUTS) == 0 &&
		sethostname(name, strlen(name)) == 0;

	(void)named;
	(void)setenv("SASL_PATH", "/", 1);
}

static struct conf_at
whole(const struct ldap_source *source, struct fault *fault)
{
	return (struct conf_at){
		.file = source->file,
		.group = conf_file_root(source->file),
		.name = "",
		.fault = fault,
	};
}

int
ldap_source_open(const char *path, struct ldap_source **ret_source, struct fault *fault)
{
	struct ldap_source *source = calloc(1, sizeof *source);
	int rc;

	if (source == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	quieten();
	source->trust = (struct ldap_trust)LDAP_TRUST_NONE;
	rc = conf_file_load(path, CONF_SECRET, &source->file, fault);
	if (rc == 0) {
		const struct conf_at at = whole(source, fault);

		rc = ldap_trust_read(&at, &source->trust);
	}
	if (rc == 0)
		*ret_source = source;
	else
		ldap_source_free(&source);
	return rc;
}

int
ldap_source_prepare(struct ldap_source *source, struct sandbox_ports *ret_ports,
	struct fault *fault)
{
	const struct conf_at at = whole(source, fault);
	struct sandbox_ports ports = { .port = { 0 } };
	int rc = ldap_settings_read(&at, &source->settings);

	if (rc == 0 && source->settings.tls)
		rc = ldap_trust_use(&at, &source->trust);
	ldap_trust_free(&source->trust);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < source->settings.place_count; i++)
		ports.port[i] = source->settings.place[i].port;
	*ret_ports = ports;
	return 0;
}

static void
ask_place(const struct ldap_query *query, struct wire_reply *ret_reply)
{
	struct wire_reply reply = { .outcome = WIRE_UNREACHABLE };
	struct ldap_watch watch;
	const char *why = NULL;
	int socket = ldap_reach(query->place, query->deadline, &why);

	if (socket < 0) {
		snprintf(reply.detail, sizeof reply.detail, "%s", why);
	} else if (!ldap_watch_start(&watch, socket, query->deadline)) {
		close(socket);
		snprintf(reply.detail, sizeof reply.detail, "no thread to watch over it");
	} else {
		ldap_query_run(query, socket, &reply);
		/* What libldap says of a connection that we have ended is not why. */
		if (ldap_watch_stop(&watch) && reply.outcome == WIRE_UNREACHABLE)
			snprintf(reply.detail, sizeof reply.detail, "no answer in time");
	}
	*ret_reply = reply;
	sodium_memzero(&reply, sizeof reply);
}

static void
tell(const struct ldap_place *place, const char *what, char told[static TOLD_SIZE])
{
	const size_t used = strlen(told);

	snprintf(told + used, TOLD_SIZE - used, "%s%s: %s", used > 0 ? "; " : "",
		place->kind == LDAP_PLACE_LOCAL ? "ldapi" : place->host, what);
}

/* A server may repeat what it was told. */
static void
put_detail(const struct ldap_settings *settings, const char *told, struct wire_reply *reply)
{
	const struct values secrets = { .count = 1,
		.item = { { "bind_password", settings->bind_password, true } } };

	redact_text(told, &secrets, reply->detail, sizeof reply->detail);
}

void
ldap_source_ask(const struct ldap_source *source, const char *user, struct deadline deadline,
	struct wire_reply *ret_reply)
{
	const struct ldap_settings *settings = &source->settings;
	struct deadline own = deadline_in(settings->timeout_ms);
	struct wire_reply reply = { .outcome = WIRE_OPERATOR, .detail = "out of memory" };
	struct buffer filter = { 0 };
	char told[TOLD_SIZE] = "";

	if (own.at_ms < deadline.at_ms)
		deadline = own;
	ldap_pattern_fill(settings->filter, user, &filter);
	for (size_t i = 0; buffer_text(&filter) != NULL && i < settings->place_count; i++) {
		const int64_t share = deadline_left_ms(deadline) /
			(int64_t)(settings->place_count - i);
		const struct ldap_query query = { settings, &settings->place[i],
			buffer_text(&filter), deadline_in(share) };

		ask_place(&query, &reply);
		if (reply.outcome != WIRE_ACCEPTED)
			tell(query.place, reply.detail, told);
		if (reply.outcome != WIRE_UNREACHABLE && reply.outcome != WIRE_PASSING)
			break;
	}
	if (*told != '\0' || reply.outcome == WIRE_ACCEPTED)
		put_detail(settings, told, &reply);
	buffer_free(&filter);
	*ret_reply = reply;
	sodium_memzero(&reply, sizeof reply);
}

void
ldap_source_free(struct ldap_source **source)
{
	if (*source == NULL)
		return;
	ldap_trust_free(&(*source)->trust);
	conf_file_free(&(*source)->file);
	free(*source);
	*source = NULL;
}
