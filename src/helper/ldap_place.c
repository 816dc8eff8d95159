/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_place.h"

#include <ldap.h>
#include <string.h>
#include <strings.h>

#include "helper/loopback.h"

/* Where host and port of a URI end; NULL if it has none. */
static const char *
authority_end(const char *uri)
{
	const char *start = strstr(uri, "://");

	return start == NULL ? NULL : start + 3 + strcspn(start + 3, "/?#");
}

static const char *
read_local(const LDAPURLDesc *parts, struct ldap_place *place)
{
	const char *path = parts->lud_host;

	/* libldap's own default is another one on each system. */
	if (path == NULL || path[0] != '/')
		return "must name the socket, as in ldapi://%2Frun%2Fslapd%2Fldapi";
	if (strlen(path) >= sizeof place->local.sun_path)
		return "the socket's path is too long";
	place->kind = LDAP_PLACE_LOCAL;
	place->local.sun_family = AF_UNIX;
	memcpy(place->local.sun_path, path, strlen(path) + 1);
	return NULL;
}

static const char *
read_host(const LDAPURLDesc *parts, bool starttls, struct ldap_place *place)
{
	const char *host = parts->lud_host;
	const bool tls = strcmp(parts->lud_scheme, "ldaps") == 0;

	if (host == NULL || *host == '\0' || strlen(host) >= sizeof place->host ||
			host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.:-_")] != '\0')
		return "must name a host";
	if (parts->lud_port < 1 || parts->lud_port > 65535)
		return "has no port that there is";
	place->kind = tls ? LDAP_PLACE_TLS : starttls ? LDAP_PLACE_STARTTLS : LDAP_PLACE_PLAIN;
	memcpy(place->host, host, strlen(host) + 1);
	place->port = (uint16_t)parts->lud_port;
	if (place->kind == LDAP_PLACE_PLAIN && !loopback_is(host))
		return "needs TLS: ldaps://, or starttls = true (ldap:// alone is for loopback)";
	if (place->kind != LDAP_PLACE_PLAIN && strcasecmp(host, "localhost") == 0)
		return "with TLS must name the host as its certificate does, or 127.0.0.1: for "
			"\"localhost\" libldap would ask for this machine's own name";
	return NULL;
}

const char *
ldap_place_read(const char *uri, bool starttls, struct ldap_place *ret_place)
{
	struct ldap_place place = { .uri = uri };
	const char *end = authority_end(uri), *wrong;
	LDAPURLDesc *parts = NULL;

	/* libldap takes several in one, separated by blanks or commas. */
	if (end == NULL || strpbrk(uri, " ,\t") != NULL || (strcmp(end, "") != 0 &&
			strcmp(end, "/") != 0))
		return "must be scheme, host and port alone, as in ldaps://ldap.example.com";
	if (ldap_url_parse(uri, &parts) != LDAP_URL_SUCCESS)
		return "is not a URI that libldap knows";
	if (strcmp(parts->lud_scheme, "ldapi") == 0)
		wrong = read_local(parts, &place);
	else if (strcmp(parts->lud_scheme, "ldap") == 0 || strcmp(parts->lud_scheme, "ldaps") == 0)
		wrong = read_host(parts, starttls, &place);
	else
		wrong = "must have the scheme ldaps, ldap or ldapi";
	ldap_free_urldesc(parts);
	if (wrong == NULL)
		*ret_place = place;
	return wrong;
}
