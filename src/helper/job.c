/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/job.h"

#include <jansson.h>
#include <unistd.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "core/random.h"
#include "helper/ca.h"
#include "helper/http.h"
#include "helper/metadata.h"
#include "helper/outbox.h"
#include "helper/sandbox.h"

int
job_open(struct job *job, const char *directory, const char *name, struct fault *fault)
{
	int rc = gateway_open(directory, name, &job->gateway, fault);

	if (rc != 0)
		return rc;
	if (job->gateway->kind == GATEWAY_OUTBOX)
		return outbox_open(job->gateway->outbox_path, &job->outbox_fd, fault);
	rc = conf_file_open(
		job->gateway->description_path, CONF_PUBLIC, &job->description_fd, fault);
	if (rc == 0 && job->gateway->ca_file != NULL)
		rc = ca_read(job->gateway->ca_file, &job->ca, &job->ca_size, fault);
	return rc != 0 ? rc : local_open(job->gateway, &job->local, fault);
}

enum description_transport
job_transport(const struct job *job)
{
	return job->description->text.send.transport;
}

static enum sandbox_kind
kind_of(const struct job *job)
{
	static const enum sandbox_kind kinds[] = { [DESCRIPTION_HTTP] = SANDBOX_NET,
		[DESCRIPTION_SMTP] = SANDBOX_NET, [DESCRIPTION_SPOOL] = SANDBOX_SPOOL,
		[DESCRIPTION_EXEC] = SANDBOX_WAITER };

	return job->gateway->kind == GATEWAY_OUTBOX ? SANDBOX_OUTBOX : kinds[job_transport(job)];
}

/* Where each call goes that this gateway makes. */
static int
find_origins(struct job *job, struct fault *fault)
{
	int rc = 0;

	for (enum wire_task task = WIRE_TASK_TEXT; rc == 0 && task <= WIRE_TASK_LAST; task++) {
		const struct description_call *call = description_for(job->description, task);

		if (call != NULL && (task != WIRE_TASK_VOICE || job->gateway->voice))
			rc = origin_find(call->send.url, job->gateway, &job->values,
				&job->origins[task], fault);
		if (call != NULL && rc == 0 && job->metadata.connect_port == 0)
			rc = metadata_find(&call->send.auth, &job->values, job->gateway,
				&job->metadata, fault);
	}
	return rc;
}

int
job_prepare(struct job *job, struct fault *fault)
{
	size_t seed = 0;
	int rc;

	/*
	 * jansson would look for /dev/urandom, which an outbox's sandbox has not; 0 means
	 * "choose one".
	 */
	if (random_bytes(&seed, sizeof seed) != 0)
		return fault_set(fault, FAULT_SYSTEM, "no random numbers");
	json_object_seed(seed | 1);
	if (job->gateway->kind == GATEWAY_OUTBOX)
		return 0;
	rc = description_read(
		job->description_fd, job->gateway->description_path, &job->description, fault);
	close(job->description_fd);
	if (rc == 0)
		job->offers = (job->description->voice != NULL && job->gateway->voice
				? WIRE_OFFERS_VOICE : 0) |
			(job->description->status != NULL ? WIRE_OFFERS_STATUS : 0);
	if (rc == 0)
		rc = gateway_settings(job->gateway, job->description, &job->values, fault);
	if (rc == 0)
		rc = local_prepare(job->gateway, job_transport(job), &job->local, fault);
	if (rc == 0 && job_transport(job) == DESCRIPTION_HTTP)
		rc = find_origins(job, fault);
	if (rc == 0 && job_transport(job) == DESCRIPTION_SMTP)
		rc = mail_find(
			&job->description->text.send.local, &job->values, &job->server, fault);
	return rc != 0 || kind_of(job) != SANDBOX_NET ? rc : http_prepare(fault);
}

/* An API sends, calls and tells, or rents, receives and releases: there is room. */
static void
add_port(struct sandbox_ports *ports, uint16_t port)
{
	size_t i = 0;

	while (i < SANDBOX_PORTS_MAX - 1 && ports->port[i] != 0 && ports->port[i] != port)
		i++;
	if (port != 0)
		ports->port[i] = port;
}

struct sandbox
job_sandbox(const struct job *job, bool ready)
{
	/* A job that cannot be done needs less than any other. */
	struct sandbox sandbox = { .kind = ready ? kind_of(job) : SANDBOX_OUTBOX,
		.directory = job->local.spool.fd };

	add_port(&sandbox.ports, job->metadata.connect_port);
	add_port(&sandbox.ports, job->server.port);
	for (size_t i = WIRE_TASK_TEXT; i <= WIRE_TASK_LAST; i++)
		add_port(&sandbox.ports, job->origins[i].connect_port);
	return sandbox;
}
