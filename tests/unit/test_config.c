/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: defaults, all its keys, the file itself. */
#include "config_texts.h"

#include <sodium.h>

#define NUMBER "+44 7700 900123"

static unsigned int numbers_wiped;

/* In place of libsodium's, to see what is wiped. */
void
sodium_memzero(void *const bytes, const size_t size)
{
	if (memmem(bytes, size, NUMBER, strlen(NUMBER)) != NULL)
		numbers_wiped++;
	explicit_bzero(bytes, size);
}

static void
test_defaults(void **state)
{
	struct config *config = assert_loads(*state, REQUIRED);
	const struct scratch *scratch = *state;

	assert_string_equal(config->directory, scratch->path);
	assert_int_equal(config->gateway_count, 1);
	assert_string_equal(config->gateways[0], "outbox");
	assert_int_equal(config->source_count, 1);
	assert_int_equal(config->sources[0].kind, CONFIG_SOURCE_FILE);
	assert_string_equal(config->sources[0].path, "/etc/phones");
	assert_string_equal(config->country_code, "44");
	assert_int_equal(config->allowed_prefix_count, 1);
	assert_string_equal(config->allowed_prefixes[0], "+44");
	assert_int_equal(config->code.length, 6);
	assert_int_equal(config->code.alphabet, CODE_DIGITS);
	assert_int_equal(config->code_lifetime_ms, 300000);
	assert_int_equal(config->guesses.per_conversation, 3);
	assert_int_equal(config->guesses.lock_after, 10);
	assert_int_equal(config->guesses.lock_for_ms, 1800000);
	assert_int_equal(config->guesses.disable_after, 100);
	assert_int_equal(config->budget.cooldown_ms, 30000);
	assert_int_equal(config->budget.user.unredeemed, 3);
	assert_int_equal(config->budget.user.window_ms, 600000);
	assert_int_equal(config->budget.user.daily, 40);
	assert_int_equal(config->budget.phone.unredeemed, 3);
	assert_int_equal(config->budget.phone.window_ms, 600000);
	assert_int_equal(config->budget.phone.daily, 60);
	assert_int_equal(config->budget.client.unredeemed, 60);
	assert_int_equal(config->budget.client.window_ms, 3600000);
	assert_int_equal(config->budget.client.daily, 0);
	assert_int_equal(config->budget.host.unredeemed, 600);
	assert_int_equal(config->budget.host.window_ms, 3600000);
	assert_int_equal(config->budget.host.daily, 5000);
	assert_int_equal(config->budget.voice.unredeemed, 2);
	assert_int_equal(config->budget.voice.window_ms, 3600000);
	assert_int_equal(config->budget.voice.daily, 10);
	assert_int_equal(config->budget.voice.kind, LIMIT_CALL);
	assert_int_equal(config->reserve_group_count, 1);
	assert_string_equal(config->reserve_groups[0], "wheel");
	assert_int_equal(config->bind, CONFIG_BIND_SESSION);
	assert_int_equal(config->remember_ms, 0);
	assert_int_equal(config->send_after_ms, 0);
	assert_int_equal(config->prompt_within_ms, 1500);
	assert_int_equal(config->send_timeout_ms, 20000);
	assert_string_equal(config->contact, "");
	assert_string_equal(config->message,
		"{code} is your {host} code ({ref}). Not you? Change your password.");
	assert_string_equal(
		config->prompt, "Code {ref} sent to {phone} (r: resend, {voice}Enter: help): ");
	assert_string_equal(config->state_dir, "/var/lib/standard");
	assert_int_equal(config->events_kib, 16384);
	assert_string_equal(config->run_dir, "/run/standard");
	config_free(&config);
	assert_null(config);
	config_free(&config);
	config_free(NULL);
}

