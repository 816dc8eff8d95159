/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_local.h"

#include <stddef.h>

#include "helper/description_send.h"

/* In the order of enum description_transport. */
static const char *const transports[] = { "http", "spool", "exec", "smtp", NULL };

static int
read_spool(
	const struct conf_at *at, const char *const variables[], struct description_local *local)
{
	static const char *const known[] = { "transport", "number", "name", "headers", "text",
		"charset", "unicode_charset", NULL };
	/* In the order of enum description_charset. */
	static const char *const charsets[] = { "utf-8", "utf-16", "utf-16be", NULL };
	unsigned int charset = DESCRIPTION_UTF8, unicode_charset;
	int rc;

	rc = conf_known(at, known);
	if (rc == 0)
		rc = description_send_value(at, "name", variables, &local->name);
	if (rc == 0)
		rc = description_send_value(at, "text", variables, &local->text);
	if (rc == 0)
		rc = conf_choice(at, "charset", false, charsets, &charset);
	unicode_charset = charset;
	if (rc == 0)
		rc = conf_choice(at, "unicode_charset", false, charsets, &unicode_charset);
	local->charset = (enum description_charset)charset;
	local->unicode_charset = (enum description_charset)unicode_charset;
	return rc;
}

static int
read_exec(const struct conf_at *at, const char *const variables[], struct description_local *local)
{
	static const char *const known[] = { "transport", "number", "headers", "text", NULL };
	int rc = conf_known(at, known);

	return rc != 0 ? rc : description_send_value(at, "text", variables, &local->text);
}

static int
read_smtp(const struct conf_at *at, const char *const variables[], struct description_local *local)
{
	static const char *const known[] = { "transport", "number", "host", "port", "tls", "user",
		"password", "from", "to", "subject", "text", NULL };
	const struct { const char *key; const char **value; } texts[] = {
		{ "host", &local->host }, { "port", &local->port }, { "tls", &local->tls },
		{ "user", &local->user }, { "password", &local->password },
		{ "from", &local->from }, { "to", &local->to }, { "subject", &local->subject },
		{ "text", &local->text }
	};
	int rc = conf_known(at, known);

	for (size_t i = 0; rc == 0 && i < sizeof texts / sizeof texts[0]; i++)
		rc = description_send_value(at, texts[i].key, variables, texts[i].value);
	return rc;
}

int
description_local_read(const struct conf_at *at, const char *const variables[],
	enum description_transport *ret_transport, struct description_local *ret_local)
{
	struct description_local local = { 0 };
	unsigned int transport = DESCRIPTION_HTTP;
	int rc = conf_choice(at, "transport", false, transports, &transport);

	if (rc == 0 && transport == DESCRIPTION_SPOOL)
		rc = read_spool(at, variables, &local);
	else if (rc == 0 && transport == DESCRIPTION_EXEC)
		rc = read_exec(at, variables, &local);
	else if (rc == 0 && transport == DESCRIPTION_SMTP)
		rc = read_smtp(at, variables, &local);
	if (rc != 0)
		return rc;
	*ret_transport = (enum description_transport)transport;
	if (transport != DESCRIPTION_HTTP)
		*ret_local = local;
	return 0;
}
