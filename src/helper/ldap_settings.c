/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ldap_settings.h"

#include <ldap.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_file.h"
#include "helper/ldap_pattern.h"
#include "helper/setting.h"

#define TIMEOUT_MIN_MS 500
#define TIMEOUT_MAX_MS 10000
#define TIMEOUT_MS 5000

/* One string, or a list of them, at most max; *ret_count stays as it is if the key is absent. */
static int
read_texts(const struct conf_at *at, const char *key, bool required, size_t max,
	const char *ret_texts[], size_t *ret_count)
{
	const config_setting_t *setting = conf_setting(at, key);
	const char **texts = NULL;
	size_t count = 0;
	int rc;

	if (setting == NULL || config_setting_type(setting) == CONFIG_TYPE_STRING) {
		rc = setting_text(at, key, required, &ret_texts[0]);
		if (rc == 0 && setting != NULL)
			*ret_count = 1;
		return rc;
	}
	rc = conf_strings(at, key, required, (struct conf_range){ 1, (long long)max }, &texts,
		&count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (texts[i][0] == '\0' || setting_has_control(texts[i]))
			rc = conf_refuse(at, config_setting_get_elem(setting, (unsigned int)i),
				"is empty, or holds a control character");
		ret_texts[i] = texts[i];
	}
	if (rc == 0)
		*ret_count = count;
	free(texts);
	return rc;
}

static int
read_places(const struct conf_at *at, struct ldap_settings *settings)
{
	const char *uris[LDAP_SETTINGS_PLACES_MAX] = { NULL }, *wrong;
	const config_setting_t *setting = conf_setting(at, "uri");
	bool starttls = false, started = false;
	int rc = conf_boolean(at, "starttls", false, &starttls);

	if (rc == 0)
		rc = read_texts(at, "uri", true, LDAP_SETTINGS_PLACES_MAX, uris,
			&settings->place_count);
	for (size_t i = 0; rc == 0 && i < settings->place_count; i++) {
		struct ldap_place *place = &settings->place[i];

		wrong = ldap_place_read(uris[i], starttls, place);
		if (wrong != NULL)
			rc = conf_refuse(at, setting, "number %zu %s", i + 1, wrong);
		started = started || place->kind == LDAP_PLACE_STARTTLS;
		settings->tls = settings->tls || place->kind == LDAP_PLACE_STARTTLS ||
			place->kind == LDAP_PLACE_TLS;
	}
	if (rc == 0 && starttls && !started)
		rc = conf_refuse(at, conf_setting(at, "starttls"), "no uri has the scheme ldap");
	return rc;
}

/* A key that has no effect would be taken for one that has. */
static int
check_trust(const struct conf_at *at, const struct ldap_settings *settings)
{
	static const char *const keys[] = { "ca_file", "tls_cert", "tls_key" };

	for (size_t i = 0; !settings->tls && i < sizeof keys / sizeof keys[0]; i++) {
		if (conf_setting(at, keys[i]) != NULL)
			return conf_refuse(
				at, conf_setting(at, keys[i]), "no uri is reached by TLS");
	}
	if ((conf_setting(at, "tls_cert") == NULL) != (conf_setting(at, "tls_key") == NULL))
		return conf_refuse(at, NULL, "\"tls_cert\" and \"tls_key\" go together");
	return 0;
}

/* Who proves himself by what lies below LDAP: a certificate, or the uid at a socket's other end. */
static int
check_external(const struct conf_at *at, const struct ldap_settings *settings)
{
	if (settings->bind_dn != NULL || settings->bind_password != NULL)
		return conf_refuse(at, conf_setting(at, "sasl"),
			"is another way to log in than \"bind_dn\" and \"bind_password\"");
	for (size_t i = 0; i < settings->place_count; i++) {
		const enum ldap_place_kind kind = settings->place[i].kind;

		if (kind == LDAP_PLACE_PLAIN || (kind != LDAP_PLACE_LOCAL &&
				conf_setting(at, "tls_cert") == NULL))
			return conf_refuse(at, conf_setting(at, "sasl"),
				"uri number %zu needs TLS with \"tls_cert\", or must be ldapi",
				i + 1);
	}
	return 0;
}

