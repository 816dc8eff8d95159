/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"

#define NAME_MAX_LENGTH 256
#define ENTRY_SIZE 4096			/* to begin with */
#define ENTRY_SIZE_MAX (1024 * 1024)
#define FIRST_GROUPS 64
#define GROUPS_MAX 65536

/* The errors by which name services say "no such entry": getpwnam_r(3), ERRORS. */
static bool
means_absent(int error)
{
	return error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/*
 * Grows *buffer for another try after ERANGE. Entries hold no secret where passwords are
 * shadowed; wiped all the same.
 */
static int
grow(char **buffer, size_t *size)
{
	size_t larger_size = *buffer == NULL ? ENTRY_SIZE : *size * 2;
	char *larger;

	if (*size >= ENTRY_SIZE_MAX)
		return FAULT_MEMORY;
	if (*buffer != NULL)
		explicit_bzero(*buffer, *size);
	larger = realloc(*buffer, larger_size);
	if (larger == NULL)
		return FAULT_MEMORY;
	*buffer = larger;
	/* Not sooner: the caller wipes so much, also of a buffer that did not grow. */
	*size = larger_size;
	return 0;
}

int
account_find(const char *name, struct account *ret_account, struct fault *fault)
{
	struct account account = { .name = name };
	struct passwd entry, *found = NULL;
	char *buffer = NULL;
	size_t size = 0;
	int error, result = 0;

	if (name[0] == '\0' || strlen(name) > NAME_MAX_LENGTH)
		goto known;
	do {
		if (grow(&buffer, &size) != 0) {
			result = fault_set(fault, FAULT_MEMORY, "out of memory for the account");
			goto out;
		}
		do
			error = getpwnam_r(name, &entry, buffer, size, &found);
		while (error == EINTR);
	} while (error == ERANGE);
	if (found == NULL && error != 0 && !means_absent(error)) {
		result = fault_set_errno(fault, FAULT_SYSTEM, error,
				"the account cannot be looked up");
		goto out;
	}
	if (found != NULL) {
		account.known = true;
		account.alias = strcmp(found->pw_name, name) != 0;
		account.uid = found->pw_uid;
		account.gid = found->pw_gid;
	}
known:
	*ret_account = account;
out:
	if (buffer != NULL)
		explicit_bzero(buffer, size);
	free(buffer);
	return result;
}

/* *member becomes true if the group's own entry lists the user. */
static int
find_group(const char *name, const char *user, gid_t *ret_gid, bool *member, struct fault *fault)
{
	struct group entry, *found = NULL;
	char *buffer = NULL;
	size_t size = 0;
	int error, result = 0;

	do {
		if (grow(&buffer, &size) != 0) {
			free(buffer);
			return fault_set(fault, FAULT_MEMORY, "out of memory for group \"%s\"",
				name);
		}
		do
			error = getgrnam_r(name, &entry, buffer, size, &found);
		while (error == EINTR);
	} while (error == ERANGE);
	if (found != NULL) {
		*ret_gid = found->gr_gid;
		for (char *const *at = found->gr_mem; *at != NULL; at++)
			*member = *member || strcmp(*at, user) == 0;
	} else if (error == 0 || means_absent(error))
		result = fault_set(fault, FAULT_CONFIG, "there is no group \"%s\"", name);
	else
		result = fault_set_errno(fault, FAULT_SYSTEM, error,
			"group \"%s\" cannot be looked up", name);
	free(buffer);
	return result;
}

/* All of the account's groups, in an array of its own, which grows as far as it must. */
static int
groups_of(const struct account *account, gid_t **ret_list, size_t *ret_size, struct fault *fault)
{
	gid_t *list = NULL;
	int size = FIRST_GROUPS;

	for (;;) {
		int wanted = size;
		gid_t *larger = realloc(list, (size_t)size * sizeof *list);

		if (larger == NULL) {
			free(list);
			return fault_set(fault, FAULT_MEMORY,
				"out of memory for the account's groups");
		}
		list = larger;
		if (getgrouplist(account->name, account->gid, list, &wanted) >= 0) {
			*ret_list = list;
			*ret_size = (size_t)wanted;
			return 0;
		}
		size = wanted > size ? wanted : size * 2;
		if (size > GROUPS_MAX) {
			free(list);
			return fault_set(fault, FAULT_SYSTEM, "the account is in too many groups");
		}
	}
}

static bool
holds(const gid_t list[], size_t size, gid_t gid)
{
	for (size_t i = 0; i < size; i++) {
		if (list[i] == gid)
			return true;
	}
	return false;
}

/*
 * The named ones first: getgrouplist leaves out what a directory that is away would have said, and
 * says nothing of it. One that has come back meanwhile would then know the group, and make "not
 * asked" a "not a member". And a group that is known from a cache all the same names its members
 * itself.
 */
int
account_in_groups(const struct account *account, const char *const groups[], size_t count,
	bool *ret_member, struct fault *fault)
{
	gid_t *named = calloc(count + 1, sizeof *named), *list = NULL;
	size_t size = 0;
	int result = 0;
	bool member = false;

	if (named == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory for groups");
	for (size_t i = 0; i < count && result == 0; i++)
		result = find_group(groups[i], account->name, &named[i], &member, fault);
	if (result == 0)
		result = groups_of(account, &list, &size, fault);
	for (size_t i = 0; i < count && result == 0 && !member; i++)
		member = holds(list, size, named[i]);
	if (result == 0)
		*ret_member = member;
	free(list);
	free(named);
	return result;
}
