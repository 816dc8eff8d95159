/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: what holds for some services only. */
#include "config_texts.h"

#include "core/words.h"

static void
test_nobody_named(void **state)
{
	static const char text[] = REQUIRED
		"contact = \"desk\";\n"
		"services = ( { names = [ \"su\" ]; contact = \"night desk\"; } );\n";
	static const char *const others[] = { NULL, "", "sshd", "su-l", "s", "SU" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct config *config = assert_loads_for(*state, others[i], text);

		assert_string_equal(config->contact, "desk");
		assert_int_equal(config->service_entry, -1);
		assert_int_equal(config->identity, CONFIG_IDENTITY_TARGET);
		config_free(&config);
	}
	config_free(
		&(struct config *){ assert_loads_for(*state, "su", REQUIRED "services = ();") });
}

/* Every key that may stand there, with a value that is neither its default nor the root's. */
static void
test_every_key(void **state)
{
	static const char text[] = GATEWAYS PHONES
		"country_code = \"44\"; allowed_prefixes = [ \"+44\", \"+1\" ];\n"
		"code = { length = 7; };\n"
		"guesses = { per_conversation = 5; };\n"
		"budget = { cooldown = 40; reserve_groups = [ \"adm\" ]; };\n"
		"services = ( { names = [ \"one\" ]; }, { names = [ \"su\", \"sudo-i\" ];\n"
		"country_code = \"49\"; allowed_prefixes = [ \"+49\" ];\n"
		"code = { length = 8; alphabet = \"alnum\"; lifetime = 60; };\n"
		"guesses = { per_conversation = 1; lock_after = 4; lock_for = 3600;"
		" disable_after = 20; };\n"
		"budget = { cooldown = 5;\n"
		"  user = { unredeemed = 4; seconds = 61; daily = 5; };\n"
		"  phone = { unredeemed = 6; seconds = 62; daily = 7; };\n"
		"  client = { unredeemed = 8; };\n"
		"  host = { unredeemed = 9; daily = 10; };\n"
		"  voice = { unredeemed = 11; seconds = 65; daily = 12; };\n"
		"  reserve_groups = [ \"sudo\", \"wheel\" ]; };\n"
		"bind = \"client\"; remember = 70; send_after = 0.25;\n"
		"prompt_within = 0; send_timeout = 7;\n"
		"contact = \"c\"; message = \"{code}\"; origin = \"example.com\"; prompt = \"p\";\n"
		"texts = \"texts.conf\"; identity = \"caller\"; } );\n";
	static const char *const both[] = { "su", "sudo-i" };
	struct config *config;

	scratch_write(*state, "texts.conf", 0644, "end_used = \"Used.\";");
	for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
		config = assert_loads_for(*state, both[i], text);
		assert_int_equal(config->service_entry, 1);
		assert_string_equal(config->country_code, "49");
		assert_int_equal(config->allowed_prefix_count, 1);
		assert_string_equal(config->allowed_prefixes[0], "+49");
		assert_int_equal(config->code.length, 8);
		assert_int_equal(config->code.alphabet, CODE_ALNUM);
		assert_int_equal(config->code_lifetime_ms, 60000);
		assert_int_equal(config->guesses.per_conversation, 1);
		assert_int_equal(config->guesses.lock_after, 4);
		assert_int_equal(config->guesses.lock_for_ms, 3600000);
		assert_int_equal(config->guesses.disable_after, 20);
		assert_int_equal(config->budget.cooldown_ms, 5000);
		assert_int_equal(config->budget.user.unredeemed, 4);
		assert_int_equal(config->budget.user.window_ms, 61000);
		assert_int_equal(config->budget.user.daily, 5);
		assert_int_equal(config->budget.phone.unredeemed, 6);
		assert_int_equal(config->budget.phone.window_ms, 62000);
		assert_int_equal(config->budget.phone.daily, 7);
		assert_int_equal(config->budget.client.unredeemed, 8);
		assert_int_equal(config->budget.host.unredeemed, 9);
		assert_int_equal(config->budget.host.daily, 10);
		assert_int_equal(config->budget.voice.unredeemed, 11);
		assert_int_equal(config->budget.voice.window_ms, 65000);
		assert_int_equal(config->budget.voice.daily, 12);
		assert_int_equal(config->reserve_group_count, 2);
		assert_string_equal(config->reserve_groups[0], "sudo");
		assert_true(config->reserve_groups_given);
		assert_int_equal(config->bind, CONFIG_BIND_CLIENT);
		assert_int_equal(config->remember_ms, 70000);
		assert_int_equal(config->send_after_ms, 250);
		assert_int_equal(config->prompt_within_ms, 0);
		assert_int_equal(config->send_timeout_ms, 7000);
		assert_string_equal(config->contact, "c");
		assert_string_equal(config->message, "{code}");
		assert_string_equal(config->origin, "example.com");
		assert_string_equal(config->prompt, "p");
		assert_string_equal(words_template(config->words, WORD_END_USED), "Used.");
		assert_int_equal(config->identity, CONFIG_IDENTITY_CALLER);
		/* What holds for all stays. */
		assert_string_equal(config->gateways[0], "outbox");
		assert_int_equal(config->source_count, 1);
		config_free(&config);
	}
	/* An entry that changes nothing. */
	config = assert_loads_for(*state, "one", text);
	assert_null(config->words);
	assert_int_equal(config->code.length, 7);
	assert_int_equal(config->guesses.per_conversation, 5);
	assert_int_equal(config->allowed_prefix_count, 2);
	assert_int_equal(config->remember_ms, 0);
	assert_int_equal(config->identity, CONFIG_IDENTITY_TARGET);
	config_free(&config);
}

