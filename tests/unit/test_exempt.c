/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rule exempts: every condition alone and together, days at their end, and faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/exempt.h"
#include "core/fault.h"

#define NOW INT64_C(1800000000000)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAMES(...) { .names = (const char *[]){ __VA_ARGS__ }, \
	.count = COUNT(((const char *[]){ __VA_ARGS__ })) }

/* What is asked: "robots" and "staff" are the user's groups, "gone" does not resolve. */
struct world {
	bool has_phone, phone_fails, member_fails;
	unsigned int groups_asked, phones_asked;
};

static int
in_groups(void *context, const char *const groups[], size_t count, bool *ret_member,
	struct fault *fault)
{
	struct world *world = context;
	bool member = false;

	world->groups_asked++;
	if (world->member_fails)
		return fault_set(fault, FAULT_MEMORY, "no memory");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(groups[i], "gone") == 0)
			return fault_set(fault, FAULT_CONFIG, "there is no group \"gone\"");
		member = member || strcmp(groups[i], "robots") == 0 ||
			strcmp(groups[i], "staff") == 0;
	}
	*ret_member = member;
	return 0;
}

static int
has_no_phone(void *context, bool *ret_none, struct fault *fault)
{
	struct world *world = context;

	world->phones_asked++;
	if (world->phone_fails)
		return fault_set(fault, FAULT_SYSTEM, "no processes");
	*ret_none = !world->has_phone;
	return 0;
}

static const struct exempt_facts facts_of_alice = {
	.user = "alice", .service = "sshd", .client = "10.1.2.3", .real_ms = NOW,
	.in_groups = in_groups, .has_no_phone = has_no_phone,
};

static const struct exempt_rule untouched = { .name = "untouched" };

/* The name of the rule that holds, or "none". */
static const char *
find_for(const struct exempt_rule rules[], size_t count, struct world *world,
	struct exempt_facts facts)
{
	const struct exempt_rule *rule = &untouched;
	struct fault fault = { .text = "" };

	facts.context = world;
	assert_int_equal(exempt_find(rules, count, &facts, &rule, &fault), 0);
	assert_string_equal(fault.text, "");
	return rule == NULL ? "none" : rule->name;
}

static const char *
find(const struct exempt_rule rules[], size_t count, struct world *world)
{
	return find_for(rules, count, world, facts_of_alice);
}

static struct client_network
network(const char *text)
{
	struct client_network ret = { .size = 0 };

	assert_null(client_network_read(text, &ret));
	return ret;
}

