/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one run of smsotp-send works with, from the opening of its files to the sandbox: the steps
 * in the order in which its privileges go.
 */
#ifndef SMSOTP_HELPER_JOB_H
#define SMSOTP_HELPER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/description.h"
#include "helper/gateway.h"
#include "helper/local.h"
#include "helper/mail.h"
#include "helper/metadata.h"
#include "helper/origin.h"
#include "helper/sandbox.h"
#include "helper/values.h"
#include "helper/variables.h"
#include "wire/wire.h"

struct fault;

struct job {
	struct gateway *gateway;
	int description_fd, outbox_fd;
	char *ca;
	size_t ca_size;
	struct description *description;
	struct values values;
	/* values point into these, and are searched for what must not be said until the end. */
	struct variables variables;
	struct metadata_keys keys;
	/* By task: what may be asked is known before the request is. */
	struct origin origins[WIRE_TASK_LAST + 1];
	struct origin metadata;		/* where keys of the machine's role are asked for */
	struct local local;
	struct mail_server server;
	uint32_t offers;
	int64_t started_ms;
	bool posted;
};

#define JOB_NONE { .description_fd = -1, .outbox_fd = -1, .local = LOCAL_NONE }

/* While root: opens what the file of a gateway or receiver names; see gateway_open. */
int job_open(struct job *job, const char *directory, const char *name, struct fault *fault)
	__attribute__((warn_unused_result));

/* When privileges are gone, while files may still be opened: reads the description. */
int job_prepare(struct job *job, struct fault *fault) __attribute__((warn_unused_result));

/* The sandbox that the job needs; ready: job_prepare has succeeded. */
struct sandbox job_sandbox(const struct job *job, bool ready);

/* By what texts go. For a job that was prepared and is not the outbox's. */
enum description_transport job_transport(const struct job *job);

#endif
