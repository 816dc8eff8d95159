/* SPDX-License-Identifier: BSD-2-Clause */
/* gateways/NAME.conf, receivers/NAME.conf: which API, its settings, and how to reach it. */
#ifndef SMSOTP_HELPER_GATEWAY_H
#define SMSOTP_HELPER_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/e164.h"
#include "helper/route.h"
#include "helper/spoken.h"
#include "helper/values.h"

struct conf_file;
struct description;
struct fault;

enum gateway_kind { GATEWAY_NET, GATEWAY_OUTBOX };

/* Strings belong to the file, but for description_path. */
struct gateway {
	struct conf_file *file;
	enum gateway_kind kind;
	bool receives;			/* it is a receiver's: NET, and nothing of what sends */
	struct e164 number;		/* a receiver's own; "" if it has none */
	char *description_path;		/* NET */
	const char *outbox_path;	/* OUTBOX */
	const char *base_url, *ca_file, *proxy;	/* NULL if not set */
	int64_t connect_timeout_ms, timeout_ms;
	/* For transports of this machine: NULL if not set. */
	const char *spool, *program;
	const char **writable;
	size_t writable_count;
	bool voice;			/* it may call; spoken can be said then */
	struct spoken spoken;
	struct route route;
};

/*
 * Opens DIRECTORY/gateways/NAME.conf, or DIRECTORY/receivers/NAME.conf where name has "receivers/"
 * in front of it, as a file with secrets and reads what does not need the description. name must be
 * valid as gateway_name_target has it. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int gateway_open(const char *directory, const char *name, struct gateway **ret_gateway,
	struct fault *fault) __attribute__((warn_unused_result));

/*
 * The settings that the description asks for. Unknown and missing ones are errors, and so are
 * control characters, which would make more headers than one, and voice = true where the API
 * cannot call, and from_by_prefix where it has no sender or the file does not set it though another
 * setting could take its place, and an API of the other kind. Values are borrowed from gateway and
 * description.
 */
int gateway_settings(const struct gateway *gateway, const struct description *description,
	struct values *ret_values, struct fault *fault) __attribute__((warn_unused_result));

/* Puts the sender for this number in the place of the usual one, if it has one of its own. */
void gateway_choose_sender(const struct gateway *gateway, const struct description *description,
	const char *to, struct values *values);

/* Wipes. Safe on NULL. */
void gateway_free(struct gateway **gateway);

#endif