static int
read_login(const struct conf_at *at, struct ldap_settings *settings)
{
	static const char *const mechanisms[] = { "EXTERNAL", NULL };
	unsigned int mechanism = 0;
	int rc = conf_choice(at, "sasl", false, mechanisms, &mechanism);

	settings->external = conf_setting(at, "sasl") != NULL;
	if (rc == 0)
		rc = setting_text(at, "bind_dn", false, &settings->bind_dn);
	if (rc == 0)
		rc = setting_text(at, "bind_password", false, &settings->bind_password);
	if (rc == 0 && settings->external)
		rc = check_external(at, settings);
	/* RFC 4513, section 5.1.2: a name without a password is nobody, and servers say yes. */
	if (rc == 0 && (settings->bind_dn == NULL) != (settings->bind_password == NULL))
		rc = conf_refuse(at, NULL, "\"bind_dn\" and \"bind_password\" go together");
	return rc;
}

/*
 * RFC 4512, section 2.5: a name or an object identifier, with options. "*" and "+" would have every
 * attribute sent, and "1.1" none.
 */
static bool
is_attribute(const char *name)
{
	static const char takes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		"-.;";

	return strchr("-.;", *name) == NULL && name[strspn(name, takes)] == '\0' &&
		strcmp(name, LDAP_NO_ATTRS) != 0;
}

static int
read_attributes(const struct conf_at *at, struct ldap_settings *settings)
{
	size_t count = 1;
	int rc;

	settings->attribute[0] = "mobile";
	rc = read_texts(at, "attribute", false, LDAP_SETTINGS_ATTRIBUTES_MAX, settings->attribute,
		&count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!is_attribute(settings->attribute[i]))
			rc = conf_refuse(at, conf_setting(at, "attribute"),
				"number %zu is not the name of an attribute", i + 1);
	}
	return rc;
}

static int
read_search(const struct conf_at *at, struct ldap_settings *settings)
{
	static const char *const scopes[] = { "sub", "one", "base", NULL };
	static const int as_libldap[] = { LDAP_SCOPE_SUBTREE, LDAP_SCOPE_ONELEVEL,
		LDAP_SCOPE_BASE };
	static const char *const variables[] = { "user", NULL };
	const char *wrong = NULL;
	unsigned int scope = 0;
	LDAPDN name = NULL;
	int rc = setting_text(at, "base", true, &settings->base);

	if (rc == 0 && ldap_str2dn(settings->base, &name, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
		rc = conf_refuse(at, conf_setting(at, "base"), "is not a distinguished name");
	ldap_dnfree(name);
	if (rc == 0)
		rc = conf_choice(at, "scope", false, scopes, &scope);
	settings->scope = as_libldap[scope];
	settings->filter = "(&(objectClass=posixAccount)(uid={user}))";
	if (rc == 0)
		rc = setting_text(at, "filter", false, &settings->filter);
	if (rc == 0)
		rc = conf_template(at, "filter", settings->filter, variables);
	if (rc == 0)
		wrong = ldap_pattern_check(settings->filter);
	if (rc == 0 && wrong != NULL)
		rc = conf_refuse(at, conf_setting(at, "filter"), "%s", wrong);
	return rc != 0 ? rc : read_attributes(at, settings);
}

int
ldap_settings_read(const struct conf_at *at, struct ldap_settings *ret_settings)
{
	static const char *const known[] = { "uri", "starttls", "ca_file", "tls_cert", "tls_key",
		"bind_dn", "bind_password", "sasl", "base", "scope", "filter", "attribute",
		"timeout", NULL };
	struct ldap_settings settings = { .timeout_ms = TIMEOUT_MS };
	int rc = conf_known(at, known);

	if (rc == 0)
		rc = read_places(at, &settings);
	if (rc == 0)
		rc = check_trust(at, &settings);
	if (rc == 0)
		rc = read_login(at, &settings);
	if (rc == 0)
		rc = read_search(at, &settings);
	if (rc == 0)
		rc = conf_seconds(at, "timeout", false,
			(struct conf_range){ TIMEOUT_MIN_MS, TIMEOUT_MAX_MS },
			&settings.timeout_ms);
	if (rc == 0)
		*ret_settings = settings;
	return rc;
}
