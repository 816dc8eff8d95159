/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_pattern.h"

#include <ldap.h>
#include <openldap.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/template.h"
#include "helper/expand.h"
#include "helper/values.h"

#define USER "{user}"

/* Whether every {user} stands behind the "=" of its own component: RFC 4515, section 3. */
static bool
in_values(const char *filter)
{
	bool in_value = false;

	for (const char *at = filter; *at != '\0'; at++) {
		if (*at == '(' || *at == ')')
			in_value = false;
		else if (*at == '=')
			in_value = true;
		else if (!in_value && strncmp(at, USER, strlen(USER)) == 0)
			return false;
	}
	return true;
}

/*
 * What libldap makes of it: a search that it encodes and sends to a socket of our own, since the
 * function that only encodes is none of its public ones.
 */
static const char *
encode(const char *filter)
{
	const char *wrong = "cannot be checked: no memory, or no socket";
	int ends[2] = { -1, -1 }, id = 0, rc;
	LDAP *ldap = NULL;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return wrong;
	if (ldap_init_fd(ends[0], LDAP_PROTO_IPC, NULL, &ldap) != LDAP_SUCCESS) {
		close(ends[0]);
	} else {
		rc = ldap_search_ext(ldap, "", LDAP_SCOPE_BASE, filter, NULL, 0, NULL, NULL, NULL,
			0, &id);
		if (rc == LDAP_SUCCESS)
			wrong = NULL;
		else if (rc == LDAP_FILTER_ERROR)
			wrong = "is no search filter (RFC 4515)";
		ldap_unbind_ext(ldap, NULL, NULL);
	}
	close(ends[1]);
	return wrong;
}

const char *
ldap_pattern_check(const char *filter)
{
	struct buffer filled = { 0 };
	const char *wrong = NULL;

	if (!template_uses(filter, "user"))
		wrong = "must hold {user}";
	else if (*filter != '(')
		wrong = "must begin with (";
	else if (!in_values(filter))
		wrong = "must hold {user} only in values, as in (uid={user})";
	if (wrong != NULL)
		return wrong;
	ldap_pattern_fill(filter, "user", &filled);
	wrong = buffer_text(&filled) == NULL ? "is too long" : encode(buffer_text(&filled));
	buffer_free(&filled);
	return wrong;
}

void
ldap_pattern_fill(const char *filter, const char *user, struct buffer *filled)
{
	struct berval plain = { strlen(user), (char *)(uintptr_t)user }, escaped = { 0, NULL };
	struct values values = { .count = 0 };

	if (ldap_bv2escaped_filter_value(&plain, &escaped) != LDAP_SUCCESS ||
			!values_add(&values, (struct value){ "user", escaped.bv_val, false }) ||
			expand_add(filled, filter, &values, EXPAND_PLAIN) != 0)
		filled->spoilt = true;
	ldap_memfree(escaped.bv_val);
}
