/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: what is refused, with its line. */
#include "config_texts.h"

static void
test_required(void **state)
{
	static const struct refusal rows[] = {
		{ "", ": \"gateways\" is missing" },
		{ PHONES COUNTRY, ": \"gateways\" is missing" },
		{ GATEWAYS COUNTRY, ": \"phones\" is missing" },
		{ GATEWAYS PHONES, ": \"country_code\" or \"allowed_prefixes\" is missing" },
	};
	struct config *config;

	REFUSALS(*state, rows);
	config = assert_loads(*state, GATEWAYS PHONES "allowed_prefixes = [ \"+1\" ];");
	assert_null(config->country_code);
	assert_string_equal(config->allowed_prefixes[0], "+1");
	config_free(&config);
}

static void
test_unknown_keys(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "remembers = 0;", ":4: remembers: unknown key" },
		{ REQUIRED "textes = { };", ":4: textes: unknown key" },
		{ REQUIRED "fail_open = true;", ":4: fail_open: unknown key" },
		{ REQUIRED "\n\nBind = \"client\";", ":6: Bind: unknown key" },
		{ REQUIRED "code = {\nlen = 8; };", ":5: code.len: unknown key" },
		{ REQUIRED "guesses = {\n\nlimit = 8; };", ":6: guesses.limit: unknown key" },
		{ REQUIRED "budget = { users = { }; };", ":4: budget.users: unknown key" },
		{ REQUIRED "budget = { user = { hourly = 1; }; };",
			":4: budget.user.hourly: unknown key" },
		{ REQUIRED "budget = { client = { daily = 1; }; };",
			":4: budget.client.daily: unknown key" },
		{ GATEWAYS COUNTRY
			"phones = ( { source = \"file\"; path = \"/p\";\nusers = ( ); } );",
			":4: phones[0].users: unknown key" },
		{ GATEWAYS COUNTRY "phones = (\n{ source = \"list\"; path = \"/p\"; } );",
			":4: phones[0].path: unknown key" },
		{ GATEWAYS COUNTRY
			"phones = ( { source = \"list\"; users = ( { name = \"a\"; phone = \"1\";\n"
			"service = \"x\"; } ); } );",
			":4: phones[0].users[0].service: unknown key" },
	};

	REFUSALS(*state, rows);
}

static void
test_gateways(void **state)
{
#define WRONG ": not the name of a gateway (letters, digits, \".\", \"_\", \"-\"; " \
	"first a letter or digit)"
	static const struct refusal rows[] = {
		{ PHONES COUNTRY "gateways = [ ];", ":3: gateways: 0 entries, must be 1..8" },
		{ PHONES COUNTRY
			"gateways = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"];",
			":3: gateways: 9 entries, must be 1..8" },
		{ PHONES COUNTRY "gateways = \"a\";",
			":3: gateways: must be an array of strings, is a string" },
		{ PHONES COUNTRY "gateways = [ 1 ];",
			":3: gateways[0]: must be a string, is an integer" },
		{ PHONES COUNTRY "gateways = [ \"a\", \"b\", \"a\" ];",
			":3: gateways[2]: \"a\" is listed twice" },
		{ PHONES COUNTRY "gateways = [ \"\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"a\", \".a\" ];", ":3: gateways[1]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"..\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"-a\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"_a\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"a/b\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"a b\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"a\\n\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY "gateways = [ \"\xc3\xa9\" ];", ":3: gateways[0]" WRONG },
		{ PHONES COUNTRY
			"gateways = [ \"a123456789b123456789c123456789d"
			"123456789e123456789f123456789g1234\" ];",
			":3: gateways[0]" WRONG },
	};
	struct config *config;

	REFUSALS(*state, rows);
	config = assert_loads(*state,
		PHONES COUNTRY
		"gateways = [ \"1\",\"Z.\",\"3\",\"4\",\"5\",\"6\",\"7\","
		"\"a123456789b123456789c123456789d123456789e123456789f123456789g123\" ];");
	assert_int_equal(config->gateway_count, 8);
	assert_int_equal(strlen(config->gateways[7]), 64);
	config_free(&config);
}

