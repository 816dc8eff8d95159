/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/description_auth.h"

#include "helper/description_send.h"

static const char *const kinds[] = { "none", "basic", "bearer", "header", "sigv4", "azure", "ovh",
	NULL };

static const struct {
	const char *key;
	enum description_auth_kind kind;
	bool optional;
} parts[DESCRIPTION_AUTH_PARTS] = {
	[DESCRIPTION_AUTH_USER] = { "user", DESCRIPTION_AUTH_BASIC, false },
	[DESCRIPTION_AUTH_PASSWORD] = { "password", DESCRIPTION_AUTH_BASIC, false },
	[DESCRIPTION_AUTH_TOKEN] = { "token", DESCRIPTION_AUTH_BEARER, false },
	[DESCRIPTION_AUTH_NAME] = { "name", DESCRIPTION_AUTH_HEADER, false },
	[DESCRIPTION_AUTH_VALUE] = { "value", DESCRIPTION_AUTH_HEADER, false },
	[DESCRIPTION_AUTH_SERVICE] = { "service", DESCRIPTION_AUTH_SIGV4, false },
	[DESCRIPTION_AUTH_REGION] = { "region", DESCRIPTION_AUTH_SIGV4, false },
	[DESCRIPTION_AUTH_ACCESS_KEY] = { "access_key", DESCRIPTION_AUTH_SIGV4, false },
	[DESCRIPTION_AUTH_SECRET_KEY] = { "secret_key", DESCRIPTION_AUTH_SIGV4, false },
	[DESCRIPTION_AUTH_METADATA] = { "metadata", DESCRIPTION_AUTH_SIGV4, true },
	[DESCRIPTION_AUTH_ROLE] = { "role", DESCRIPTION_AUTH_SIGV4, true },
	[DESCRIPTION_AUTH_KEY] = { "key", DESCRIPTION_AUTH_AZURE, false },
	[DESCRIPTION_AUTH_APPLICATION_KEY] = { "application_key", DESCRIPTION_AUTH_OVH, false },
	[DESCRIPTION_AUTH_APPLICATION_SECRET] = { "application_secret", DESCRIPTION_AUTH_OVH,
		false },
	[DESCRIPTION_AUTH_CONSUMER_KEY] = { "consumer_key", DESCRIPTION_AUTH_OVH, false }
};

static int
read_part(const struct conf_at *at, const char *const variables[], enum description_auth_part part,
	struct description_auth *auth)
{
	const char *key = parts[part].key;

	if (parts[part].optional && conf_setting(at, key) == NULL)
		return 0;
	return part == DESCRIPTION_AUTH_NAME
		? description_send_header_name(at, key, &auth->part[part])
		: description_send_value(at, key, variables, &auth->part[part]);
}

int
description_auth_read(const struct conf_at *at, const char *const variables[],
	struct description_auth *ret_auth)
{
	const char *known[DESCRIPTION_AUTH_PARTS + 2] = { "kind" };
	struct description_auth auth = { DESCRIPTION_AUTH_NONE, { NULL } };
	unsigned int kind = 0;
	size_t count = 1;
	int rc;

	rc = conf_choice(at, "kind", false, kinds, &kind);
	auth.kind = (enum description_auth_kind)kind;
	for (size_t i = 0; i < DESCRIPTION_AUTH_PARTS; i++) {
		auth.part[i] = "";
		if (parts[i].kind == auth.kind)
			known[count++] = parts[i].key;
	}
	if (rc == 0)
		rc = conf_known(at, known);
	for (size_t i = 0; rc == 0 && i < DESCRIPTION_AUTH_PARTS; i++) {
		if (parts[i].kind == auth.kind)
			rc = read_part(at, variables, (enum description_auth_part)i, &auth);
	}
	if (rc == 0)
		*ret_auth = auth;
	return rc;
}
