/* SPDX-License-Identifier: BSD-2-Clause */
/* All users and phones with records: walked through, and swept. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shelter.h"
#include "core/store_admin.h"
#include "core/store_private.h"

/* Calls each with the name of every file in a directory. */
static int
each_name(const struct directory *directory, int (*each)(void *data, const char *name),
	void *data, struct fault *fault)
{
	/* Of its own: a position that was read to its end would be the directory's. */
	int fd = openat(directory->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int result = 0;

	if (stream == NULL) {
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s", directory->path);
		if (fd >= 0)
			close(fd);
		return result;
	}
	while (result == 0 && (errno = 0, entry = readdir(stream)) != NULL) {
		if (entry->d_name[0] != '.')
			result = each(data, entry->d_name);
	}
	if (result == 0 && errno != 0)
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s", directory->path);
	closedir(stream);
	return result;
}

struct user_visit { store_each *each; void *data; };

static int
visit_user(void *data, const char *name)
{
	const struct user_visit *visit = data;
	char *end;
	unsigned long uid;

	errno = 0;
	uid = strtoul(name, &end, 10);
	/* Nobody's record is called that; strtoul takes blanks and a sign, too, all before '0'. */
	if (*end != '\0' || errno != 0 || uid > UINT32_MAX || name[0] < '0')
		return 0;
	return visit->each(visit->data, (uid_t)uid);
}

int
store_each_user(struct store *store, store_each *each, void *data, struct fault *fault)
{
	struct user_visit visit = { each, data };

	return each_name(&store->users, visit_user, &visit, fault);
}

struct sweep {
	struct store *store;
	bool (*vanished)(void *data, uid_t uid);
	void *data;
	struct store_pruning removed;
	struct fault *fault;
	struct fault damaged;		/* of the first such record; "": none */
};

/* Whether a record would say the same if there were none. */
static bool
says_nothing(const struct store *store, const struct limit_record *limits, const struct now *now)
{
	const struct limit_budget *budget = &store->settings->budget;
	int64_t longest = LIMIT_DAY_MS;

	if (limits->failures > 0 || limits->round > 0 || limits->disabled || limits->locked ||
	    limit_backup_left(limits, now) > 0)
		return false;
	for (size_t i = 0; i < 3; i++) {
		const struct limit_texts *texts =
			(const struct limit_texts *const[]){ &budget->user, &budget->phone,
				&budget->voice }[i];

		longest = texts->window_ms > longest ? texts->window_ms : longest;
	}
	for (size_t i = 0; i < limits->count; i++) {
		if (now->boot_ms - limits->stamps[i].at_ms < longest)
			return false;
	}
	return true;
}

/* Whose record it is, and whether his account has gone. */
struct sweep_owner {
	uid_t uid;
	bool vanished;
};

/*
 * Removes what says nothing: read and then removed under one lock. A damaged one is left, and told.
 * owner is NULL for a phone's.
 */
static int
sweep_ledger(struct sweep *sweep, struct store_ledger *ledger, const struct sweep_owner *owner,
	bool *ret_gone)
{
	struct now now;
	int result;

	if (ledger->record == NULL)
		return 0;
	result = sweep->store->settings->read_clock(&now, sweep->fault);
	if (result == 0)
		result = store_ledger_read(ledger, &now, sweep->fault);
	if (result != 0)
		return result;
	if (!(owner != NULL && owner->vanished) &&
	    !says_nothing(sweep->store, &ledger->limits, &now))
		return 0;
	if (owner != NULL) {
		struct store_place codes;
		bool had = false;

		store_place_of_uid(&sweep->store->codes, RECORD_CODES, owner->uid, &codes);
		result = store_discard(&codes.place, RECORD_LAZY, &had, sweep->fault);
		if (result == 0)
			result = store_backup_discard(sweep->store, owner->uid, RECORD_LAZY, &had,
				sweep->fault);
	}
	if (result == 0)
		result = record_remove(ledger->record, RECORD_LAZY, sweep->fault);
	*ret_gone = result == 0;
	return result;
}

/* A record that is in use or damaged must not keep all others: the latter is told at the end. */
static int
pass_over(struct sweep *sweep, int result)
{
	if (result == FAULT_DAMAGED && sweep->damaged.text[0] == '\0')
		sweep->damaged = *sweep->fault;
	return result == FAULT_BUSY || result == FAULT_DAMAGED ? 0 : result;
}

static int
sweep_user(void *data, uid_t uid)
{
	struct sweep *sweep = data;
	/* Before anything is locked: it may ask a directory, and logins wait for locks. */
	const bool vanished = sweep->vanished != NULL && sweep->vanished(sweep->data, uid);
	const struct sweep_owner owner = { .uid = uid, .vanished = vanished };
	struct store_ledger ledger = { .record = NULL };
	struct shelter shelter;
	bool gone = false;
	int result = shelter_enter(&shelter, sweep->fault);

	if (result != 0)
		return result;
	result = store_open_user(sweep->store, uid, STORE_EXISTING, &ledger, sweep->fault);
	if (result == 0)
		result = sweep_ledger(sweep, &ledger, &owner, &gone);
	store_ledger_close(&ledger);
	result = shelter_leave(&shelter, result, sweep->fault);
	sweep->removed.users += gone;
	return pass_over(sweep, result);
}

static int
sweep_phone(void *data, const char *name)
{
	struct sweep *sweep = data;
	struct store_ledger ledger = { .record = NULL };
	struct shelter shelter;
	struct code_tag tag;
	size_t size = 0;
	bool gone = false;
	int result;

	if (sodium_hex2bin(tag.bytes, sizeof tag.bytes, name, strlen(name), NULL, &size,
	    NULL) != 0 || size != sizeof tag.bytes)
		return 0;
	result = shelter_enter(&shelter, sweep->fault);
	if (result != 0)
		return result;
	result = store_open_phone(sweep->store, &tag, STORE_EXISTING, &ledger, sweep->fault);
	if (result == 0)
		result = sweep_ledger(sweep, &ledger, NULL, &gone);
	store_ledger_close(&ledger);
	result = shelter_leave(&shelter, result, sweep->fault);
	sweep->removed.phones += gone;
	return pass_over(sweep, result);
}

int
store_prune(struct store *store, bool (*vanished)(void *data, uid_t uid), void *data,
	struct store_pruning *ret_removed, struct fault *fault)
{
	struct fault last = { .text = "" };
	struct sweep sweep = {
		.store = store, .vanished = vanished, .data = data, .fault = &last,
		.damaged = { .text = "" },
	};
	int result = store_each_user(store, sweep_user, &sweep, &last);

	if (result == 0)
		result = each_name(&store->phones, sweep_phone, &sweep, &last);
	*ret_removed = sweep.removed;
	if (result != 0)
		return fault_set(fault, (enum fault_kind)result, "%s", last.text);
	return sweep.damaged.text[0] == '\0' ? 0
		: fault_set(fault, FAULT_DAMAGED, "%s", sweep.damaged.text);
}
