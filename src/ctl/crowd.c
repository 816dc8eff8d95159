/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/crowd.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int
add(struct crowd *crowd, const char *name, struct fault *fault)
{
	char **larger;

	/* Names double as they grow: 1, 2, 4, … */
	if ((crowd->count & (crowd->count - 1)) == 0) {
		const size_t size = crowd->count == 0 ? 1 : 2 * crowd->count;

		larger = realloc(crowd->names, size * sizeof *larger);
		if (larger == NULL)
			return fault_set(fault, FAULT_MEMORY, "out of memory");
		crowd->names = larger;
	}
	crowd->names[crowd->count] = strdup(name);
	if (crowd->names[crowd->count] == NULL)
		return fault_set(fault, FAULT_MEMORY, "out of memory");
	crowd->count++;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Somebody is both in /etc/group and in the group by his own entry, or in two sources. */
static void
sort_out(struct crowd *crowd)
{
	size_t kept = 0;

	if (crowd->count == 0)
		return;
	qsort(crowd->names, crowd->count, sizeof *crowd->names, by_name);
	for (size_t i = 0; i < crowd->count; i++) {
		if (kept > 0 && strcmp(crowd->names[kept - 1], crowd->names[i]) == 0)
			free(crowd->names[i]);
		else
			crowd->names[kept++] = crowd->names[i];
	}
	crowd->count = kept;
}

static bool
has_shell(const struct passwd *entry)
{
	const char *slash = strrchr(entry->pw_shell, '/');
	const char *name = slash != NULL ? slash + 1 : entry->pw_shell;

	return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0 &&
		strcmp(name, "sync") != 0;
}

static int
gather_accounts(const struct group *group, struct crowd *crowd, struct fault *fault)
{
	const gid_t gid = group != NULL ? group->gr_gid : 0;
	const struct passwd *entry;
	int result = 0;

	setpwent();
	while (result == 0) {
		errno = 0;
		entry = getpwent();
		if (entry == NULL)
			break;
		if (group != NULL ? entry->pw_gid == gid : has_shell(entry))
			result = add(crowd, entry->pw_name, fault);
		else if (group == NULL)
			crowd->left_out++;
	}
	if (result == 0 && errno != 0 && errno != ENOENT)
		result = fault_set_errno(fault, FAULT_SYSTEM, errno, "the list of accounts");
	endpwent();
	return result;
}

int
crowd_gather(const char *group, struct crowd *ret_crowd, struct fault *fault)
{
	struct crowd crowd = { .count = 0 };
	const struct group *entry = NULL;
	int result = 0;

	if (group != NULL) {
		entry = getgrnam(group);
		if (entry == NULL)
			return fault_set(fault, FAULT_SYSTEM, "there is no group \"%s\"", group);
		/* Also those whom a directory does not list, but knows. */
		for (char **member = entry->gr_mem; result == 0 && *member != NULL; member++)
			result = add(&crowd, *member, fault);
	}
	if (result == 0)
		result = gather_accounts(entry, &crowd, fault);
	if (result != 0) {
		crowd_free(&crowd);
		return result;
	}
	sort_out(&crowd);
	*ret_crowd = crowd;
	return 0;
}

void
crowd_free(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++)
		free(crowd->names[i]);
	free(crowd->names);
	*crowd = (struct crowd){ .count = 0 };
}
