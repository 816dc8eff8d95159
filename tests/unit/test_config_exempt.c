/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: exempt. */
#include "config_texts.h"

#define HEAD "name = \"a\"; reason = \"r\"; "
/* One rule in line 4, with or without the keys that every rule needs. */
#define BARE(keys) REQUIRED "exempt = ( { " keys " } );"
#define RULE(keys) BARE(HEAD keys)
#define PLACE ":4: exempt[0]"

static void
test_every_key(void **state)
{
	static const char text[] = REQUIRED
		"exempt = ( { name = \"robots\"; reason = \"CHG-1182: a \\\"word\\\"\";\n"
		"  users = [ \"alice\", \"bob\" ]; groups = [ \"robots\" ];\n"
		"  not_groups = [ \"wheel\" ];\n"
		"  networks = [ \"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.7\" ];\n"
		"  services = [ \"sshd\", \"su-l\" ]; no_phone = true; until = \"2027-03-31\";\n"
		"  notice = \"{user} on {host} by {service} until {until}. {contact}\"; },\n"
		"  { name = \"wave-2\"; reason = \"roll-out\"; no_phone = true; } );\n";
	struct config *config = assert_loads(*state, text);
	const struct exempt_rule *rule = config->exempt;

	assert_int_equal(config->exempt_count, 2);
	assert_string_equal(rule->name, "robots");
	assert_string_equal(rule->reason, "CHG-1182: a \"word\"");
	assert_int_equal(rule->users.count, 2);
	assert_string_equal(rule->users.names[1], "bob");
	assert_int_equal(rule->groups.count, 1);
	assert_string_equal(rule->groups.names[0], "robots");
	assert_int_equal(rule->not_groups.count, 1);
	assert_string_equal(rule->not_groups.names[0], "wheel");
	assert_int_equal(rule->services.count, 2);
	assert_string_equal(rule->services.names[1], "su-l");
	assert_int_equal(rule->network_count, 3);
	assert_true(client_in_network("10.9.8.7", &rule->networks[0]));
	assert_true(client_in_network("2001:db8::1", &rule->networks[1]));
	assert_true(client_in_network("192.0.2.7", &rule->networks[2]));
	assert_true(rule->no_phone);
	assert_string_equal(rule->until, "2027-03-31");
	assert_int_equal(rule->until_ms, INT64_C(1806537600000));
	assert_string_equal(rule->notice,
		"{user} on {host} by {service} until {until}. {contact}");
	rule++;
	assert_string_equal(rule->name, "wave-2");
	assert_null(rule->until);
	assert_null(rule->notice);
	assert_true(rule->until_ms == EXEMPT_FOREVER);
	assert_int_equal(rule->users.count + rule->groups.count + rule->not_groups.count +
		rule->services.count + rule->network_count, 0);
	config_free(&config);
}

static void
test_nobody(void **state)
{
	static const char *const texts[] = { REQUIRED, REQUIRED "exempt = ( );" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct config *config = assert_loads(*state, texts[i]);

		assert_int_equal(config->exempt_count, 0);
		config_free(&config);
	}
}

/* A service's list stands in place of the other, and is checked whichever service asks. */
static void
test_services(void **state)
{
	static const char text[] = RULE("users = [ \"u\" ];")
		"services = ( { names = [ \"su\" ]; exempt = ( { name = \"b\"; reason = \"r\";"
		" users = [ \"v\" ]; } ); }, { names = [ \"sudo\" ]; exempt = ( ); } );\n";
	struct config *config = assert_loads_for(*state, "sshd", text);

	assert_int_equal(config->exempt_count, 1);
	assert_string_equal(config->exempt[0].name, "a");
	config_free(&config);
	config = assert_loads_for(*state, "su", text);
	assert_int_equal(config->exempt_count, 1);
	assert_string_equal(config->exempt[0].name, "b");
	config_free(&config);
	config = assert_loads_for(*state, "sudo", text);
	assert_int_equal(config->exempt_count, 0);
	config_free(&config);
	assert_refused(*state, REQUIRED "services = ( { names = [ \"su\" ];\n"
		"exempt = ( { name = \"b\"; users = [ \"v\" ]; } ); } );",
		":5: exempt[0]: \"reason\" is missing");
}

