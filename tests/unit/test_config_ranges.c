/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotp.conf: every number, at and beyond its bounds. */
#include "config_texts.h"

enum unit { COUNT, SECONDS };

struct range_row {
	const char *name;	/* as in messages */
	const char *format;	/* the setting, with %s for its value */
	enum unit unit;
	long long min, max;	/* as written in the file */
	size_t offset;		/* of an unsigned int, or of an int64_t of milliseconds */
};

#define AT(member) offsetof(struct config, member)

/* disable_after may not be below lock_after: its own lower bound shows where that is 1. */
static const struct range_row range_rows[] = {
	{ "code.length", "code = { length = %s; };", COUNT, 6, 10, AT(code.length) },
	{ "code.lifetime", "code = { lifetime = %s; };", SECONDS, 30, 600, AT(code_lifetime_ms) },
	{ "guesses.per_conversation", "guesses = { per_conversation = %s; };", COUNT, 1, 10,
		AT(guesses.per_conversation) },
	{ "guesses.lock_after", "guesses = { lock_after = %s; };", COUNT, 1, 10,
		AT(guesses.lock_after) },
	{ "guesses.lock_for", "guesses = { lock_for = %s; };", SECONDS, 1800, 86400,
		AT(guesses.lock_for_ms) },
	{ "guesses.disable_after", "guesses = { lock_after = 1; disable_after = %s; };", COUNT, 1,
		100, AT(guesses.disable_after) },
	{ "budget.cooldown", "budget = { cooldown = %s; };", SECONDS, 0, 600,
		AT(budget.cooldown_ms) },
	{ "budget.user.unredeemed", "budget = { user = { unredeemed = %s; }; };", COUNT, 1, 32,
		AT(budget.user.unredeemed) },
	{ "budget.user.seconds", "budget = { user = { seconds = %s; }; };", SECONDS, 60, 86400,
		AT(budget.user.window_ms) },
	{ "budget.user.daily", "budget = { user = { daily = %s; }; };", COUNT, 1, 64,
		AT(budget.user.daily) },
	{ "budget.phone.unredeemed", "budget = { phone = { unredeemed = %s; }; };", COUNT, 1, 32,
		AT(budget.phone.unredeemed) },
	{ "budget.phone.seconds", "budget = { phone = { seconds = %s; }; };", SECONDS, 60, 86400,
		AT(budget.phone.window_ms) },
	{ "budget.phone.daily", "budget = { phone = { daily = %s; }; };", COUNT, 1, 64,
		AT(budget.phone.daily) },
	{ "budget.client.unredeemed", "budget = { client = { unredeemed = %s; }; };", COUNT, 1,
		100000, AT(budget.client.unredeemed) },
	{ "budget.client.seconds", "budget = { client = { seconds = %s; }; };", SECONDS, 60, 86400,
		AT(budget.client.window_ms) },
	{ "budget.host.unredeemed", "budget = { host = { unredeemed = %s; }; };", COUNT, 1, 1000000,
		AT(budget.host.unredeemed) },
	{ "budget.host.seconds", "budget = { host = { seconds = %s; }; };", SECONDS, 60, 86400,
		AT(budget.host.window_ms) },
	{ "budget.host.daily", "budget = { host = { daily = %s; }; };", COUNT, 1, 10000000,
		AT(budget.host.daily) },
	{ "budget.voice.unredeemed", "budget = { voice = { unredeemed = %s; }; };", COUNT, 1, 16,
		AT(budget.voice.unredeemed) },
	{ "budget.voice.seconds", "budget = { voice = { seconds = %s; }; };", SECONDS, 60, 86400,
		AT(budget.voice.window_ms) },
	{ "budget.voice.daily", "budget = { voice = { daily = %s; }; };", COUNT, 1, 32,
		AT(budget.voice.daily) },
	{ "remember", "remember = %s;", SECONDS, 0, 86400, AT(remember_ms) },
	{ "send_after", "send_after = %s;", SECONDS, 0, 10, AT(send_after_ms) },
	{ "prompt_within", "prompt_within = %s;", SECONDS, 0, 30, AT(prompt_within_ms) },
	{ "send_timeout", "send_timeout = %s;", SECONDS, 1, 60, AT(send_timeout_ms) },
	{ "events", "events = %s;", COUNT, 0, 1048576, AT(events_kib) },
};

