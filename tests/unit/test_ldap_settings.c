/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of ldap.conf: what they mean, and what is refused, at which line. */
#include "conf_scratch.h"

#include <ldap.h>

#include "core/conf_file.h"
#include "core/fault.h"
#include "helper/ldap_pattern.h"
#include "helper/ldap_settings.h"

#define LEAST "uri = \"ldaps://ldap.example.com\"; base = \"dc=example,dc=com\";\n"

static struct conf_file *file;

static int
read_text(void **state, const char *text, struct ldap_settings *ret_settings, struct fault *fault)
{
	struct scratch *scratch = *state;
	char path[128];
	struct conf_at at = { .name = "", .fault = fault };
	FILE *stream;
	int rc;

	snprintf(path, sizeof path, "%s/ldap.conf", scratch->path);
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod(path, 0600), 0);
	rc = conf_file_load(path, CONF_SECRET, &file, fault);
	if (rc != 0)
		return rc;
	at.file = file;
	at.group = conf_file_root(file);
	return ldap_settings_read(&at, ret_settings);
}

static void
reads(void **state, const char *text, struct ldap_settings *ret_settings)
{
	struct fault fault = { .text = "" };

	if (read_text(state, text, ret_settings, &fault) != 0)
		fail_msg("%s: %s", text, fault.text);
}

static void
defaults(void **state)
{
	struct ldap_settings settings;

	reads(state, LEAST, &settings);
	assert_int_equal(settings.place_count, 1);
	assert_int_equal(settings.place[0].kind, LDAP_PLACE_TLS);
	assert_string_equal(settings.place[0].host, "ldap.example.com");
	assert_int_equal(settings.place[0].port, 636);
	assert_true(settings.tls);
	assert_false(settings.external);
	assert_null(settings.bind_dn);
	assert_int_equal(settings.scope, LDAP_SCOPE_SUBTREE);
	assert_string_equal(settings.filter, "(&(objectClass=posixAccount)(uid={user}))");
	assert_string_equal(settings.attribute[0], "mobile");
	assert_null(settings.attribute[1]);
	assert_int_equal(settings.timeout_ms, 5000);
	conf_file_free(&file);
}

static void
places(void **state)
{
	struct ldap_settings settings;

	reads(state, "uri = [ \"ldap://[::1]\", \"ldap://10.0.0.1:3890/\",\n"
		"\"ldaps://x-1.example\", \"ldapi://%2Frun%2Fslapd%2Fldapi\" ];\n"
		"starttls = true; base = \"dc=a\"; scope = \"one\"; timeout = 0.5;\n"
		"attribute = ( \"mobile\", \"2.5.4.20;lang-en\" );\n"
		"bind_dn = \"user@example.com\"; bind_password = \"p\";", &settings);
	assert_int_equal(settings.place_count, 4);
	assert_int_equal(settings.place[0].kind, LDAP_PLACE_STARTTLS);
	assert_string_equal(settings.place[0].host, "::1");
	assert_int_equal(settings.place[0].port, 389);
	assert_string_equal(settings.place[1].host, "10.0.0.1");
	assert_int_equal(settings.place[1].port, 3890);
	assert_int_equal(settings.place[2].kind, LDAP_PLACE_TLS);
	assert_int_equal(settings.place[3].kind, LDAP_PLACE_LOCAL);
	assert_int_equal(settings.place[3].port, 0);
	assert_string_equal(settings.place[3].local.sun_path, "/run/slapd/ldapi");
	assert_int_equal(settings.scope, LDAP_SCOPE_ONELEVEL);
	assert_int_equal(settings.timeout_ms, 500);
	assert_string_equal(settings.attribute[1], "2.5.4.20;lang-en");
	assert_null(settings.attribute[2]);
	assert_string_equal(settings.bind_dn, "user@example.com");
	conf_file_free(&file);
}

static void
plain_is_for_loopback(void **state)
{
	static const char *const hosts[] = { "localhost", "127.0.0.1", "127.3.2.1:1389", "[::1]" };
	struct ldap_settings settings;
	char text[256];

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		snprintf(text, sizeof text, "uri = \"ldap://%s\"; base = \"dc=a\";", hosts[i]);
		reads(state, text, &settings);
		assert_int_equal(settings.place[0].kind, LDAP_PLACE_PLAIN);
		assert_false(settings.tls);
		conf_file_free(&file);
	}
}

