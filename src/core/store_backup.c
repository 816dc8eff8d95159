/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/store_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "core/shelter.h"
#include "core/store_private.h"

#define DIRECTORY "backup"

/*
 * Not with the others, so that a host where nobody has backup codes needs no room for it. Where
 * there is none, and none is to be made, its descriptor stays -1.
 */
static int
open_directory(struct store *store, enum store_making making, struct fault *fault)
{
	struct stat st;

	if (store->backup.fd >= 0)
		return 0;
	if (making == STORE_EXISTING && store->state.fd >= 0 &&
	    fstatat(store->state.fd, DIRECTORY, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return 0;
	return directory_open_under(&store->state, DIRECTORY, &store->backup, fault);
}

/* Everything one look, guess or change holds open. */
struct work {
	struct store *store;
	uid_t uid;
	struct now now;
	struct store_ledger user;
	struct store_codes codes;
	struct backup_set set;
};

/* Locks and reads the user's record; NULL if there is none: then no code of his was ever made. */
static int
work_open(struct work *it, enum store_making making, struct fault *fault)
{
	return store_read_user(it->store, it->uid, making, &it->user, &it->now, fault);
}

static void
work_close(struct work *it)
{
	store_codes_close(&it->codes);
	store_ledger_close(&it->user);
	sodium_memzero(&it->set, sizeof it->set);
}

static unsigned int
left(const struct work *it)
{
	return it->user.record == NULL ? 0 : limit_backup_left(&it->user.limits, &it->now);
}

/* The hashes of the codes that the user's record names. */
static int
read_set(struct work *it, struct fault *fault)
{
	struct record *record = NULL;
	struct store_place at;
	int result = open_directory(it->store, STORE_EXISTING, fault);

	store_place_of_uid(&it->store->backup, RECORD_BACKUP, it->uid, &at);
	if (result == 0 && it->store->backup.fd >= 0)
		result = record_open(&at.place, NULL, &record, fault);
	if (result != 0)
		return result;
	if (record == NULL)
		return fault_set(fault, FAULT_DAMAGED, "%s/" DIRECTORY "/%s: is missing",
			it->store->state.path, at.name);
	if (backup_get(record_body(record), &it->set) != 0 ||
	    it->set.recipe.serial != it->user.limits.backup.serial)
		result = fault_set(fault, FAULT_DAMAGED, "%s: not the codes that were made last",
			record_path(record));
	record_close(&record);
	return result;
}

static int
find(struct work *it, struct store_backup *ret_backup, struct fault *fault)
{
	int result = work_open(it, STORE_EXISTING, fault);

	if (result == 0 && it->user.record != NULL)
		result = store_ledger_keep(&it->user, fault);
	if (result != 0 || left(it) == 0)
		return result;
	result = read_set(it, fault);
	if (result != 0)
		return result;
	*ret_backup = (struct store_backup){
		.left = left(it), .recipe = it->set.recipe,
		.expires_in_ms = limit_backup_expires_in(&it->user.limits, &it->now),
	};
	return 0;
}

int
store_backup_find(struct store *store, uid_t uid, struct store_backup *ret_backup,
	struct fault *fault)
{
	struct work it = { .store = store, .uid = uid };
	struct store_backup backup = { .left = 0 };
	struct shelter shelter;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = find(&it, &backup, fault);
	work_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_backup = backup;
	return result;
}

/* Not a reason to deny, and never before the code is used up: it would let in without one. */
static void
remember(struct work *it, const struct store_login *login, struct fault *fault)
{
	if (login->remember_ms <= 0 || it->codes.record == NULL)
		return;
	code_record_remember(&it->codes.codes, &login->place, &it->now);
	(void)!store_codes_write(&it->codes, fault);
}

/* The attempt is on the disk. */
static int
compare(struct work *it, const struct store_login *login, const struct store_backup_guess *guess,
	enum store_result *ret_result, struct store_status *ret_status, struct fault *fault)
{
	const size_t number = backup_find(&it->set, &guess->hash);
	int result;

	*ret_result = STORE_WRONG;
	if (number == it->set.count)
		return 0;
	*ret_result = STORE_CONSUMED;
	if (!limit_backup_use(&it->user.limits, (unsigned int)number))
		return 0;
	limit_success(&it->user.limits);
	result = store_ledger_write(&it->user, RECORD_DURABLE, fault);
	if (result != 0)
		return result;
	*ret_result = STORE_MATCH;
	*ret_status = (struct store_status){ .standing = STORE_FREE };
	remember(it, login, fault);
	return 0;
}

static int
verify(struct work *it, const struct store_login *login, const struct store_backup_guess *guess,
	enum store_result *ret_result, struct store_status *ret_status, struct fault *fault)
{
	const struct limit_guesses *guesses = &it->store->settings->guesses;
	struct limit_status status = { .standing = LIMIT_FREE };
	int result = work_open(it, STORE_EXISTING, fault);

	if (result != 0)
		return result;
	limit_look(&it->user.limits, &it->now, guesses, &status);
	store_status_from(&status, ret_status);
	if (status.standing != LIMIT_FREE || left(it) == 0 ||
	    it->user.limits.backup.serial != guess->serial) {
		*ret_result = status.standing != LIMIT_FREE ? STORE_REFUSED : STORE_EXPIRED;
		return it->user.record != NULL ? store_ledger_keep(&it->user, fault) : 0;
	}
	result = read_set(it, fault);
	if (result == 0)
		result = store_open_codes(it->store, it->uid, STORE_EXISTING, &it->codes, fault);
	if (result == 0)
		result = store_codes_read(&it->codes, &it->now, fault);
	if (result != 0)
		return result;
	if (!limit_attempt(&it->user.limits, &it->now, guesses, &status))
		return fault_set(fault, FAULT_SYSTEM, "%s: attempt refused",
			record_path(it->user.record));
	result = store_codes_forget(&it->codes, &status, fault);
	if (result == 0)
		result = store_ledger_write(&it->user, RECORD_DURABLE, fault);
	if (result != 0)
		return result;
	store_status_from(&status, ret_status);
	return compare(it, login, guess, ret_result, ret_status, fault);
}

int
store_backup_verify(struct store *store, const struct store_login *login,
	const struct store_backup_guess *guess, enum store_result *ret_result,
	struct store_status *ret_status, unsigned int *ret_left, struct fault *fault)
{
	struct work it = { .store = store, .uid = login->uid };
	enum store_result verdict = STORE_REFUSED;
	struct store_status status = { .standing = STORE_FREE };
	struct shelter shelter;
	unsigned int remaining;
	int result;

	if (fault != NULL)
		fault->text[0] = '\0';
	result = shelter_enter(&shelter, fault);
	if (result != 0)
		return result;
	result = verify(&it, login, guess, &verdict, &status, fault);
	remaining = left(&it);
	work_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0) {
		*ret_result = verdict;
		*ret_status = status;
		*ret_left = remaining;
	}
	return result;
}

int
store_backup_discard(struct store *store, uid_t uid, enum record_write how, bool *had,
	struct fault *fault)
{
	struct store_place at;
	int result = open_directory(store, STORE_EXISTING, fault);

	if (result != 0 || store->backup.fd < 0)
		return result;
	store_place_of_uid(&store->backup, RECORD_BACKUP, uid, &at);
	return store_discard(&at.place, how, had, fault);
}

/* From here on whatever the file has is good for nothing. */
static int
end(struct work *it, struct fault *fault)
{
	if (it->user.record == NULL || it->user.limits.backup.serial == 0)
		return 0;
	limit_backup_end(&it->user.limits);
	return store_ledger_write(&it->user, RECORD_DURABLE, fault);
}

/* Killed between any two of these, the user has none: the record names them last. */
static int
make(struct work *it, const struct backup_set *set, int64_t lifetime_ms, unsigned int *ret_replaced,
	struct fault *fault)
{
	const struct limit_backup_new codes = {
		.serial = set->recipe.serial, .count = (unsigned int)set->count,
		.lifetime_ms = lifetime_ms,
	};
	uint8_t body[RECORD_BODY_SIZE];
	struct record *record = NULL;
	struct store_place at;
	bool had = false;
	int result = open_directory(it->store, STORE_MAKE, fault);

	if (result == 0)
		result = work_open(it, STORE_MAKE, fault);
	if (result != 0)
		return result;
	*ret_replaced = left(it);
	result = end(it, fault);
	if (result == 0)
		result = store_backup_discard(it->store, it->uid, RECORD_DURABLE, &had, fault);
	if (result != 0)
		return result;
	backup_put(set, body);
	store_place_of_uid(&it->store->backup, RECORD_BACKUP, it->uid, &at);
	result = record_open(&at.place, body, &record, fault);
	record_close(&record);
	sodium_memzero(body, sizeof body);
	if (result != 0)
		return result;
	limit_backup_start(&it->user.limits, &it->now, &codes);
	return store_ledger_write(&it->user, RECORD_DURABLE, fault);
}

int
store_backup_make(struct store *store, uid_t uid, const struct backup_set *set,
	int64_t lifetime_ms, unsigned int *ret_replaced, struct fault *fault)
{
	struct work it = { .store = store, .uid = uid };
	struct shelter shelter;
	unsigned int replaced = 0;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = make(&it, set, lifetime_ms, &replaced, fault);
	work_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_replaced = replaced;
	return result;
}

int
store_backup_revoke(struct store *store, uid_t uid, unsigned int *ret_left, struct fault *fault)
{
	struct work it = { .store = store, .uid = uid };
	struct shelter shelter;
	unsigned int before = 0;
	bool had = false;
	int result = shelter_enter(&shelter, fault);

	if (result != 0)
		return result;
	result = work_open(&it, STORE_EXISTING, fault);
	before = result == 0 ? left(&it) : 0;
	if (result == 0)
		result = end(&it, fault);
	if (result == 0)
		result = store_backup_discard(store, uid, RECORD_DURABLE, &had, fault);
	work_close(&it);
	result = shelter_leave(&shelter, result, fault);
	if (result == 0)
		*ret_left = before;
	return result;
}