/* REQUIRED and, on line 4, the row's setting with this value. */
static const char *
with_value(const struct range_row *row, const char *value)
{
	static char text[1024];
	size_t used = (size_t)snprintf(text, sizeof text, "%s", REQUIRED);
	const char *gap = strstr(row->format, "%s");

	snprintf(text + used, sizeof text - used, "%.*s%s%s\n", (int)(gap - row->format),
		row->format, value, gap + 2);
	return text;
}

static void
assert_value(const struct scratch *scratch, const struct range_row *row, long long value)
{
	char number[32];
	struct config *config;
	int64_t got;

	snprintf(number, sizeof number, "%lld", value);
	config = assert_loads(scratch, with_value(row, number));
	if (row->unit == COUNT) {
		unsigned int count;

		memcpy(&count, (const char *)config + row->offset, sizeof count);
		got = count;
	} else {
		memcpy(&got, (const char *)config + row->offset, sizeof got);
		assert_int_equal(got % 1000, 0);
		got /= 1000;
	}
	assert_int_equal(got, value);
	config_free(&config);
}

static void
assert_out_of_range(const struct scratch *scratch, const struct range_row *row, const char *value)
{
	char why[256];

	snprintf(why, sizeof why, ":4: %s: %s is out of range (%lld..%lld%s)", row->name, value,
		row->min, row->max, row->unit == SECONDS ? " seconds" : "");
	assert_refused(scratch, with_value(row, value), why);
}

static void
test_ranges(void **state)
{
	for (size_t i = 0; i < sizeof range_rows / sizeof *range_rows; i++) {
		const struct range_row *row = &range_rows[i];
		char value[64];

		assert_value(*state, row, row->min);
		assert_value(*state, row, row->min + 1);
		assert_value(*state, row, row->max);
		snprintf(value, sizeof value, "%lld", row->min - 1);
		assert_out_of_range(*state, row, value);
		snprintf(value, sizeof value, "%lld", row->max + 1);
		assert_out_of_range(*state, row, value);
		assert_out_of_range(*state, row, "-999999999");
		if (row->unit == SECONDS) {
			snprintf(value, sizeof value, "%lld.001", row->max);
			assert_out_of_range(*state, row, value);
			if (row->min > 0)
				snprintf(value, sizeof value, "%lld.999", row->min - 1);
			else
				snprintf(value, sizeof value, "-0.001");
			assert_out_of_range(*state, row, value);
		}
		/* What would wrap into the range in 32 bits. */
		snprintf(value, sizeof value, "%lld", row->min + 4294967296);
		assert_refused(
			*state, with_value(row, value), ":4: an integer of more than nine digits");
	}
}

static void
test_types(void **state)
{
	for (size_t i = 0; i < sizeof range_rows / sizeof *range_rows; i++) {
		const struct range_row *row = &range_rows[i];
		const char *wanted = row->unit == COUNT ? "an integer" : "a number of seconds";
		char why[256];

		snprintf(why, sizeof why, ":4: %s: must be %s, is a string", row->name, wanted);
		assert_refused(*state, with_value(row, "\"7\""), why);
		snprintf(why, sizeof why, ":4: %s: must be %s, is a boolean", row->name, wanted);
		assert_refused(*state, with_value(row, "true"), why);
		snprintf(why, sizeof why, ":4: %s: must be %s, is an array", row->name, wanted);
		assert_refused(*state, with_value(row, "[ 7 ]"), why);
		if (row->unit == COUNT) {
			snprintf(why, sizeof why,
				":4: %s: must be an integer, is a number with a fraction",
				row->name);
			assert_refused(*state, with_value(row, "7.0"), why);
		} else {
			snprintf(why, sizeof why,
				":4: %s: the value is out of range (%lld..%lld seconds)", row->name,
				row->min, row->max);
			assert_refused(*state, with_value(row, "1e999"), why);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ranges), TEST(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