static void
external(void **state)
{
	struct ldap_settings settings;

	reads(state, "uri = [ \"ldapi://%2Fs\", \"ldaps://a\" ]; base = \"dc=a\";"
		"sasl = \"EXTERNAL\"; tls_cert = \"/c\"; tls_key = \"/k\";", &settings);
	assert_true(settings.external);
	conf_file_free(&file);
	reads(state, "uri = \"ldapi://%2Fs\"; base = \"dc=a\"; sasl = \"EXTERNAL\";", &settings);
	assert_true(settings.external);
	conf_file_free(&file);
}

struct refusal { const char *text, *why; };

#define URI(uri, why) { "base = \"dc=a\";\nuri = " uri ";", ":2: uri: number 1 " why }
#define ADDS(line, why) { LEAST line, why }

static const struct refusal refusals[] = {
	{ "base = \"dc=a\";", "\"uri\" is missing" },
	{ "uri = \"ldaps://a\";", "\"base\" is missing" },
	ADDS("mobile = 1;", ":2: " ), ADDS("uris = \"\";", ":2: "),
	URI("\"http://a\"", "is not a URI"), URI("\"a\"", "must be scheme, host and port alone"),
	URI("\"ldaps://\"", "must name a host"), URI("\"ldaps:///\"", "must name a host"),
	URI("\"ldaps://a/dc=b\"", "must be scheme"), URI("\"ldaps://a?b\"", "must be scheme"),
	URI("\"ldaps://a#b\"", "must be scheme"), URI("\"ldaps://a ldap://b\"", "must be scheme"),
	URI("\"ldaps://a,ldaps://b\"", "must be scheme"),
	URI("\"ldaps://u@a\"", "must name a host"),
	URI("\"ldaps://a:65536\"", ""), URI("\"ldaps://a:x\"", ""),
	URI("\"ldaps://a%20b\"", "must name a host"), URI("\"ldapi:///\"", "must name the socket"),
	URI("\"ldapi://relative\"", "must name the socket"), URI("\"cldap://a\"", ""),
	URI("\"ldap://a\"", "needs TLS"), URI("\"ldap://128.0.0.1\"", "needs TLS"),
	URI("\"ldap://127.0.0.1.example.com\"", "needs TLS"), URI("\"ldap://[::2]\"", "needs TLS"),
	URI("\"ldap://localhost.example.com\"", "needs TLS"),
	URI("\"ldaps://localhost\"", "with TLS must name the host"),
	URI("\"ldaps://LOCALHOST:636\"", "with TLS must name the host"),
	{ "base = \"dc=a\";\nuri = 1;", ":2: " }, { "base = \"dc=a\";\nuri = [ ];", ":2: " },
	{ "base = \"dc=a\";\nuri = [ \"ldaps://a\",\n\"\" ];", ":3: " },
	{ "base = \"dc=a\";\nuri = [ \"ldaps://a\", \"ldaps://a\", \"ldaps://a\",\n"
	  "\"ldaps://a\", \"ldaps://a\" ];", ":2: uri: 5 entries" },
	{ "base = \"dc=a\";\nuri = [ \"ldaps://a\", \"ldap://b\" ];",
	  ":2: uri: number 2 needs TLS" },
	ADDS("starttls = true;", ":2: starttls: no uri has the scheme ldap"),
	ADDS("starttls = 1;", ":2: "),
	{ "uri = \"ldap://localhost\"; base = \"dc=a\";\nca_file = \"/c\";",
	  ":2: ca_file: no uri" },
	{ "uri = \"ldap://localhost\"; base = \"dc=a\";\ntls_key = \"/c\";",
	  ":2: tls_key: no uri" },
	ADDS("tls_cert = \"/c\";", "\"tls_cert\" and \"tls_key\" go together"),
	ADDS("tls_key = \"/c\";", "\"tls_cert\" and \"tls_key\" go together"),
	ADDS("bind_dn = \"cn=a\";", "\"bind_dn\" and \"bind_password\" go together"),
	ADDS("bind_password = \"a\";", "\"bind_dn\" and \"bind_password\" go together"),
	ADDS("bind_dn = \"cn=a\"; bind_password = \"\";", ":2: "),
	ADDS("bind_dn = \"\"; bind_password = \"a\";", ":2: "),
	ADDS("sasl = \"GSSAPI\";", ":2: sasl: must be \"EXTERNAL\""),
	ADDS("sasl = \"EXTERNAL\";", ":2: sasl: uri number 1 needs TLS with \"tls_cert\""),
	ADDS("sasl = \"EXTERNAL\"; bind_dn = \"cn=a\"; bind_password = \"b\";",
		":2: sasl: is another"),
	{ "base = \"dc=a\"; uri = [ \"ldapi://%2Fs\", \"ldap://[::1]\" ];\nsasl = \"EXTERNAL\";",
	  ":2: sasl: uri number 2" },
	{ "uri = \"ldaps://a\";\nbase = \"people\";", ":2: base: is not a distinguished name" },
	{ "uri = \"ldaps://a\";\nbase = \"\";", ":2: " },
	ADDS("scope = \"children\";", ":2: scope: must be \"sub\" or \"one\" or \"base\""),
	ADDS("filter = \"(uid=alice)\";", ":2: filter: must hold {user}"),
	ADDS("filter = \"(uid={name})\";", ":2: filter: "),
	ADDS("filter = \"(uid={user)\";", ":2: filter: "),
	ADDS("filter = \"uid={user}\";", ":2: filter: must begin with ("),
	ADDS("filter = \"({user}=x)\";", ":2: filter: must hold {user} only in values"),
	ADDS("filter = \"(&(uid={user})({user}=x))\";",
		":2: filter: must hold {user} only in values"),
	ADDS("filter = \"(&(uid={user})\";", ":2: filter: is no search filter"),
	ADDS("filter = \"(uid={user}))\";", ":2: filter: is no search filter"),
	ADDS("filter = \"(uid={user}\";", ":2: filter: is no search filter"),
	ADDS("filter = \"(&(uid={user})(x))\";", ":2: filter: is no search filter"),
	ADDS("filter = \"(uid={user}\\\\zz)\";", ":2: filter: is no search filter"),
	ADDS("attribute = \"\";", ":2: "), ADDS("attribute = [ ];", ":2: "),
	ADDS("attribute = \"*\";", ":2: attribute: number 1 is not the name"),
	ADDS("attribute = [ \"mobile\", \"+\" ];", ":2: attribute: number 2 is not the name"),
	ADDS("attribute = \"1.1\";", ":2: attribute: number 1 is not the name"),
	ADDS("attribute = \"mobile phone\";", ":2: attribute: number 1 is not the name"),
	ADDS("attribute = [ \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\" ];",
		":2: attribute: 9 entries"),
	ADDS("timeout = 0.4;", ":2: timeout: 0.4 is out of range (0.5..10 seconds)"),
	ADDS("timeout = 11;", ":2: timeout: 11 is out of range (0.5..10 seconds)"),
	ADDS("timeout = \"5\";", ":2: "),
};