/* Every key with a value that is not its default. */
static void
test_all_keys(void **state)
{
	struct config *config = assert_loads(*state,
		"gateways = [ \"twilio\", \"vonage-2\", \"a.b_c\" ];\n"
		"phones = (\n"
		"  { source = \"list\"; users = ( { name = \"alice\"; phone = \"" NUMBER "\"; },\n"
		"      { phone = \"none at all\"; name = \"CORP\\\\john smith\"; } ); },\n"
		"  { source = \"file\"; path = \"more/phones\"; },\n"
		"  { source = \"ldap\"; config = \"ldap.conf\"; },\n"
		"  { source = \"ldap\"; config = \"/l\"; },\n"
		"  { source = \"command\"; path = \"/usr/local/libexec/phone-of\"; },\n"
		"  { source = \"command\"; path = \"/p\"; timeout = 0.5; },\n"
		"  { source = \"command\"; path = \"/p\"; timeout = 10; }\n"
		");\n"
		"country_code = \"39\";\n"
		"allowed_prefixes = [ \"+\", \"!+1876\" ];\n"
		"code = { length = 8; alphabet = \"alnum\"; lifetime = 90.5; };\n"
		"guesses = { per_conversation = 1; lock_after = 4; lock_for = 3600;"
		" disable_after = 20; };\n"
		"budget = { cooldown = 5;\n"
		"  user = { unredeemed = 4; seconds = 61; daily = 5; };\n"
		"  phone = { unredeemed = 6; seconds = 62; daily = 7; };\n"
		"  client = { unredeemed = 8; seconds = 63; };\n"
		"  host = { unredeemed = 9; seconds = 64; daily = 10; };\n"
		"  voice = { unredeemed = 11; seconds = 65; daily = 12; };\n"
		"  reserve_groups = [ \"sudo\", \"adm\" ]; };\n"
		"bind = \"client\"; remember = 90.5; send_after = 0.25;\n"
		"prompt_within = 0; send_timeout = 7;\n"
		"contact = \"IT desk, ext. 4444 \xc3\xa9\"; message = \"{code}\";"
		"prompt = \"{ref}: \";\n"
		"state_dir = \"/a/..b\"; run_dir = \"/\";\n");

	assert_int_equal(config->gateway_count, 3);
	assert_string_equal(config->gateways[0], "twilio");
	assert_string_equal(config->gateways[2], "a.b_c");
	assert_int_equal(config->source_count, 7);
	assert_int_equal(config->sources[0].kind, CONFIG_SOURCE_LIST);
	assert_int_equal(config->sources[0].user_count, 2);
	assert_string_equal(config->sources[0].users[0].name, "alice");
	assert_string_equal(config->sources[0].users[0].phone, NUMBER);
	assert_string_equal(config->sources[0].users[1].name, "CORP\\john smith");
	assert_string_equal(config->sources[0].users[1].phone, "none at all");
	assert_int_equal(config->sources[1].kind, CONFIG_SOURCE_FILE);
	assert_string_equal(config->sources[1].path, scratch_path(*state, "more/phones"));
	assert_int_equal(config->sources[2].kind, CONFIG_SOURCE_LDAP);
	assert_string_equal(config->sources[2].path, scratch_path(*state, "ldap.conf"));
	assert_string_equal(config->sources[3].path, "/l");
	assert_int_equal(config->sources[4].kind, CONFIG_SOURCE_COMMAND);
	assert_string_equal(config->sources[4].path, "/usr/local/libexec/phone-of");
	assert_int_equal(config->sources[4].timeout_ms, 5000);
	assert_int_equal(config->sources[5].timeout_ms, 500);
	assert_int_equal(config->sources[6].timeout_ms, 10000);
	assert_string_equal(config->country_code, "39");
	assert_int_equal(config->allowed_prefix_count, 2);
	assert_string_equal(config->allowed_prefixes[0], "+");
	assert_string_equal(config->allowed_prefixes[1], "!+1876");
	assert_int_equal(config->code.length, 8);
	assert_int_equal(config->code.alphabet, CODE_ALNUM);
	assert_int_equal(config->code_lifetime_ms, 90500);
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
	assert_int_equal(config->budget.client.window_ms, 63000);
	assert_int_equal(config->budget.client.daily, 0);
	assert_int_equal(config->budget.host.unredeemed, 9);
	assert_int_equal(config->budget.host.window_ms, 64000);
	assert_int_equal(config->budget.host.daily, 10);
	assert_int_equal(config->budget.voice.unredeemed, 11);
	assert_int_equal(config->budget.voice.window_ms, 65000);
	assert_int_equal(config->budget.voice.daily, 12);
	assert_int_equal(config->budget.voice.kind, LIMIT_CALL);
	assert_int_equal(config->budget.user.kind, LIMIT_TEXT);
	assert_int_equal(config->budget.phone.kind, LIMIT_TEXT);
	assert_int_equal(config->reserve_group_count, 2);
	assert_string_equal(config->reserve_groups[0], "sudo");
	assert_string_equal(config->reserve_groups[1], "adm");
	assert_int_equal(config->bind, CONFIG_BIND_CLIENT);
	assert_int_equal(config->remember_ms, 90500);
	assert_int_equal(config->send_after_ms, 250);
	assert_int_equal(config->prompt_within_ms, 0);
	assert_int_equal(config->send_timeout_ms, 7000);
	assert_string_equal(config->contact, "IT desk, ext. 4444 \xc3\xa9");
	assert_string_equal(config->message, "{code}");
	assert_string_equal(config->prompt, "{ref}: ");
	assert_string_equal(config->state_dir, "/a/..b");
	assert_string_equal(config->run_dir, "/");

	numbers_wiped = 0;
	config_free(&config);
	assert_int_equal(numbers_wiped, 1);
}

static void
test_the_file_itself(void **state)
{
	const struct scratch *scratch = *state;
	const char *path = scratch_path(scratch, "smsotp.conf");
	struct config *config = NULL;
	struct fault fault = { .text = "" };
	char expected[FAULT_TEXT_SIZE];

	assert_int_equal(
		config_load("smsotp.conf", &defaults, NULL, &config, &fault), FAULT_CONFIG);
	assert_string_equal(fault.text, "smsotp.conf: must be an absolute path");
	assert_int_equal(config_load("", &defaults, NULL, &config, &fault), FAULT_CONFIG);
	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), FAULT_CONFIG);
	snprintf(
		expected, sizeof expected, "%s: cannot be opened: No such file or directory", path);
	assert_string_equal(fault.text, expected);
	assert_int_equal(config_load(path, &defaults, NULL, &config, NULL), FAULT_CONFIG);

	scratch_write(scratch, "smsotp.conf", 0662, REQUIRED);
	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), FAULT_CONFIG);
	snprintf(expected, sizeof expected,
		"%s: has mode 0662, must not be writable by group or others", path);
	assert_string_equal(fault.text, expected);
	assert_null(config);

	/* Readable by all is allowed. */
	scratch_write(scratch, "smsotp.conf", 0644, REQUIRED);
	assert_int_equal(config_load(path, &defaults, NULL, &config, &fault), 0);
	config_free(&config);
	assert_refused(scratch, REQUIRED "bind = \"session\"\n\"client\"",
		":4: bind: must be \"session\" or \"client\"");
	assert_refused(scratch, REQUIRED "bind = ;", ":4: syntax error");
	assert_refused(scratch, REQUIRED "bind = \"session\"; bind = \"client\";",
		":4: duplicate setting name");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults), TEST(test_all_keys), TEST(test_the_file_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
