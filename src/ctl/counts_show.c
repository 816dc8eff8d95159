/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>

#include "ctl/counts_document.h"
#include "ctl/ctl.h"

/* The first column is a name, what follows are numbers. */
struct column {
	const char *key, *title;
};

static void
show_head(const struct column *columns)
{
	printf("\n%-24s", columns[0].title);
	for (size_t i = 1; columns[i].key != NULL; i++)
		printf(" %10s", columns[i].title);
}

static void
show_row(const struct column *columns, const json_t *one, const char *name)
{
	printf("%-24s", name);
	for (size_t i = 1; columns[i].key != NULL; i++)
		printf(" %10lld", ctl_number(one, columns[i].key));
}

static void
show_table(const json_t *rows, const struct column *columns)
{
	const json_t *one;
	size_t index;

	if (json_array_size(rows) == 0)
		return;
	show_head(columns);
	putchar('\n');
	json_array_foreach(rows, index, one) {
		show_row(columns, one, ctl_string(one, columns[0].key));
		putchar('\n');
	}
}

static void
show_price(const json_t *gateway)
{
	const char *currency = ctl_string(gateway, "currency");
	const char *price = ctl_string(gateway, "price");

	if (price == NULL)
		printf("  no price\n");
	else
		printf("  %s%s%s (%s each)\n", ctl_string(gateway, "spent"),
			currency != NULL ? " " : "", currency != NULL ? currency : "", price);
}

static void
show_gateways(const json_t *rows)
{
	static const struct column columns[] = { { "gateway", "gateway" }, { "texts", "texts" },
		{ "segments", "segments" }, { "calls", "calls" }, { "failed", "failed" },
		{ "unsure", "unsure" }, { "failovers", "failovers" }, { NULL, NULL } };
	const json_t *one;
	size_t index;

	if (json_array_size(rows) == 0)
		return;
	show_head(columns);
	printf("  spent on texts\n");
	json_array_foreach(rows, index, one) {
		show_row(columns, one, ctl_string(one, "gateway"));
		show_price(one);
		if (ctl_string(one, "price_error") != NULL)
			printf("  %s\n", ctl_string(one, "price_error"));
	}
}

static void
show_exemptions(const json_t *document)
{
	const json_t *rows = json_object_get(document, "exemptions"), *one;
	const long long rest = ctl_number(document, "exemption_count") -
		(long long)json_array_size(rows);
	const long long beyond = ctl_number(document, "other_exemptions");
	size_t index;

	if (json_array_size(rows) == 0)
		return;
	printf("\n%-24s %-24s %10s  reason\n", "exempt by rule", "user", "times");
	json_array_foreach(rows, index, one)
		printf("%-24s %-24s %10lld  %s\n", ctl_string(one, "rule"),
			ctl_string(one, "user"), ctl_number(one, "count"),
			ctl_string(one, "reason"));
	if (rest > 0)
		printf("%lld more rows; --exempt shows all.\n", rest);
	if (beyond > 0)
		printf("%lld more times, not told apart.\n", beyond);
}

static void
show_changes(const json_t *rows)
{
	const json_t *one;
	size_t index;

	if (json_array_size(rows) == 0)
		return;
	printf("\n%-24s %-24s %10s\n", "changed by", "what", "times");
	json_array_foreach(rows, index, one)
		printf("%-24s %-24s %10lld\n", ctl_string(one, "by"), ctl_string(one, "action"),
			ctl_number(one, "count"));
}

static void
show_users(const json_t *document)
{
	static const struct column columns[] = { { "user", "user" }, { "texts", "texts" },
		{ "calls", "calls" }, { "denied", "denied" }, { "accepted", "accepted" },
		{ "exempt", "exempt" }, { "lockouts", "lock-outs" }, { NULL, NULL } };
	const json_t *users = json_object_get(document, "users");
	const long long rest = ctl_number(document, "user_count") -
		(long long)json_array_size(users);

	show_table(users, columns);
	if (rest > 0)
		printf("%lld more users; --users lists them, too.\n", rest);
	if (json_is_object(json_object_get(document, "others"))) {
		show_row(columns, json_object_get(document, "others"), "(others, not told apart)");
		putchar('\n');
	}
}

static void
show_totals(const json_t *totals)
{
	printf("%lld accepted, of these %lld remembered; %lld denied; %lld exempt; %lld texts, "
		"%lld calls; %lld lock-outs.\n", ctl_number(totals, "accepted"),
		ctl_number(totals, "remembered"), ctl_number(totals, "denied"),
		ctl_number(totals, "exempt"), ctl_number(totals, "texts"),
		ctl_number(totals, "calls"), ctl_number(totals, "lockouts"));
}

static void
show_lines(const json_t *document)
{
	const long long damaged = ctl_number(document, "damaged_lines");
	const long long newer = ctl_number(document, "newer_lines");

	if (ctl_number(document, "events") > 0)
		printf("%lld events from %s to %s.\n", ctl_number(document, "events"),
			ctl_string(document, "first"), ctl_string(document, "last"));
	else
		printf("No event in that time.\n");
	if (damaged > 0)
		printf("%lld damaged lines were passed over.\n", damaged);
	if (newer > 0)
		printf("%lld lines of a newer version were passed over.\n", newer);
}

/* Returns whether there is a file. */
static bool
show_no_file(const json_t *document)
{
	const json_t *none = json_object_get(document, "no_file");

	if (none == NULL)
		return true;
	printf("There is no event file in %s: ", ctl_string(none, "directory"));
	if (json_is_true(json_object_get(none, "switched_off")))
		puts("\"events\" of smsotp.conf is 0.");
	else
		puts("nobody has logged in since events are kept, or none could be written.");
	return false;
}

void
counts_show(const json_t *document)
{
	static const struct column services[] = { { "service", "service" },
		{ "accepted", "accepted" }, { "remembered", "remembered" }, { "denied", "denied" },
		{ "exempt", "exempt" }, { "texts", "texts" }, { "calls", "calls" },
		{ "lockouts", "lock-outs" }, { NULL, NULL } };
	static const struct column refusals[] = { { "reason", "refused because of" },
		{ "count", "times" }, { NULL, NULL } };
	const json_t *totals = json_object_get(document, "totals");

	if (!show_no_file(document))
		return;
	show_lines(document);
	if (totals != NULL)
		show_totals(totals);
	show_table(json_object_get(document, "services"), services);
	show_gateways(json_object_get(document, "gateways"));
	show_table(json_object_get(document, "refusals"), refusals);
	show_exemptions(document);
	show_changes(json_object_get(document, "changes"));
	if (totals != NULL)
		show_users(document);
}