static void
refused(void **state)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		struct ldap_settings settings;
		struct fault fault = { .text = "" };

		if (read_text(state, refusals[i].text, &settings, &fault) != FAULT_CONFIG)
			fail_msg("%s was taken", refusals[i].text);
		if (strstr(fault.text, refusals[i].why) == NULL)
			fail_msg("%s: %s", refusals[i].text, fault.text);
		conf_file_free(&file);
	}
}

static void
names_are_escaped(void **state)
{
	static const struct { const char *user, *filter; } cases[] = {
		{ "alice", "(&(uid=alice)(x=alice{}))" },
		{ "*)(uid=*", "(&(uid=\\2A\\29\\28uid=\\2A)(x=\\2A\\29\\28uid=\\2A{}))" },
		{ "a\\b", "(&(uid=a\\5Cb)(x=a\\5Cb{}))" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buffer filled = { 0 };

		ldap_pattern_fill("(&(uid={user})(x={user}{{}}))", cases[i].user, &filled);
		assert_string_equal(buffer_text(&filled), cases[i].filter);
		buffer_free(&filled);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(places, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(plain_is_for_loopback, scratch_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(external, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(refused, scratch_setup, scratch_teardown),
		cmocka_unit_test(names_are_escaped),
	};

	setenv("LDAPNOINIT", "1", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