static void
each_condition_alone(void **state)
{
	struct client_network ten = network("10.0.0.0/8"), six = network("2001:db8::/32");
	struct client_network both[] = { six, ten };
	const struct { struct exempt_rule rule; bool holds; } rows[] = {
		{ { .users = NAMES("alice") }, true },
		{ { .users = NAMES("bob", "alice") }, true },
		{ { .users = NAMES("bob") }, false },
		{ { .users = NAMES("Alice", "alic", "alicea", "") }, false },
		{ { .services = NAMES("sshd") }, true },
		{ { .services = NAMES("sudo", "sshd") }, true },
		{ { .services = NAMES("sudo", "ssh") }, false },
		{ { .groups = NAMES("robots") }, true },
		{ { .groups = NAMES("wheel", "staff") }, true },
		{ { .groups = NAMES("wheel") }, false },
		{ { .not_groups = NAMES("wheel", "adm") }, true },
		{ { .not_groups = NAMES("robots") }, false },
		{ { .not_groups = NAMES("wheel", "robots") }, false },
		{ { .networks = &ten, .network_count = 1 }, true },
		{ { .networks = both, .network_count = 2 }, true },
		{ { .networks = &six, .network_count = 1 }, false },
		{ { .no_phone = true }, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct exempt_rule rule = rows[i].rule;
		struct world world = { .has_phone = false };

		rule.name = "it";
		rule.until_ms = EXEMPT_FOREVER;
		assert_string_equal(find(&rule, 1, &world), rows[i].holds ? "it" : "none");
	}
	assert_string_equal(find(&(struct exempt_rule){ .name = "it", .no_phone = true,
		.until_ms = EXEMPT_FOREVER }, 1, &(struct world){ .has_phone = true }), "none");
	assert_string_equal(find(NULL, 0, &(struct world){ .has_phone = false }), "none");
}

/* What is not known matches no list. */
static void
unknown_facts_match_nothing(void **state)
{
	struct client_network all[] = { network("0.0.0.0/0"), network("::/0") };
	const struct exempt_rule rules[] = {
		{ .name = "service", .services = NAMES("sshd"), .until_ms = EXEMPT_FOREVER },
		{ .name = "network", .networks = all, .network_count = 2,
			.until_ms = EXEMPT_FOREVER },
	};
	struct exempt_facts facts = facts_of_alice;
	struct world world = { .has_phone = false };

	(void)state;
	facts.service = facts.client = NULL;
	assert_string_equal(find_for(rules, 2, &world, facts), "none");
	facts.client = "host.example.org";
	assert_string_equal(find_for(rules, 2, &world, facts), "none");
	facts.client = "2001:db8::1";
	assert_string_equal(find_for(rules, 2, &world, facts), "network");
}

/* A rule with all conditions holds, and with any one of them broken it does not. */
static void
all_conditions_together(void **state)
{
	struct client_network ten = network("10.0.0.0/8"), six = network("2001:db8::/32");
	const struct exempt_names bob = NAMES("bob"), sudo = NAMES("sudo");
	const struct exempt_names wheel = NAMES("wheel"), staff = NAMES("staff");
	const struct exempt_rule whole = {
		.name = "it", .until_ms = NOW + 1, .users = NAMES("alice"),
		.services = NAMES("sshd"), .groups = NAMES("robots"), .not_groups = NAMES("wheel"),
		.networks = &ten, .network_count = 1, .no_phone = true,
	};

	(void)state;
	for (int broken = 0; broken <= 7; broken++) {
		struct exempt_rule rule = whole;
		struct world world = { .has_phone = broken == 7 };

		if (broken == 1)
			rule.until_ms = NOW;
		if (broken == 2)
			rule.users = bob;
		if (broken == 3)
			rule.services = sudo;
		if (broken == 4)
			rule.networks = &six;
		if (broken == 5)
			rule.groups = wheel;
		if (broken == 6)
			rule.not_groups = staff;
		assert_string_equal(find(&rule, 1, &world), broken == 0 ? "it" : "none");
		/* What costs something is not asked once a rule cannot hold any more. */
		assert_int_equal(world.groups_asked, broken >= 1 && broken <= 4 ? 0
			: broken == 5 ? 1 : 2);
		assert_int_equal(world.phones_asked, broken == 0 || broken == 7 ? 1 : 0);
	}
}

static void
the_first_that_holds_counts(void **state)
{
	const struct exempt_rule rules[] = {
		{ .name = "past", .users = NAMES("alice"), .until_ms = NOW },
		{ .name = "others", .users = NAMES("bob"), .until_ms = EXEMPT_FOREVER },
		{ .name = "first", .services = NAMES("sshd"), .until_ms = NOW + 1 },
		{ .name = "second", .users = NAMES("alice"), .until_ms = EXEMPT_FOREVER },
		{ .name = "broken", .groups = NAMES("gone"), .until_ms = EXEMPT_FOREVER },
	};
	struct world world = { .has_phone = true };
	struct exempt_facts facts = facts_of_alice;

	(void)state;
	assert_string_equal(find(rules, COUNT(rules), &world), "first");
	facts.real_ms++;
	assert_string_equal(find_for(rules, COUNT(rules), &world, facts), "second");
	assert_int_equal(world.groups_asked, 0);
}

/* It is not known whether the user is exempt: no rule, not even a later one that would hold. */
static void
a_fault_exempts_nobody(void **state)
{
	const struct {
		struct exempt_rule rule;
		struct world world;
		int result;
	} rows[] = {
		{ { .groups = NAMES("gone") }, { .has_phone = false }, FAULT_CONFIG },
		{ { .groups = NAMES("robots", "gone") }, { .has_phone = false }, FAULT_CONFIG },
		{ { .not_groups = NAMES("gone") }, { .has_phone = false }, FAULT_CONFIG },
		{ { .not_groups = NAMES("wheel", "gone") }, { .has_phone = false }, FAULT_CONFIG },
		{ { .groups = NAMES("robots"), .not_groups = NAMES("gone") },
			{ .has_phone = false }, FAULT_CONFIG },
		{ { .groups = NAMES("robots") }, { .member_fails = true }, FAULT_MEMORY },
		{ { .not_groups = NAMES("wheel") }, { .member_fails = true }, FAULT_MEMORY },
		{ { .no_phone = true }, { .phone_fails = true }, FAULT_SYSTEM },
		{ { .groups = NAMES("gone"), .no_phone = true }, { .has_phone = false },
			FAULT_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct exempt_rule rules[] = {
			rows[i].rule,
			{ .name = "later", .users = NAMES("alice"), .until_ms = EXEMPT_FOREVER },
		};
		struct exempt_facts facts = facts_of_alice;
		struct world world = rows[i].world;
		const struct exempt_rule *rule = &untouched;
		struct fault fault = { .text = "" };

		rules[0].name = "broken";
		rules[0].until_ms = EXEMPT_FOREVER;
		facts.context = &world;
		assert_int_equal(exempt_find(rules, 2, &facts, &rule, &fault), rows[i].result);
		assert_ptr_equal(rule, &untouched);
		assert_int_equal(fault.kind, rows[i].result);
		/* One that cannot hold anyway asks nothing, so nothing fails. */
		rules[0].until_ms = NOW;
		assert_string_equal(find(rules, 2, &world), "later");
	}
}

/* The ends of days, by date -u -d "DAY + 1 day" +%s. */
static void
days_end_at_midnight_utc(void **state)
{
	static const struct { const char *day; int64_t end_s; } rows[] = {
		{ "1970-01-01", 86400 },
		{ "1970-12-31", 31536000 },
		{ "1972-02-28", 68169600 },
		{ "1972-02-29", 68256000 },
		{ "2000-02-29", 951868800 },
		{ "2000-12-31", 978307200 },
		{ "2026-12-31", 1798761600 },
		{ "2027-01-31", 1801440000 },
		{ "2027-02-28", 1803859200 },
		{ "2027-03-31", 1806537600 },
		{ "2028-02-28", 1835395200 },
		{ "2028-02-29", 1835481600 },
		{ "2028-03-01", 1835568000 },
		{ "2038-01-19", 2147558400 },
		{ "2100-02-28", 4107542400 },
		{ "2106-02-07", 4295030400 },
		{ "9999-12-31", 253402300800 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t ms = -1;

		assert_int_equal(exempt_day_end(rows[i].day, &ms), 0);
		if (ms != rows[i].end_s * 1000)
			fail_msg("%s ends at %lld", rows[i].day, (long long)ms);
	}
}

static void
what_is_no_day(void **state)
{
	static const char *const others[] = {
		"", "2027", "2027-03", "2027-3-31", "27-03-31", "2027-03-1", "2027/03/31",
		"31-03-2027", "2027-03-31 ", " 2027-03-31", "2027-03-31T00:00", "20270331",
		"2027-00-10", "2027-13-01", "2027-01-00", "2027-01-32", "2027-02-29", "2027-02-30",
		"2028-02-30", "1900-02-29", "2100-02-29", "2027-04-31", "2027-06-31", "2027-09-31",
		"2027-11-31", "1969-12-31", "0000-01-01", "-027-01-01", "+027-01-01", "2027-+1-01",
		"2027-01- 1", "2027-01--1", "2027-1a-01", "20a7-01-01", "2027-01-1x", "never",
		"2027-01:01", "2027:01-01", "10000-01-1", "tomorrow!!",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		int64_t ms = 4711;

		if (exempt_day_end(others[i], &ms) == 0)
			fail_msg("a day: \"%s\"", others[i]);
		assert_int_equal(ms, 4711);
	}
}

/* The last millisecond of the day still counts, the next one does not. */
static void
a_rule_ends_with_its_day(void **state)
{
	struct exempt_rule rule = { .name = "it", .users = NAMES("alice") };
	struct exempt_facts facts = facts_of_alice;
	struct world world = { .has_phone = true };

	(void)state;
	assert_int_equal(exempt_day_end("2028-02-29", &rule.until_ms), 0);
	facts.real_ms = INT64_C(1835481599999);
	assert_string_equal(find_for(&rule, 1, &world, facts), "it");
	facts.real_ms++;
	assert_string_equal(find_for(&rule, 1, &world, facts), "none");
}

/* Two conditions are missing at a time: the one that is looked at first is told. */
static void
the_first_missing_condition_is_told(void **state)
{
	struct client_network far = network("192.0.2.0/24");
	const struct { struct exempt_rule rule; enum exempt_condition missing; } rows[] = {
		{ { .users = NAMES("alice") }, EXEMPT_HOLDS },
		{ { .users = NAMES("bob"), .until_ms = NOW }, EXEMPT_UNTIL },
		{ { .users = NAMES("bob"), .services = NAMES("su") }, EXEMPT_USERS },
		{ { .services = NAMES("su"), .networks = &far, .network_count = 1 },
			EXEMPT_SERVICES },
		{ { .networks = &far, .network_count = 1, .groups = NAMES("wheel") },
			EXEMPT_NETWORKS },
		{ { .groups = NAMES("wheel"), .not_groups = NAMES("staff") }, EXEMPT_GROUPS },
		{ { .not_groups = NAMES("staff"), .no_phone = true }, EXEMPT_NOT_GROUPS },
		{ { .no_phone = true }, EXEMPT_NO_PHONE },
	};
	struct world world = { .has_phone = true };
	struct exempt_facts facts = facts_of_alice;

	(void)state;
	facts.context = &world;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct exempt_rule rule = rows[i].rule;
		enum exempt_condition missing = (enum exempt_condition)-1;

		if (rule.until_ms == 0)
			rule.until_ms = EXEMPT_FOREVER;
		assert_int_equal(exempt_check(&rule, &facts, &missing, NULL), 0);
		assert_int_equal(missing, rows[i].missing);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_alone),
		cmocka_unit_test(unknown_facts_match_nothing),
		cmocka_unit_test(all_conditions_together),
		cmocka_unit_test(the_first_that_holds_counts),
		cmocka_unit_test(a_fault_exempts_nobody),
		cmocka_unit_test(the_first_missing_condition_is_told),
		cmocka_unit_test(days_end_at_midnight_utc),
		cmocka_unit_test(what_is_no_day),
		cmocka_unit_test(a_rule_ends_with_its_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