static void
test_groups_merge_and_lists_replace(void **state)
{
	struct config *config = assert_loads_for(*state, "sudo", GATEWAYS PHONES
		"allowed_prefixes = [ \"+44\", \"+1\" ];\n"
		"code = { length = 7; lifetime = 90; };\n"
		"budget = { cooldown = 11; user = { unredeemed = 2; seconds = 100; };\n"
		"  client = { seconds = 60; }; reserve_groups = [ \"a\", \"b\" ]; };\n"
		"services = ( { names = [ \"sudo\" ]; code = { length = 8; };\n"
		"  budget = { user = { seconds = 200; daily = 3; }; client = { unredeemed = 5; };\n"
		"    reserve_groups = [ ]; };\n"
		"  allowed_prefixes = [ \"+7\" ]; } );\n");

	assert_int_equal(config->code.length, 8);
	assert_int_equal(config->code_lifetime_ms, 90000);
	assert_int_equal(config->budget.cooldown_ms, 11000);
	assert_int_equal(config->budget.user.unredeemed, 2);
	assert_int_equal(config->budget.user.window_ms, 200000);
	assert_int_equal(config->budget.user.daily, 3);
	assert_int_equal(config->budget.client.unredeemed, 5);
	assert_int_equal(config->budget.client.window_ms, 60000);
	assert_int_equal(config->budget.phone.daily, 60);
	assert_int_equal(config->reserve_group_count, 0);
	assert_true(config->reserve_groups_given);
	assert_int_equal(config->allowed_prefix_count, 1);
	assert_string_equal(config->allowed_prefixes[0], "+7");
	config_free(&config);
}

/* The default of allowed_prefixes follows the country that is in force. */
static void
test_own_country(void **state)
{
	struct config *config = assert_loads_for(*state, "su",
		REQUIRED "services = ( { names = [ \"su\" ]; country_code = \"49\"; } );");

	assert_int_equal(config->allowed_prefix_count, 1);
	assert_string_equal(config->allowed_prefixes[0], "+49");
	config_free(&config);
}

#define SU "names = [ \"su\" ]; "

static void
test_names(void **state)
{
#define WRONG ": not the name of a PAM service; for instance \"sshd\""
	static const struct refusal rows[] = {
		{ REQUIRED "services = { };",
			":4: services: must be a list \"( … )\", is a group" },
		{ REQUIRED "services = (\n\"su\" );",
			":5: services[0]: must be a group \"{ … }\", is a string" },
		{ REQUIRED "services = (\n{ } );", ":5: services[0]: \"names\" is missing" },
		{ REQUIRED "services = (\n{ names = [ ]; } );",
			":5: services[0].names: 0 entries, must be 1..32" },
		{ REQUIRED "services = (\n{ names = \"su\"; } );",
			":5: services[0].names: must be an array of strings, is a string" },
		{ REQUIRED "services = ( { names = [ \"su\", \"\" ]; } );",
			":4: services[0].names[1]" WRONG },
		{ REQUIRED "services = ( { names = [ \"Su\" ]; } );",
			":4: services[0].names[0]" WRONG },
		{ REQUIRED "services = ( { names = [ \"/etc/pam.d/su\" ]; } );",
			":4: services[0].names[0]" WRONG },
		{ REQUIRED "services = ( { names = [ \"su \" ]; } );",
			":4: services[0].names[0]" WRONG },
		{ REQUIRED "services = ( { names = [ \"su\\n\" ]; } );",
			":4: services[0].names[0]" WRONG },
		{ REQUIRED "services = ( { names = [ \"a\", \"su\",\n\"su\" ]; } );",
			":5: services[0].names[2]: \"su\" is listed twice" },
		{ REQUIRED "services = ( { names = [ \"a\" ]; }, { names = [ \"b\", \"su\" ]; },\n"
			"{ names = [ \"su-l\",\n\"su\" ]; } );",
			":6: services[2].names[1]: \"su\" is in services[1] already" },
	};

	REFUSALS(*state, rows);
}