static void
test_phones(void **state)
{
#define SOURCES GATEWAYS COUNTRY "phones = "
#define LIST SOURCES "( { source = \"list\"; users = "
	static const struct refusal rows[] = {
		{ SOURCES "( );", ":3: phones: 0 entries, must be 1..8" },
		{ SOURCES "[ \"/etc/phones\" ];",
			":3: phones: must be a list \"( … )\", is an array" },
		{ SOURCES "( \"/etc/phones\" );",
			":3: phones[0]: must be a group \"{ … }\", is a string" },
		{ SOURCES "( { path = \"/p\"; } );", ":3: phones[0]: \"source\" is missing" },
		{ SOURCES "( { source = \"nis\"; map = \"m\"; } );",
			":3: phones[0].source: must be \"list\" or \"file\" or \"ldap\" "
			"or \"command\"" },
		{ SOURCES "( { source = 1; } );",
			":3: phones[0].source: must be a string, is an integer" },
		{ SOURCES "( { source = \"file\"; } );", ":3: phones[0]: \"path\" is missing" },
		{ SOURCES "( { source = \"file\"; path = \"\"; } );",
			":3: phones[0].path: 0 bytes long, must be 1..1023" },
		{ SOURCES "( { source = \"file\"; path = \"/a\"; },\n{ source = \"list\"; } );",
			":4: phones[1]: \"users\" is missing" },
		{ SOURCES "( { source = \"ldap\"; } );", ":3: phones[0]: \"config\" is missing" },
		{ SOURCES "( { source = \"ldap\"; path = \"/l\"; } );",
			":3: phones[0].path: unknown key" },
		{ SOURCES "( { source = \"ldap\"; config = \"/l\"; timeout = 5; } );",
			":3: phones[0].timeout: unknown key" },
		{ SOURCES "( { source = \"command\"; } );", ":3: phones[0]: \"path\" is missing" },
		{ SOURCES "( { source = \"command\"; path = \"phone-of\"; } );",
			":3: phones[0].path: must begin with /" },
		{ SOURCES "( { source = \"command\"; path = \"/p\"; timeout = 0.4; } );",
			":3: phones[0].timeout: 0.4 is out of range (0.5..10 seconds)" },
		{ SOURCES "( { source = \"command\"; path = \"/p\"; timeout = 10.1; } );",
			":3: phones[0].timeout: 10.1 is out of range (0.5..10 seconds)" },
		{ SOURCES "( { source = \"command\"; path = \"/p\"; arguments = \"-x\"; } );",
			":3: phones[0].arguments: unknown key" },
		{ SOURCES "( { source = \"file\"; path = \"/p\"; timeout = 5; } );",
			":3: phones[0].timeout: unknown key" },
		{ LIST "( ); } );", ":3: phones[0].users: 0 entries, must be 1..100000" },
		{ LIST "( 5 ); } );",
			":3: phones[0].users[0]: must be a group \"{ … }\", is an integer" },
		{ LIST "( { name = \"a\"; } ); } );",
			":3: phones[0].users[0]: \"phone\" is missing" },
		{ LIST "(\n{ phone = \"1\"; } ); } );",
			":4: phones[0].users[0]: \"name\" is missing" },
		{ LIST "( { name = \"a\"; phone = \"\"; } ); } );",
			":3: phones[0].users[0].phone: 0 bytes long, must be 1..512" },
		{ LIST "( { name = \"a\"; phone = 447700900123L; } ); } );",
			":3: an integer of more than nine digits" },
		{ LIST "( { name = \"a\"; phone = 44; } ); } );",
			":3: phones[0].users[0].phone: must be a string, is an integer" },
		{ LIST "( { name = \"\"; phone = \"1\"; } ); } );",
			":3: phones[0].users[0].name: 0 bytes long, must be 1..256" },
		{ LIST "( { name = \"a:b\"; phone = \"1\"; } ); } );",
			":3: phones[0].users[0].name: not the name of a user" },
		{ LIST "( { name = \"a/b\"; phone = \"1\"; } ); } );",
			":3: phones[0].users[0].name: not the name of a user" },
		{ LIST "( { name = \"a\\n\"; phone = \"1\"; } ); } );",
			":3: phones[0].users[0].name: not the name of a user" },
		{ LIST "(\n{ name = \"b\"; phone = \"1\"; },\n"
			"{ name = \"a\"; phone = \"1\"; },\n{ name = \"c\"; phone = \"1\"; },\n"
			"{ name = \"a\"; phone = \"2\"; } ); } );",
			":7: phones[0].users[3]: user \"a\" is listed twice" },
	};
	char text[4096], long_name[257 + 1], long_phone[513 + 1];
	struct config *config;
	size_t used;

	REFUSALS(*state, rows);

	/* Exactly as long as allowed, and one byte more. */
	for (size_t more = 0; more <= 1; more++) {
		snprintf(long_name, 256 + more + 1, "%0*d", (int)(256 + more), 1);
		snprintf(long_phone, 512 + more + 1, "%0*d", (int)(512 + more), 1);
		snprintf(text, sizeof text, LIST "( { name = \"%s\"; phone = \"1\"; } ); } );",
			long_name);
		if (more > 0) {
			assert_refused(*state, text,
				":3: phones[0].users[0].name: 257 bytes long, must be 1..256");
		} else {
			config = assert_loads(*state, text);
			config_free(&config);
		}
		snprintf(text, sizeof text, LIST "( { name = \"a\"; phone = \"%s\"; } ); } );",
			long_phone);
		if (more > 0) {
			assert_refused(*state, text,
				":3: phones[0].users[0].phone: 513 bytes long, must be 1..512");
		} else {
			config = assert_loads(*state, text);
			config_free(&config);
		}
	}

	/* The same name in two sources is the first one's. Eight sources, and nine. */
	used = (size_t)snprintf(text, sizeof text, SOURCES "( ");
	for (int i = 0; i < 8; i++) {
		used += (size_t)snprintf(text + used, sizeof text - used,
			"%s{ source = \"list\"; users = ( { name = \"a\"; phone = \"%d\"; } ); }",
			i > 0 ? ", " : "", i);
	}
	snprintf(text + used, sizeof text - used, " );");
	config = assert_loads(*state, text);
	assert_int_equal(config->source_count, 8);
	assert_string_equal(config->sources[7].users[0].phone, "7");
	config_free(&config);
	snprintf(text + used, sizeof text - used, ", { source = \"file\"; path = \"/p\"; } );");
	assert_refused(*state, text, ":3: phones: 9 entries, must be 1..8");
}

