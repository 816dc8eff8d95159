/* SPDX-License-Identifier: BSD-2-Clause */
/* One mail through one SMTP server (RFC 5321), never repeated, as http.h does it for HTTP. */
#ifndef SMSOTP_HELPER_MAIL_H
#define SMSOTP_HELPER_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "helper/buffer.h"

struct description_local;
struct fault;
struct http_way;
struct values;
struct wire_reply;

enum mail_tls {
	MAIL_STARTTLS,	/* asked for, and nothing is sent without it */
	MAIL_IMPLICIT,	/* from the first byte: RFC 8314, section 3 */
	MAIL_NONE	/* to loopback only */
};

#define MAIL_HOST_SIZE 254

/* Where mails go, known before any is. Zeroed = none. */
struct mail_server {
	char host[MAIL_HOST_SIZE];
	uint16_t port;
	enum mail_tls tls;
};

/*
 * host, port and tls of the description, by the settings. Refused: what is no host name, port or
 * way of TLS, and no TLS to another machine. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int mail_find(const struct description_local *local, const struct values *settings,
	struct mail_server *ret_server, struct fault *fault) __attribute__((warn_unused_result));

/* Its URL, as libcurl takes it. */
#define MAIL_URL_SIZE (MAIL_HOST_SIZE + sizeof "smtps://:65535")
void mail_url(const struct mail_server *server, char ret_url[static MAIL_URL_SIZE]);

/* Zeroed = empty. */
struct mail {
	struct buffer from, to;		/* addresses without <> */
	struct buffer user, password;	/* both empty: without authentication */
	struct buffer content;		/* headers and body, lines ended by CRLF */
};

/*
 * A value that may not stand where it is put is a fault, whose text does not hold it. values must
 * have uuid, which becomes the Message-ID. Returns 0, FAULT_CONFIG or FAULT_MEMORY.
 */
int mail_compose(const struct description_local *local, const struct values *values,
	struct mail *ret_mail, struct fault *fault) __attribute__((warn_unused_result));

/*
 * Fills *ret_reply; WIRE_ACCEPTED only if the server has said 250 to the whole mail. After
 * http_prepare; way has no proxy. Exit is by _exit(2), as after http_send.
 */
void mail_send(struct mail *mail, const struct mail_server *server, const struct http_way *way,
	const struct values *values, struct wire_reply *ret_reply);

void mail_free(struct mail *mail);

#endif