static void
test_refusals(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "\nidentity = \"caller\";",
			":5: identity: can only be set in services" },
		{ REQUIRED "\nidentity = \"target\";",
			":5: identity: can only be set in services" },
		{ REQUIRED "names = [ \"su\" ];", ":4: names: unknown key" },
		{ REQUIRED "services = ( { " SU "\nidentity = \"root\"; } );",
			":5: services[0].identity: must be \"target\" or \"caller\"" },
		{ REQUIRED "services = ( { " SU "\ngateways = [ \"a\" ]; } );",
			":5: services[0].gateways: unknown key" },
		{ REQUIRED "services = ( { " SU "\nphones = ( ); } );",
			":5: services[0].phones: unknown key" },
		{ REQUIRED "services = ( { " SU "\nstate_dir = \"/s\"; } );",
			":5: services[0].state_dir: unknown key" },
		{ REQUIRED "services = ( { " SU "\nevents = 1; } );",
			":5: services[0].events: unknown key" },
		{ REQUIRED "services = ( { " SU "\nrun_dir = \"/r\"; } );",
			":5: services[0].run_dir: unknown key" },
		{ REQUIRED "services = ( { " SU "\nservices = ( ); } );",
			":5: services[0].services: unknown key" },
		{ REQUIRED "services = ( { " SU "\ncode = { len = 8; }; } );",
			":5: services[0].code.len: unknown key" },
		{ REQUIRED "code = { length = 7; };\nservices = ( { " SU
			"\ncode = { len = 8; }; } );",
			":6: services[0].code.len: unknown key" },
		{ REQUIRED "code = { length = 7; };\nservices = ( { " SU
			"\ncode = {\nlength = 11; }; } );",
			":7: services[0].code.length: 11 is out of range (6..10)" },
		{ REQUIRED "code = { length = 7; };\nservices = ( { " SU "\ncode = 8; } );",
			":6: services[0].code: must be a group \"{ … }\", is an integer" },
		{ REQUIRED "services = ( { " SU "country_code = \"0\"; } );",
			":4: services[0].country_code: not a country's calling code; for instance "
			"\"44\", without \"+\"" },
		{ REQUIRED "services = ( { " SU "allowed_prefixes = [ \"+44\",\n\"44\" ]; } );",
			":5: services[0].allowed_prefixes[1]: not a prefix; for instance \"+44\" "
			"or \"!+4470\"" },
		{ REQUIRED "services = ( { " SU "message = \"x\"; } );",
			":4: services[0].message: has no {code} in it" },
		{ REQUIRED "services = ( { " SU "budget = { client = {\nseconds = 60; }; }; } );",
			":5: services[0].budget.client.seconds: all services share this window: "
			"set it outside of services" },
		{ REQUIRED "services = ( { " SU "budget = { host = {\nseconds = 60; }; }; } );",
			":5: services[0].budget.host.seconds: all services share this window: "
			"set it outside of services" },
	};

	REFUSALS(*state, rows);
}

/* What is wrong only together. */
static void
test_across_the_halves(void **state)
{
	static const struct refusal rows[] = {
		{ REQUIRED "guesses = {\ndisable_after = 8; lock_after = 5; };\n"
			"services = ( { " SU "\nguesses = { lock_after = 9; }; } );",
			":5: guesses.disable_after: 8 is less than lock_after (9), with "
			"services[0].guesses in line 7 over it" },
		{ REQUIRED "guesses = {\nlock_after = 5; };\n"
			"services = ( { " SU "\nguesses = { disable_after = 4; }; } );",
			":7: services[0].guesses.disable_after: 4 is less than lock_after (5)" },
	};

	REFUSALS(*state, rows);
}

/* A mistake is found whatever service asks, and whichever entry it is in. */
static void
test_all_entries_are_checked(void **state)
{
	static const char text[] = REQUIRED
		"services = ( { names = [ \"sshd\" ]; code = { length = 8; }; },\n"
		"{ names = [ \"su\" ]; code = { length = 11; }; },\n"
		"{ names = [ \"login\" ]; } );\n";
	static const char *const services[] = { NULL, "sshd", "su", "login", "cron" };

	for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
		char why[FAULT_TEXT_SIZE];

		assert_null(config_try_for(*state, services[i], text, why));
		assert_string_equal(
			why, ":5: services[1].code.length: 11 is out of range (6..10)");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_named), TEST(test_every_key),
		TEST(test_groups_merge_and_lists_replace), TEST(test_own_country),
		TEST(test_names), TEST(test_refusals), TEST(test_across_the_halves),
		TEST(test_all_entries_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
