/* SPDX-License-Identifier: BSD-2-Clause */
/* Where requests go: scheme, host and port of a gateway's URL, known before any request is. */
#ifndef SMSOTP_HELPER_ORIGIN_H
#define SMSOTP_HELPER_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/buffer.h"
#include "helper/values.h"

struct fault;
struct gateway;

/* Zeroed = none. */
struct origin {
	struct buffer start;	/* "https://host:port", and the path of base_url */
	const char *rest;	/* what follows in the description's url, with {variables} */
	bool tls;
	uint16_t connect_port;	/* the proxy's, where there is one */
};

/*
 * url is the description's, whose scheme, host and port give way to the gateway's base_url.
 * Refused: any scheme but https (and http to 127.0.0.0/8, ::1 and localhost, without a proxy),
 * user names in URLs, a base_url with a query or fragment, a proxy that is not http, https or
 * socks5h. The messages hold no URL. Returns 0 or FAULT_CONFIG, FAULT_MEMORY.
 */
int origin_find(const char *url, const struct gateway *gateway, const struct values *settings,
	struct origin *ret_origin, struct fault *fault) __attribute__((warn_unused_result));

/*
 * url is where the keys of a machine's role are asked for: scheme http, and as host
 * 169.254.169.254, [fd00:ec2::254] or loopback, for what it says is secret; no path. Returns 0,
 * FAULT_CONFIG or FAULT_MEMORY.
 */
int origin_metadata(const char *url, const struct gateway *gateway, struct origin *ret_origin,
	struct fault *fault) __attribute__((warn_unused_result));

void origin_free(struct origin *origin);

#endif
