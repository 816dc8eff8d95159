/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=realloc -Wl,--wrap=getgrnam_r -Wl,--wrap=getgrouplist */
/* Whether an account is in a group: in which order who is asked, and what is no answer. */
#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "core/account.h"
#include "core/fault.h"

#define NAMED_MAX 4
#define LARGE 1000

static const struct account account = { .name = "alice", .known = true, .gid = 100 };

/* What the name service knows, and who was asked for what: 'n' for a name, 'l' for the list. */
static struct {
	const char *missing;		/* a group that does not resolve */
	int error;			/* with which */
	unsigned int interrupted;
	const char *names_members;	/* a group whose entry lists alice */
	size_t listed;			/* groups of the account, from gid 1000 on */
	bool endless;			/* one more than there is room for, always */
	char asked[2 * NAMED_MAX + 1];
} service;

/* So many calls succeed. */
static size_t memory_good;

void *__real_realloc(void *pointer, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
	struct group **ret_found);
int __wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);

void *
__wrap_realloc(void *pointer, size_t size)
{
	if (memory_good == 0) {
		errno = ENOMEM;
		return NULL;
	}
	memory_good--;
	return __real_realloc(pointer, size);
}

static void
note(char what)
{
	size_t length = strlen(service.asked);

	if (length < sizeof service.asked - 1)
		service.asked[length] = what;
}

/* "g1007" has the gid 1007. */
int
__wrap_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
	struct group **ret_found)
{
	static char alice[] = "alice", bob[] = "bob";
	static char *with[] = { bob, alice, NULL }, *without[] = { bob, NULL };
	bool named = service.names_members != NULL && strcmp(name, service.names_members) == 0;

	(void)buffer;
	(void)size;
	*ret_found = NULL;
	if (service.interrupted > 0) {
		service.interrupted--;
		return EINTR;
	}
	note('n');
	if (service.missing != NULL && strcmp(name, service.missing) == 0)
		return service.error;
	*entry = (struct group){
		.gr_gid = (gid_t)strtoul(name + 1, NULL, 10), .gr_mem = named ? with : without,
	};
	*ret_found = entry;
	return 0;
}

int
__wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	const int room = *count;
	const size_t listed = service.endless ? (size_t)room : service.listed;

	assert_string_equal(user, account.name);
	note('l');
	*count = (int)listed + 1;
	if (room < *count)
		return -1;
	groups[0] = group;
	for (size_t i = 0; i < listed; i++)
		groups[i + 1] = (gid_t)(1000 + i);
	return *count;
}

static int
service_reset(void **state)
{
	(void)state;
	memset(&service, 0, sizeof service);
	memory_good = SIZE_MAX;
	return 0;
}

static int
ask(const char *const groups[], size_t count, bool *ret_member, struct fault *fault)
{
	memset(service.asked, 0, sizeof service.asked);
	return account_in_groups(&account, groups, count, ret_member, fault);
}

static void
test_membership(void **state)
{
	static const struct { const char *groups[3]; bool member; } rows[] = {
		{ { "g100", "g1", "g2" }, true },	/* the primary one */
		{ { "g1", "g2", "g1002" }, true },
		{ { "g1000", "g2", "g1001" }, true },
		{ { "g1", "g2", "g1003" }, false },
	};
	struct fault fault = { .text = "" };

	(void)state;
	service.listed = 3;
	service.interrupted = 2;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		bool member = !rows[i].member;

		assert_int_equal(ask(rows[i].groups, 3, &member, &fault), 0);
		assert_int_equal(member, rows[i].member);
		assert_string_equal(service.asked, "nnnl");
	}
}

/* A directory that is away leaves the account's list short, while a cache still has the group. */
static void
test_named_by_the_group(void **state)
{
	static const char *const groups[] = { "g1", "g2" };
	struct fault fault = { .text = "" };
	bool member = false;

	(void)state;
	service.names_members = "g2";
	assert_int_equal(ask(groups, 2, &member, &fault), 0);
	assert_true(member);
	assert_int_equal(ask(groups, 1, &member, &fault), 0);
	assert_false(member);
	/* One that does not resolve is an error all the same. */
	service.missing = "g1";
	member = false;
	assert_int_equal(ask(groups, 2, &member, &fault), FAULT_CONFIG);
	assert_false(member);
}

/* More groups than there is room for at first. */
static void
test_many(void **state)
{
	static const char *const last[] = { "g1999" };
	struct fault fault = { .text = "" };
	bool member = false;

	(void)state;
	service.listed = LARGE;
	assert_int_equal(ask(last, 1, &member, &fault), 0);
	assert_true(member);
	assert_string_equal(service.asked, "nll");
}

/*
 * Whatever the account is in: a group that is not there is an error wherever it stands, and the
 * account's groups are not asked for before all are known to be.
 */
static void
test_unresolved(void **state)
{
	static const char *const groups[] = { "g1000", "gone", "g1001" };
	static const struct { int error, result; } rows[] = {
		{ 0, FAULT_CONFIG }, { ENOENT, FAULT_CONFIG }, { ESRCH, FAULT_CONFIG },
		{ EIO, FAULT_SYSTEM }, { EMFILE, FAULT_SYSTEM }, { EAGAIN, FAULT_SYSTEM },
	};

	(void)state;
	service.listed = 2;
	service.missing = "gone";
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t from = 0; from < 2; from++) {
			struct fault fault = { .text = "" };
			bool member = false;

			service.error = rows[i].error;
			assert_int_equal(ask(&groups[from], 3 - from, &member, &fault),
				rows[i].result);
			assert_int_equal(fault.kind, rows[i].result);
			assert_non_null(strstr(fault.text, "\"gone\""));
			assert_false(member);
			assert_null(strchr(service.asked, 'l'));
		}
	}
}

static void
test_too_many(void **state)
{
	static const char *const groups[] = { "g100" };
	struct fault fault = { .text = "" };
	bool member = false;

	(void)state;
	service.endless = true;
	assert_int_equal(ask(groups, 1, &member, &fault), FAULT_SYSTEM);
	assert_false(member);
	assert_int_not_equal(fault.text[0], '\0');
}

static void
test_memory_ends(void **state)
{
	static const char *const groups[] = { "g1", "g1000" };
	struct fault fault = { .text = "" };
	bool member = false;

	(void)state;
	service.listed = 100;
	/* One for each name, two for the list. */
	for (size_t good = 0; good < 4; good++) {
		memory_good = good;
		assert_int_equal(ask(groups, 2, &member, &fault), FAULT_MEMORY);
		assert_int_equal(fault.kind, FAULT_MEMORY);
		assert_false(member);
	}
	memory_good = 4;
	assert_int_equal(ask(groups, 2, &member, &fault), 0);
	assert_true(member);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_membership, service_reset),
		cmocka_unit_test_setup(test_named_by_the_group, service_reset),
		cmocka_unit_test_setup(test_many, service_reset),
		cmocka_unit_test_setup(test_unresolved, service_reset),
		cmocka_unit_test_setup(test_too_many, service_reset),
		cmocka_unit_test_setup(test_memory_ends, service_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