static void
test_countries(void **state)
{
#define NO_CODE "not a country's calling code; for instance \"44\", without \"+\""
#define NO_PREFIX "not a prefix; for instance \"+44\" or \"!+4470\""
#define PREFIXES REQUIRED "allowed_prefixes = "
	static const struct refusal rows[] = {
		{ GATEWAYS PHONES "country_code = 44;",
			":3: country_code: must be a string, is an integer" },
		{ GATEWAYS PHONES "country_code = \"\";",
			":3: country_code: 0 bytes long, must be 1..3" },
		{ GATEWAYS PHONES "country_code = \"4420\";",
			":3: country_code: 4 bytes long, must be 1..3" },
		{ GATEWAYS PHONES "country_code = \"+44\";",
			":3: country_code: " NO_CODE },
		{ GATEWAYS PHONES "country_code = \"GB\";",
			":3: country_code: " NO_CODE },
		{ GATEWAYS PHONES "country_code = \"999\";",
			":3: country_code: " NO_CODE },
		{ PREFIXES "[ ];", ":4: allowed_prefixes: 0 entries, must be 1..256" },
		{ PREFIXES "\"+44\";",
			":4: allowed_prefixes: must be an array of strings, is a string" },
		{ PREFIXES "[ \"+44\", \"44\" ];",
			":4: allowed_prefixes[1]: " NO_PREFIX },
		{ PREFIXES "[ \"+44\" \"+1\" ];",
			":4: allowed_prefixes[0]: " NO_PREFIX },
	};

	REFUSALS(*state, rows);
}

static void
test_choices_and_groups(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "bind = \"user\";", ":4: bind: must be \"session\" or \"client\"" },
		{ REQUIRED "bind = \"\";", ":4: bind: must be \"session\" or \"client\"" },
		{ REQUIRED "bind = true;", ":4: bind: must be a string, is a boolean" },
		{ REQUIRED "code = { alphabet = \"hex\"; };",
			":4: code.alphabet: must be \"digits\" or \"alnum\"" },
		{ REQUIRED "code = 8;", ":4: code: must be a group \"{ … }\", is an integer" },
		{ REQUIRED "guesses = ( );",
			":4: guesses: must be a group \"{ … }\", is a list" },
		{ REQUIRED "budget = [ ];",
			":4: budget: must be a group \"{ … }\", is an array" },
		{ REQUIRED "budget = { host = 5; };",
			":4: budget.host: must be a group \"{ … }\", is an integer" },
		{ REQUIRED "budget = { reserve_groups = \"adm\"; };",
			":4: budget.reserve_groups: must be an array of strings, is a string" },
		{ REQUIRED "budget = { reserve_groups = [ \"adm\", \"\" ]; };",
			":4: budget.reserve_groups[1]: not the name of a group" },
		{ REQUIRED "guesses = { lock_after = 5;\ndisable_after = 4; };",
			":5: guesses.disable_after: 4 is less than lock_after (5)" },
		{ REQUIRED "guesses = { disable_after = 9; };",
			":4: guesses.disable_after: 9 is less than lock_after (10)" },
	};
	struct config *config;

	REFUSALS(*state, rows);
	config = assert_loads(*state, REQUIRED "budget = { reserve_groups = [ ]; };"
		"guesses = { lock_after = 5; disable_after = 5; };");
	assert_int_equal(config->reserve_group_count, 0);
	config_free(&config);
	config = assert_loads(
		*state, REQUIRED "bind = \"session\"; code = { alphabet = \"digits\"; };");
	assert_int_equal(config->bind, CONFIG_BIND_SESSION);
	assert_int_equal(config->code.alphabet, CODE_DIGITS);
	config_free(&config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_required), TEST(test_unknown_keys), TEST(test_gateways),
		TEST(test_phones), TEST(test_countries), TEST(test_choices_and_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