static void
test_refusals(void **state)
{
#define NOT_DAY ": not a day; for instance \"2027-03-31\""
#define NOT_NETWORK ": not a network; for instance \"10.0.0.0/8\" or \"2001:db8::/32\""
#define NOT_NAME ": not the name of a rule (letters, digits, \".\", \"_\", \"-\"; " \
	"first a letter or digit)"
#define EVERYBODY ": has no condition and would exempt everybody; " \
	"to ask nobody take the module out of the PAM stack"
#define FALSE ".no_phone: can only be true: leave it out where it is no condition"
#define EMPTY ": 0 entries, must be 1..256"
	static const struct refusal rows[] = {
		{ REQUIRED "exempt = { };", ":4: exempt: must be a list \"( … )\", is a group" },
		{ REQUIRED "exempt = [ ];", ":4: exempt: must be a list \"( … )\", is an array" },
		{ REQUIRED "exempt = ( 1 );",
			PLACE ": must be a group \"{ … }\", is an integer" },
		{ BARE("reason = \"r\"; users = [ \"u\" ];"), PLACE ": \"name\" is missing" },
		{ BARE("name = \"a\"; users = [ \"u\" ];"), PLACE ": \"reason\" is missing" },
		{ BARE("name = \"\"; reason = \"r\"; users = [ \"u\" ];"),
			PLACE ".name: 0 bytes long, must be 1..256" },
		{ BARE("name = \"a b\"; reason = \"r\"; users = [ \"u\" ];"),
			PLACE ".name" NOT_NAME },
		{ BARE("name = \"-\"; reason = \"r\"; users = [ \"u\" ];"),
			PLACE ".name" NOT_NAME },
		{ BARE("name = \"a=b\"; reason = \"r\"; users = [ \"u\" ];"),
			PLACE ".name" NOT_NAME },
		{ BARE("name = \"a\"; reason = \"\"; users = [ \"u\" ];"),
			PLACE ".reason: 0 bytes long, must be 1..200" },
		{ BARE("name = \"a\"; reason = \"r\\n\"; users = [ \"u\" ];"),
			PLACE ".reason: has a control character in it, or is not UTF-8" },
		{ RULE("user = [ \"u\" ];"), PLACE ".user: unknown key" },
		{ RULE(""), PLACE EVERYBODY },
		{ RULE("until = \"2027-03-31\"; notice = \"n\";"), PLACE EVERYBODY },
		{ RULE("no_phone = false;"),
			PLACE FALSE },
		{ RULE("users = [ \"u\" ]; no_phone = false;"),
			PLACE FALSE },
		{ RULE("no_phone = 1;"), PLACE ".no_phone: must be true or false, is an integer" },
		{ RULE("users = [ ];"), PLACE ".users" EMPTY },
		{ RULE("groups = [ ];"), PLACE ".groups" EMPTY },
		{ RULE("not_groups = [ ];"), PLACE ".not_groups" EMPTY },
		{ RULE("services = [ ];"), PLACE ".services" EMPTY },
		{ RULE("networks = [ ];"), PLACE ".networks" EMPTY },
		{ RULE("users = \"u\";"),
			PLACE ".users: must be an array of strings, is a string" },
		{ RULE("users = [ \"u\", \"\" ];"), PLACE ".users[1]: not the name of a user" },
		{ RULE("users = [ \"a:b\" ];"), PLACE ".users[0]: not the name of a user" },
		{ RULE("groups = [ \"g\", \"a/b\" ];"),
			PLACE ".groups[1]: not the name of a group" },
		{ RULE("not_groups = [ \"\" ];"), PLACE ".not_groups[0]: not the name of a group" },
		{ RULE("services = [ \"SSHD\" ];"),
			PLACE ".services[0]: not the name of a PAM service" },
		{ RULE("networks = [ 10 ];"),
			PLACE ".networks[0]: must be a string, is an integer" },
		{ RULE("networks = [ \"10.0.0.0/8\",\n\"host\" ];"),
			":5: exempt[0].networks[1]" NOT_NETWORK },
		{ RULE("networks = [ \"10.0.0.0/33\" ];"),
			PLACE ".networks[0]: its prefix is not one of such addresses" },
		{ RULE("networks = [ \"10.0.0.1/8\" ];"),
			PLACE ".networks[0]: has bits beyond its prefix" },
		{ RULE("networks = [ \"::ffff:10.0.0.0/8\" ];"),
			PLACE ".networks[0]: its prefix is not one of such addresses" },
		{ RULE("users = [ \"u\" ]; until = \"2027-02-29\";"), PLACE ".until" NOT_DAY },
		{ RULE("users = [ \"u\" ]; until = \"\";"), PLACE ".until" NOT_DAY },
		{ RULE("users = [ \"u\" ];\nuntil = \"never\";"), ":5: exempt[0].until" NOT_DAY },
		{ RULE("users = [ \"u\" ]; until = 20270331;"),
			PLACE ".until: must be a string, is an integer" },
		{ RULE("users = [ \"u\" ]; notice = \"\";"),
			PLACE ".notice: 0 bytes long, must be 1..256" },
		{ RULE("users = [ \"u\" ]; notice = \"by {code}\";"),
			PLACE ".notice: unknown variable {code}, at column 4 of the text" },
		{ RULE("users = [ \"u\" ]; notice = \"by {until}\";"),
			PLACE ".notice: names {until}, and the rule has none" },
		{ REQUIRED "exempt = ( { " HEAD "users = [ \"u\" ]; },\n{ " HEAD
			"groups = [ \"g\" ]; } );",
			":5: exempt[1].name: exempt[0] has this name already" },
	};

	REFUSALS(*state, rows);
}

/* So many rules, and so many entries in a list, and no more. */
static void
test_bounds(void **state)
{
	char text[32768];
	size_t used;

	for (size_t rules = 64; rules <= 65; rules++) {
		used = (size_t)snprintf(text, sizeof text, "%sexempt = (", REQUIRED);
		for (size_t i = 0; i < rules; i++)
			used += (size_t)snprintf(text + used, sizeof text - used,
				"%s{ name = \"r%zu\";"
				" reason = \"r\"; users = [ \"u\" ]; }", i > 0 ? "," : "", i);
		snprintf(text + used, sizeof text - used, ");");
		if (rules == 64)
			config_free(&(struct config *){ assert_loads(*state, text) });
		else
			assert_refused(*state, text, ":4: exempt: 65 entries, must be 0..64");
	}
	for (size_t entries = 256; entries <= 257; entries++) {
		used = (size_t)snprintf(text, sizeof text, "%sexempt = ( { " HEAD "networks = [",
			REQUIRED);
		for (size_t i = 0; i < entries; i++)
			used += (size_t)snprintf(text + used, sizeof text - used,
				"%s\"10.0.0.0/8\"",
				i > 0 ? "," : "");
		snprintf(text + used, sizeof text - used, "]; } );");
		if (entries == 256)
			config_free(&(struct config *){ assert_loads(*state, text) });
		else
			assert_refused(*state, text,
				PLACE ".networks: 257 entries, must be 1..256");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_key), TEST(test_nobody), TEST(test_services), TEST(test_refusals),
		TEST(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
