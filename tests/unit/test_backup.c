/* SPDX-License-Identifier: BSD-2-Clause */
/* Backup codes: drawn, read, hashed, and as the body of backup/UID. Offsets: FORMATS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/backup.h"
#include "core/fault.h"

/* As cheap as a record may make it. */
static const struct backup_recipe cheap = {
	.serial = 5, .salt = { 1, 2, 3 }, .passes = 1, .memory_kib = 8,
};

static void
they_are_drawn_and_written_in_three_groups(void **state)
{
	struct code code, other;
	char text[BACKUP_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(code_draw(&backup_form, &code), 0);
		assert_int_equal(strlen(code.text), 12);
		assert_int_equal(strspn(code.text, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"), 12);
		assert_int_equal(code_draw(&backup_form, &other), 0);
		assert_string_not_equal(code.text, other.text);
	}
	strcpy(code.text, "ABCDEFGHJKLM");
	backup_write(&code, text);
	assert_string_equal(text, "ABCD-EFGH-JKLM");
}

static void
they_are_read_however_they_are_typed(void **state)
{
	static const char *const right[] = {
		"ABCD-EFGH-JKLM", "abcd-efgh-jklm", "ABCDEFGHJKLM", " abcd efgh jklm ",
		"abcdef-ghjklm", ("ABCD\xe2\x80\x93" "EFGH\xe2\x80\x94JKLM"),
	};
	static const char *const wrong[] = {
		"", "ABCD-EFGH-JKL", "ABCD-EFGH-JKLMN", "ABCD-EFGH-JKL0", "ABCD-EFGH-JKLI",
		"ABCD.EFGH.JKLM", "491827", "ABCD-EFGH-JKL\xc3\xa4",
	};
	struct code code;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		memset(&code, 0, sizeof code);
		assert_true(code_read(right[i], &backup_form, &code));
		assert_string_equal(code.text, "ABCDEFGHJKLM");
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(code_read(wrong[i], &backup_form, &code));
}

/* Whatever codes are texted: an answer is one or the other. */
static void
no_texted_code_has_their_form(void **state)
{
	(void)state;
	for (unsigned int length = CODE_MIN_LENGTH; length <= CODE_MAX_LENGTH; length++) {
		for (int alphabet = 0; alphabet < 2; alphabet++) {
			const struct code_form form = {
				.length = length, .alphabet = alphabet ? CODE_ALNUM : CODE_DIGITS,
			};
			struct code texted, backup, read;

			assert_int_equal(code_draw(&form, &texted), 0);
			assert_false(code_read(texted.text, &backup_form, &read));
			assert_int_equal(code_draw(&backup_form, &backup), 0);
			assert_false(code_read(backup.text, &form, &read));
		}
	}
}

/* By the reference implementation: argon2 0123456789abcdef -id -t 2 -k 19456 -p 1 -l 32 -r */
static void
the_hash_is_argon2id(void **state)
{
	static const uint8_t expected[CODE_HASH_SIZE] = {
		0xe8, 0x23, 0xc8, 0x5d, 0x5a, 0x2e, 0x02, 0xa5, 0x87, 0x5f, 0xf8, 0x5b,
		0xfd, 0x87, 0x33, 0x11, 0x85, 0x25, 0xf0, 0xf0, 0x17, 0xa7, 0xc9, 0x27,
		0x9c, 0x20, 0x25, 0x3c, 0x8b, 0x8b, 0x89, 0x44,
	};
	const struct code code = { "ABCDEFGHJKLM" };
	struct backup_recipe recipe = { .serial = 1, .passes = 2, .memory_kib = 19456 };
	struct code_hash hash, again;
	struct fault fault;

	(void)state;
	memcpy(recipe.salt, "0123456789abcdef", sizeof recipe.salt);
	assert_int_equal(backup_hash(&recipe, &code, &hash, &fault), 0);
	assert_memory_equal(hash.bytes, expected, sizeof expected);
	recipe.salt[15] ^= 1;
	assert_int_equal(backup_hash(&recipe, &code, &again, &fault), 0);
	assert_false(code_hash_equal(&hash, &again));
}

static void
the_cost_is_bounded_and_the_salt_new(void **state)
{
	struct backup_recipe recipe, other;
	struct fault fault;

	(void)state;
	assert_int_equal(backup_draw_recipe(&recipe, &fault), 0);
	assert_int_equal(backup_draw_recipe(&other, &fault), 0);
	assert_true(recipe.serial != 0 && recipe.serial != other.serial);
	assert_memory_not_equal(recipe.salt, other.salt, sizeof recipe.salt);
	/* OWASP's least for Argon2id: 19 MiB, two passes. */
	assert_true(recipe.memory_kib >= 19 * 1024 && recipe.memory_kib <= 64 * 1024);
	assert_true(recipe.passes >= 2);
}

/* A host under RLIMIT_AS is denied, not killed. */
static void
without_memory_it_fails(void **state)
{
	const struct rlimit limit = { 16 << 20, 16 << 20 };
	const struct code code = { "ABCDEFGHJKLM" };
	struct backup_recipe recipe;
	struct code_hash hash;
	struct fault fault = { .text = "" };
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(backup_draw_recipe(&recipe, &fault), 0);
	child = fork();
	if (child == 0)
		_exit(setrlimit(RLIMIT_AS, &limit) != 0 ? 1
			: backup_hash(&recipe, &code, &hash, &fault) != FAULT_MEMORY ? 2
			: strstr(fault.text, "without 19 MiB") == NULL ? 3 : 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
fill(struct backup_set *set, size_t count)
{
	memset(set, 0, sizeof *set);
	set->recipe = cheap;
	set->count = count;
	for (size_t i = 0; i < count; i++)
		memset(set->hashes[i].bytes, 0x40 + (int)i, CODE_HASH_SIZE);
}

static void
a_hash_is_found_where_it_is(void **state)
{
	struct backup_set set;
	struct code_hash hash = { { 0 } };

	(void)state;
	fill(&set, 10);
	for (size_t i = 0; i < 20; i++) {
		memset(hash.bytes, 0x40 + (int)i, sizeof hash.bytes);
		assert_int_equal(backup_find(&set, &hash), i < 10 ? i : 10);
		hash.bytes[31] ^= 1;
		assert_int_equal(backup_find(&set, &hash), 10);
	}
}

static void
it_is_written_as_documented(void **state)
{
	static const uint8_t head[40] = {
		0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0,
	};
	uint8_t body[RECORD_BODY_SIZE];
	struct backup_set set, read;

	(void)state;
	fill(&set, 2);
	backup_put(&set, body);
	assert_memory_equal(body, head, sizeof head);
	assert_int_equal(body[40], 0x40);
	assert_int_equal(body[40 + 63], 0x41);
	assert_int_equal(body[40 + 64], 0);
	memset(&read, 0x55, sizeof read);
	assert_int_equal(backup_get(body, &read), 0);
	assert_int_equal(read.count, 2);
	assert_memory_equal(&read.recipe, &cheap, sizeof cheap);
	assert_memory_equal(read.hashes, set.hashes, 2 * sizeof set.hashes[0]);
	fill(&set, LIMIT_BACKUP_CODES);
	backup_put(&set, body);
	assert_int_equal(backup_get(body, &read), 0);
	assert_int_equal(read.count, 20);
}

static void
what_cannot_be_is_damage(void **state)
{
	static const struct { size_t at; uint8_t value; } damage[] = {
		{ 7, 0 },			/* no serial */
		{ 27, 0 }, { 27, 9 },		/* passes */
		{ 31, 7 }, { 29, 2 }, { 28, 1 },	/* memory: too little, too much */
		{ 35, 0 }, { 35, 21 }, { 32, 1 },	/* codes */
		{ 36, 1 }, { 39, 1 },
		{ 40 + 64, 1 },			/* a third code of two */
		{ 680, 1 }, { RECORD_BODY_SIZE - 1, 1 },
	};
	uint8_t body[RECORD_BODY_SIZE];
	struct backup_set set, read;

	(void)state;
	fill(&set, 2);
	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		backup_put(&set, body);
		body[damage[i].at] = damage[i].value;
		memset(&read, 0x55, sizeof read);
		assert_int_equal(backup_get(body, &read), FAULT_DAMAGED);
		assert_int_equal(read.count, (size_t)0x5555555555555555);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_drawn_and_written_in_three_groups),
		cmocka_unit_test(they_are_read_however_they_are_typed),
		cmocka_unit_test(no_texted_code_has_their_form),
		cmocka_unit_test(the_hash_is_argon2id),
		cmocka_unit_test(the_cost_is_bounded_and_the_salt_new),
		cmocka_unit_test(without_memory_it_fails),
		cmocka_unit_test(a_hash_is_found_where_it_is),
		cmocka_unit_test(it_is_written_as_documented),
		cmocka_unit_test(what_cannot_be_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
