/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl pull: a phone file of what a directory has, for logins that are not to depend on it. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "core/fault.h"
#include "core/log_line.h"
#include "ctl/audit.h"
#include "ctl/command.h"
#include "ctl/commands.h"
#include "ctl/person.h"
#include "ctl/phonefile.h"
#include "ctl/pull_gather.h"
#include "ctl/site.h"

#define SOURCE_BESIDE "ldap.conf"

struct pull {
	const struct ctl *ctl;
	struct site site;
	char source_path[PATH_MAX];
	struct pull_gathered gathered;
	struct phones_made made;
	size_t count[PHONES_MADE_REMOVED + 1];	/* of users, by change; removed ones as well */
};

/* That of --source, the first in the configuration, or the one beside it. */
static int
choose_source(struct pull *it, struct fault *fault)
{
	const struct config *config = it->site.config;
	const char *path = command_option(it->ctl, "source");
	int length;

	for (size_t i = 0; path == NULL && i < config->source_count; i++) {
		if (config->sources[i].kind == CONFIG_SOURCE_LDAP)
			path = config->sources[i].path;
	}
	length = path != NULL
		? snprintf(it->source_path, sizeof it->source_path, "%s", path)
		: snprintf(it->source_path, sizeof it->source_path, "%s/" SOURCE_BESIDE,
			config->directory);
	if (length < 0 || (size_t)length >= sizeof it->source_path || it->source_path[0] != '/')
		return fault_set(fault, FAULT_SYSTEM, "%s: must be an absolute path", path);
	return 0;
}

/* Whatever can be known to fail does so before the directory is asked for thousands. */
static int
prepare(struct pull *it, struct fault *fault)
{
	int result = site_load(it->ctl, NULL, &it->site, fault);

	if (result == 0)
		result = choose_source(it, fault);
	if (result == 0)
		result = phonefile_choose(it->ctl, &it->site, PHONEFILE_PULLED, &it->made.path,
			fault);
	return result == 0 ? phones_made_look(it->made.path, fault) : result;
}

static const char *
change_name(enum phones_made_change change)
{
	switch (change) {
	case PHONES_MADE_SAME: return "unchanged";
	case PHONES_MADE_ADDED: return "added";
	case PHONES_MADE_CHANGED: return "changed";
	case PHONES_MADE_REMOVED: return "removed";
	}
	return "unknown";
}

/* --- the log -------------------------------------------------------------- */

static void
log_user(const struct pull *it, const char *name, enum phones_made_change change,
	const struct e164 *number)
{
	struct log_line line = { .event = "admin", .reason = "pull", .ms = -1, .user = name,
		.source = it->made.path, .detail = change_name(change) };
	struct e164_masked phone;

	if (number != NULL) {
		e164_mask_log(number, &phone);
		line.phone = &phone;
	}
	audit_line(LOG_NOTICE, &line, NULL);
}

/* Of a file that is new there is nothing to be told of one user that is not told of all. */
static void
log_all(const struct pull *it)
{
	struct log_line line = { .event = "admin", .reason = "pull", .ms = -1,
		.source = it->made.path };
	char detail[PATH_MAX + 128];

	for (size_t i = 0; !it->made.fresh && i < it->made.count; i++) {
		const struct phones_made_user *user = &it->made.users[i];

		if (user->change != PHONES_MADE_SAME)
			log_user(it, user->name, user->change,
				user->count > 0 ? &user->number[0] : NULL);
	}
	for (size_t i = 0; i < it->made.removed_count; i++)
		log_user(it, it->made.removed[i], PHONES_MADE_REMOVED, NULL);
	snprintf(detail, sizeof detail,
		"%zu added, %zu changed, %zu removed, %zu unchanged, from %s",
		it->count[PHONES_MADE_ADDED], it->count[PHONES_MADE_CHANGED],
		it->count[PHONES_MADE_REMOVED], it->count[PHONES_MADE_SAME], it->source_path);
	line.detail = detail;
	audit_line(LOG_NOTICE, &line, NULL);
}

/* --- what is printed ------------------------------------------------------ */

static json_t *
describe_user(const struct pull *it, const struct phones_made_user *user)
{
	json_t *numbers = json_array();

	for (size_t i = 0; i < user->count; i++)
		ctl_append(&numbers, person_number(it->ctl, &user->number[i]));
	return json_pack("{s:o, s:o}", "user", ctl_text(user->name), "numbers", numbers);
}

static json_t *
describe_change(const struct pull *it, enum phones_made_change change)
{
	json_t *list = json_array();

	for (size_t i = 0; i < it->made.count; i++) {
		if (it->made.users[i].change == change)
			ctl_append(&list, describe_user(it, &it->made.users[i]));
	}
	for (size_t i = 0; change == PHONES_MADE_REMOVED && i < it->made.removed_count; i++) {
		const struct phones_made_user gone = { .name = it->made.removed[i] };

		ctl_append(&list, describe_user(it, &gone));
	}
	return list;
}

static bool
is_used(const struct pull *it)
{
	const struct config *config = it->site.config;

	for (size_t i = 0; i < config->source_count; i++) {
		if (config->sources[i].kind == CONFIG_SOURCE_FILE &&
		    strcmp(config->sources[i].path, it->made.path) == 0)
			return true;
	}
	return false;
}

