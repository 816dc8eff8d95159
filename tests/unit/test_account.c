/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=realloc -Wl,--wrap=free -Wl,--wrap=getpwnam_r */
/* Accounts: what the name service answers, entries of any size, and memory at its end. */
#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "core/account.h"
#include "core/fault.h"

#define FIRST_SIZE 4096
#define ROOM (4 * FIRST_SIZE)
#define FENCE 0xa5

/*
 * While it is on, realloc gives more than it was asked for, with a fence in the rest: a wipe beyond
 * the buffer is seen when that is freed, with and without a sanitizer.
 */
static struct {
	bool on;
	unsigned int good;		/* so many calls succeed */
	unsigned char *buffer;
	size_t size;			/* asked for */
	size_t wiped;			/* of its beginning, when it was freed */
	bool fence_hurt;
	unsigned int freed;
} memory;

/* What the name service answers, and how often it was asked. */
static struct {
	size_t entry_size;		/* ERANGE below that */
	bool found;
	char name[8];			/* the entry's own, if found */
	int error;			/* if not found */
	unsigned int interrupted;	/* so many calls fail with EINTR first */
	unsigned int calls;
} service;

void *__real_realloc(void *pointer, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
void __real_free(void *pointer);
void __wrap_free(void *pointer);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
	struct passwd **ret_found);

void *
__wrap_realloc(void *pointer, size_t size)
{
	if (!memory.on)
		return __real_realloc(pointer, size);
	if (memory.good == 0 || size > ROOM) {
		errno = ENOMEM;
		return NULL;
	}
	memory.good--;
	memory.buffer = __real_realloc(pointer, ROOM);
	if (memory.buffer == NULL)
		abort();
	memory.size = size;
	memset(memory.buffer + size, FENCE, ROOM - size);
	return memory.buffer;
}

void
__wrap_free(void *pointer)
{
	if (memory.on && pointer != NULL && pointer == memory.buffer) {
		memory.freed++;
		for (size_t i = memory.size; i < ROOM; i++)
			memory.fence_hurt = memory.fence_hurt || memory.buffer[i] != FENCE;
		while (memory.wiped < memory.size && memory.buffer[memory.wiped] == 0)
			memory.wiped++;
		memory.buffer = NULL;
	}
	__real_free(pointer);
}

int
__wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
	struct passwd **ret_found)
{
	(void)name;
	service.calls++;
	*ret_found = NULL;
	if (service.interrupted > 0) {
		service.interrupted--;
		return EINTR;
	}
	memset(buffer, 's', size);
	if (size < service.entry_size)
		return ERANGE;
	if (!service.found)
		return service.error;
	*entry = (struct passwd){ .pw_name = service.name, .pw_uid = 4711, .pw_gid = 815 };
	*ret_found = entry;
	return 0;
}

/* Looks "alice" up with so many reallocs that succeed; nothing but the buffer may be written to. */
static int
find(unsigned int good, struct account *ret_account, struct fault *fault)
{
	int result;

	memset(&memory, 0, sizeof memory);
	memory.good = good;
	service.calls = 0;
	memory.on = true;
	result = account_find("alice", ret_account, fault);
	memory.on = false;
	assert_false(memory.fence_hurt);
	assert_int_equal(memory.freed, good > 0 ? 1 : 0);
	assert_int_equal(memory.wiped, memory.size);
	return result;
}

static void
test_found(void **state)
{
	struct account account = { .known = false };
	struct fault fault = { .text = "" };

	(void)state;
	service.found = true;
	service.entry_size = 100;
	service.interrupted = 3;
	assert_int_equal(find(1, &account, &fault), 0);
	assert_true(account.known);
	assert_string_equal(account.name, "alice");
	assert_int_equal(account.uid, 4711);
	assert_int_equal(account.gid, 815);
	assert_int_equal(service.calls, 4);

	service.entry_size = 2 * FIRST_SIZE + 1;
	account.known = false;
	assert_int_equal(find(3, &account, &fault), 0);
	assert_true(account.known);
	assert_int_equal(service.calls, 3);
}

/* A directory may know an account by names that are not its own. */
static void
test_alias(void **state)
{
	static const struct { const char *own; bool alias; } rows[] = {
		{ "alice", false }, { "Alice", true }, { "alice2", true }, { "", true },
	};
	struct account account;
	struct fault fault;

	(void)state;
	service.found = true;
	service.entry_size = 0;
	service.interrupted = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		strcpy(service.name, rows[i].own);
		assert_int_equal(find(1, &account, &fault), 0);
		assert_true(account.known);
		assert_int_equal(account.alias, rows[i].alias);
	}
}

/* The buffer that could not grow is wiped as far as it goes, and no byte further. */
static void
test_memory_ends(void **state)
{
	struct account account = { .name = "untouched" };
	struct fault fault;

	(void)state;
	service.found = true;
	service.entry_size = ROOM;
	service.interrupted = 0;
	for (unsigned int good = 0; good < 3; good++) {
		fault.kind = 0;
		assert_int_equal(find(good, &account, &fault), FAULT_MEMORY);
		assert_int_equal(fault.kind, FAULT_MEMORY);
		assert_int_equal(service.calls, good);
		assert_string_equal(account.name, "untouched");
	}
}

/* No entry is no fault; a service that cannot be asked is one, and never "no such account". */
static void
test_not_found(void **state)
{
	static const struct { int error, result; } rows[] = {
		{ 0, 0 }, { ENOENT, 0 }, { ESRCH, 0 }, { EBADF, 0 }, { EPERM, 0 },
		{ EIO, FAULT_SYSTEM }, { EMFILE, FAULT_SYSTEM }, { ENFILE, FAULT_SYSTEM },
		{ EAGAIN, FAULT_SYSTEM },
	};

	(void)state;
	service.found = false;
	service.entry_size = 0;
	service.interrupted = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct account account = { .name = "untouched", .known = true };
		struct fault fault = { .text = "" };

		service.error = rows[i].error;
		assert_int_equal(find(1, &account, &fault), rows[i].result);
		if (rows[i].result == 0) {
			assert_false(account.known);
			assert_string_equal(account.name, "alice");
		} else {
			assert_string_equal(account.name, "untouched");
			assert_int_not_equal(fault.text[0], '\0');
		}
	}
}

/* No name service is asked for what cannot be a name. */
static void
test_impossible_names(void **state)
{
	static char longest[257], too_long[258];
	struct account account = { .known = true };
	struct fault fault;

	(void)state;
	service.found = true;
	service.entry_size = 0;
	service.calls = 0;
	assert_int_equal(account_find("", &account, &fault), 0);
	assert_false(account.known);
	account.known = true;
	memset(too_long, 'a', sizeof too_long - 1);
	assert_int_equal(account_find(too_long, &account, &fault), 0);
	assert_false(account.known);
	assert_int_equal(service.calls, 0);
	memset(longest, 'a', sizeof longest - 1);
	assert_int_equal(account_find(longest, &account, &fault), 0);
	assert_true(account.known);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_memory_ends),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_impossible_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
