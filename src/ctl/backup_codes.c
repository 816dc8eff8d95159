/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl backup-codes: single-use codes for when no text arrives, made and taken away. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/store_backup.h"
#include "core/words.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/moment.h"
#include "ctl/site.h"

#define COUNT 10

/* What is asked for. */
struct order {
	unsigned int count;
	int64_t lifetime_ms;	/* 0: for good */
};

/* New codes in the clear. */
struct sheet {
	struct backup_set set;
	char texts[LIMIT_BACKUP_CODES][BACKUP_TEXT_SIZE];
};

static void
show_codes(const json_t *document)
{
	const char *user = ctl_string(document, "user");
	const long long replaced = ctl_number(document, "replaced");
	const json_t *code;
	char wait[WORDS_PART_SIZE];
	size_t index;

	printf("Backup codes of %s, each good once", user);
	if (json_is_integer(json_object_get(document, "expires_in_s"))) {
		words_duration(NULL, ctl_number(document, "expires_in_s") * 1000, wait);
		printf(", for %s", wait);
	}
	printf(":\n\n");
	json_array_foreach(json_object_get(document, "codes"), index, code)
		printf("  %s\n", json_string_value(code));
	printf("\nThey are not shown again.");
	if (replaced > 0)
		printf(" %lld older one%s no longer good.", replaced,
			replaced == 1 ? " is" : "s are");
	putchar('\n');
}

static void
show_revoked(const json_t *document)
{
	const long long revoked = ctl_number(document, "revoked");
	const char *user = ctl_string(document, "user");

	if (revoked == 0)
		printf("%s had no backup codes.\n", user);
	else
		printf("%lld backup code%s no longer good for %s.\n", revoked,
			revoked == 1 ? " is" : "s are", user);
}

static int
read_order(const struct ctl *ctl, struct order *ret_order, struct fault *fault)
{
	static const struct command_number number = { "count", NULL, COUNT, 1, LIMIT_BACKUP_CODES };
	const char *expires = command_option(ctl, "expires");
	struct order order = { .lifetime_ms = 0 };
	long count;
	int result = command_number(ctl, &number, &count, fault);

	if (result != 0)
		return result;
	order.count = (unsigned int)count;
	if (expires != NULL && (!moment_span(expires, &order.lifetime_ms) ||
	    order.lifetime_ms < 1 || order.lifetime_ms > LIMIT_BACKUP_LIFETIME_MAX_MS))
		return fault_set(fault, FAULT_SYSTEM, "--expires takes minutes, hours, days or "
			"weeks, as 30m, 8h, 7d or 2w; at most 365d");
	if (command_option(ctl, "revoke") != NULL &&
	    (command_option(ctl, "count") != NULL || expires != NULL))
		return fault_set(fault, FAULT_SYSTEM, "--revoke makes no codes: leave --count and "
			"--expires out");
	*ret_order = order;
	return 0;
}

/* Before anything of the user's is locked: each takes a while. */
static int
draw(const struct order *order, struct sheet *sheet, struct fault *fault)
{
	int result = backup_draw_recipe(&sheet->set.recipe, fault);

	for (size_t i = 0; result == 0 && i < order->count; i++) {
		CODE_AUTO struct code code = { "" };

		if (code_draw(&backup_form, &code) != 0)
			return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
		result = backup_hash(&sheet->set.recipe, &code, &sheet->set.hashes[i], fault);
		backup_write(&code, sheet->texts[i]);
	}
	sheet->set.count = order->count;
	return result;
}

static json_t *
list(const struct sheet *sheet)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < sheet->set.count; i++)
		ctl_append(&codes, json_string(sheet->texts[i]));
	return codes;
}

static int
make(const struct ctl *ctl, const struct site *site, const struct account *account,
	const struct order *order, struct fault *fault)
{
	struct sheet sheet;
	unsigned int replaced = 0;
	char detail[128];
	int result, status;

	memset(&sheet, 0, sizeof sheet);
	result = draw(order, &sheet, fault);
	if (result == 0)
		result = store_backup_make(site->store, account->uid, &sheet.set,
			order->lifetime_ms, &replaced, fault);
	if (result == 0) {
		snprintf(detail, sizeof detail, "%u made, %u replaced", order->count, replaced);
		audit_change("backup_codes", account, detail);
		status = ctl_print(ctl, json_pack("{s:o, s:I, s:o, s:o, s:i}", "user",
			ctl_text(account->name), "uid", (json_int_t)account->uid, "codes",
			list(&sheet), "expires_in_s", order->lifetime_ms == 0 ? json_null()
			: json_integer(ctl_seconds(order->lifetime_ms)), "replaced",
			(int)replaced), show_codes, CTL_DONE);
	} else {
		status = ctl_fail(ctl, fault, NULL);
	}
	sodium_memzero(&sheet, sizeof sheet);
	return status;
}

static int
revoke(const struct ctl *ctl, const struct site *site, const struct account *account,
	struct fault *fault)
{
	unsigned int left = 0;
	char detail[64];

	if (store_backup_revoke(site->store, account->uid, &left, fault) != 0)
		return ctl_fail(ctl, fault, NULL);
	snprintf(detail, sizeof detail, "%u taken away", left);
	audit_change("backup_codes", account, detail);
	return ctl_print(ctl, json_pack("{s:o, s:I, s:i}", "user", ctl_text(account->name), "uid",
		(json_int_t)account->uid, "revoked", (int)left), show_revoked, CTL_DONE);
}

int
backup_codes_run(struct ctl *ctl)
{
	struct site site = SITE_NONE;
	struct account account;
	struct order order = { .count = COUNT };
	struct fault fault;
	int status;

	if (read_order(ctl, &order, &fault) != 0 || site_load(ctl, NULL, &site, &fault) != 0 ||
	    site_open_store(&site, &fault) != 0 ||
	    site_find_account(ctl->operands[0], &account, &fault) != 0)
		status = ctl_fail(ctl, &fault, NULL);
	else if (command_option(ctl, "revoke") != NULL)
		status = revoke(ctl, &site, &account, &fault);
	else
		status = make(ctl, &site, &account, &order, &fault);
	site_close(&site);
	return status;
}