static json_t *
describe(const struct pull *it)
{
	const struct pull_gathered *gathered = &it->gathered;

	return json_pack("{s:o, s:o, s:b, s:b, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:O, s:b}",
		"file", ctl_text(it->made.path), "source", ctl_text(it->source_path),
		"written", it->made.written, "shrinks", it->made.shrinks,
		"accounts", (json_int_t)gathered->asked,
		"without", (json_int_t)gathered->without,
		"before", (json_int_t)it->made.before,
		"unchanged", (json_int_t)it->count[PHONES_MADE_SAME],
		"added", describe_change(it, PHONES_MADE_ADDED),
		"changed", describe_change(it, PHONES_MADE_CHANGED),
		"removed", describe_change(it, PHONES_MADE_REMOVED),
		"unusable", gathered->unusable, "used", is_used(it));
}

static void
show_user(const json_t *user, const char *change)
{
	const json_t *number;
	size_t index;

	printf("%s %s", change, ctl_string(user, "user"));
	json_array_foreach(json_object_get(user, "numbers"), index, number) {
		printf("%s %s", index > 0 ? "," : "", json_string_value(number));
	}
	putchar('\n');
}

static void
show_users(const json_t *document, const char *change)
{
	const json_t *user;
	size_t index;

	json_array_foreach(json_object_get(document, change), index, user) {
		show_user(user, change);
	}
}

static size_t
size_of(const json_t *document, const char *change)
{
	return json_array_size(json_object_get(document, change));
}

static void
show(const json_t *document)
{
	const char *file = ctl_string(document, "file");
	const json_t *one;
	size_t index;

	show_users(document, "added");
	show_users(document, "changed");
	show_users(document, "removed");
	json_array_foreach(json_object_get(document, "unusable"), index, one) {
		printf("%s: not used: %s%s%s\n", ctl_string(one, "user"),
			ctl_string(one, "number") != NULL ? ctl_string(one, "number") : "",
			ctl_string(one, "number") != NULL ? ": " : "", ctl_string(one, "why"));
	}
	printf("%lld accounts asked for, %lld without a number: %zu added, %zu changed, "
		"%zu removed, %lld unchanged.\n", ctl_number(document, "accounts"),
		ctl_number(document, "without"), size_of(document, "added"),
		size_of(document, "changed"), size_of(document, "removed"),
		ctl_number(document, "unchanged"));
	if (json_is_true(json_object_get(document, "shrinks")))
		printf("More than a tenth of %lld users would lose their number: %s is as it "
			"was.\n--force replaces it all the same.\n",
			ctl_number(document, "before"), file);
	else
		printf("%s is %s.\n", file, json_is_true(json_object_get(document, "written"))
			? "written" : "as it was");
	if (!json_is_true(json_object_get(document, "used")))
		puts("No source of the configuration has it: logins do not use it.");
}

/* --- all of it ------------------------------------------------------------ */

static void
count(struct pull *it)
{
	for (size_t i = 0; i < it->made.count; i++) {
		/* Of whom nothing can be used nothing is unchanged, either. */
		if (it->made.users[i].change != PHONES_MADE_SAME || it->made.users[i].count > 0)
			it->count[it->made.users[i].change]++;
	}
	it->count[PHONES_MADE_REMOVED] += it->made.removed_count;
}

static int
run(struct pull *it, struct fault *fault)
{
	struct config_source source = { .kind = CONFIG_SOURCE_LDAP, .path = it->source_path };
	int result = prepare(it, fault);

	if (result == 0)
		result = pull_gather(it->ctl, it->site.config, &source,
			command_option(it->ctl, "group"), &it->gathered, fault);
	it->made.origin = it->source_path;
	it->made.users = it->gathered.users;
	it->made.count = it->gathered.count;
	it->made.may_shrink = command_option(it->ctl, "force") != NULL;
	/* A wrong base or filter finds nobody, and is no fault to the directory. */
	if (result == 0 && it->gathered.count == 0 && !it->made.may_shrink)
		result = fault_set(fault, FAULT_SYSTEM, "%s: the directory has a number for none "
			"of %zu accounts", it->source_path, it->gathered.asked);
	if (result == 0)
		result = phones_made_write(&it->made, fault);
	if (result != 0)
		return result;
	count(it);
	if (it->made.written)
		log_all(it);
	return 0;
}

static const char *
advice(const struct pull *it, const struct fault *fault)
{
	if (it->made.path == NULL || fault->kind == FAULT_MEMORY)
		return NULL;
	if (fault->kind == FAULT_STATE)
		return "The phone file is as it was, or whole with the change.";
	return "The phone file is as it was.";
}

int
pull_run(struct ctl *ctl)
{
	struct pull it = { .ctl = ctl, .site = SITE_NONE };
	struct fault fault;
	int status;

	if (run(&it, &fault) != 0)
		status = ctl_fail(ctl, &fault, advice(&it, &fault));
	else
		status = ctl_print(ctl, describe(&it), show,
			it.made.shrinks ? CTL_FOUND : CTL_DONE);
	phones_made_free(&it.made);
	pull_gather_free(&it.gathered);
	site_close(&it.site);
	return status;
}
