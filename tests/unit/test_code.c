/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes read from answers, and hashed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/code.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct code_form six = { .length = 6, .alphabet = CODE_DIGITS };

static void
test_read(void **state)
{
	static const struct {
		const char *answer, *digits, *alnum;
	} cases[] = {
		{ "491827", "491827", NULL },
		{ "004918", "004918", NULL },
		{ "234567", "234567", "234567" },
		{ " 491 827 ", "491827", NULL },
		{ "491-827", "491827", NULL },
		{ "4-9 1-8 2-7", "491827", NULL },
		{ "491\u00a0827", "491827", NULL },
		{ "491\u202f827", "491827", NULL },
		{ "491\u2011827", "491827", NULL },
		{ "491\u2013827", "491827", NULL },
		{ "a2c4e6", NULL, "A2C4E6" },
		{ "A2c-4E6", NULL, "A2C4E6" },
		{ "hjkmnp", NULL, "HJKMNP" },
		{ "", NULL, NULL },
		{ " - ", NULL, NULL },
		{ "r", NULL, NULL },
		{ "49182", NULL, NULL },
		{ "4918277", NULL, NULL },
		{ "491827x", NULL, NULL },
		{ "x491827", NULL, NULL },
		{ "491827\n", NULL, NULL },
		{ "491\t827", NULL, NULL },
		{ "491_827", NULL, NULL },
		{ "491.827", NULL, NULL },
		{ "+491827", NULL, NULL },
		{ "491827\x01", NULL, NULL },
		{ "49182\x7f", NULL, NULL },
		{ "A2C4EI", NULL, NULL },
		{ "A2C4EO", NULL, NULL },
		{ "A2C4E0", NULL, NULL },
		{ "A2C4E1", NULL, NULL },
		{ "a2c4e\u0130", NULL, NULL },
		{ "49182\uff17", NULL, NULL },
		{ "49182\u0667", NULL, NULL },
		{ "491827\xa0", NULL, NULL },
		{ "491827\xc2", NULL, NULL },
		{ "\xff\xfe", NULL, NULL },
		{ "correct horse battery", NULL, NULL },
	};
	static const struct code_form alnum = { .length = 6, .alphabet = CODE_ALNUM };
	struct code before;

	(void)state;
	memset(&before, 'x', sizeof before);
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int form = 0; form < 2; form++) {
			const char *wanted = form == 0 ? cases[i].digits : cases[i].alnum;
			struct code code = before;
			bool read = code_read(cases[i].answer, form == 0 ? &six : &alnum, &code);

			if (read != (wanted != NULL))
				fail_msg("\"%s\", form %d", cases[i].answer, form);
			if (read)
				assert_string_equal(code.text, wanted);
			else
				assert_memory_equal(&code, &before, sizeof code);
		}
	}
}

/* What is drawn is read again, in every form. */
static void
test_read_what_was_drawn(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 2000; n++) {
		struct code_form form = {
			.length = 6 + n % 5,
			.alphabet = n % 2 ? CODE_ALNUM : CODE_DIGITS,
		};
		struct code code, read, other;

		assert_int_equal(code_draw(&form, &code), 0);
		assert_true(code_read(code.text, &form, &read));
		assert_memory_equal(&code, &read, sizeof code);
		form.length = form.length == 10 ? 6 : form.length + 1;
		assert_false(code_read(code.text, &form, &other));
	}
}

static void
test_read_a_megabyte(void **state)
{
	static const char pieces[] = { '4', ' ', '-', 'A', '\xe2', '\x01' };
	char *answer = malloc((1 << 20) + 1);
	struct code code;

	(void)state;
	assert_non_null(answer);
	answer[1 << 20] = '\0';
	for (size_t i = 0; i < sizeof pieces; i++) {
		memset(answer, pieces[i], 1 << 20);
		assert_false(code_read(answer, &six, &code));
		/* … nor with a code at either end. */
		memcpy(answer, "491827", 6);
		assert_false(code_read(answer, &six, &code));
		memset(answer, pieces[i], 6);
		memcpy(answer + (1 << 20) - 6, "491827", 6);
		assert_false(code_read(answer, &six, &code));
	}
	free(answer);
}

static const struct code_key key = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 } };
static const struct e164 phone = { "+447700900123" };
static uint8_t binding[CODE_BINDING_SIZE], boot_id[16], salt[CODE_SALT_SIZE];

static struct code_context
some_context(void)
{
	for (unsigned int i = 0; i < sizeof binding; i++)
		binding[i] = (uint8_t)(64 + i);
	for (unsigned int i = 0; i < sizeof boot_id; i++)
		boot_id[i] = (uint8_t)(16 + i);
	for (unsigned int i = 0; i < sizeof salt; i++)
		salt[i] = (uint8_t)(160 + i);
	return (struct code_context){
		.uid = 1001, .service = "sshd", .binding = binding, .phone = &phone,
		.expires_boot_ms = 305000, .boot_id = boot_id, .salt = salt,
	};
}

static void
expect_hash(const struct code_context *context, const char *code, const char *hex)
{
	struct code_hash hash, wanted;
	struct code c = { .text = "" };

	strcpy(c.text, code);
	for (size_t i = 0; i < sizeof wanted.bytes; i++) {
		const char pair[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		wanted.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	code_hash(&key, context, &c, &hash);
	assert_memory_equal(&hash, &wanted, sizeof hash);
}

/*
 * Computed by Python's own hmac and hashlib from the layout as documented:
 *
 *	import hmac, hashlib, struct
 *	f = lambda b: struct.pack('>I', len(b)) + b
 *	r = lambda first, n: bytes(range(first, first + n))
 *	def h(uid, service, expiry, code):
 *	    m = b'\x01' + f(struct.pack('>I', uid)) + f(service) + f(r(64, 32)) \
 *	        + f(b'+447700900123') + f(struct.pack('>q', expiry)) + f(r(16, 16)) \
 *	        + f(r(160, 16)) + f(code)
 *	    print(hmac.new(r(0, 32), m, hashlib.sha256).hexdigest())
 *	h(1001, b'sshd', 305000, b'049182')
 *	h(0xfffffffe, b'', (1 << 40) + 7, b'A2C4E6GHZ9')
 */
static void
test_hash_vectors(void **state)
{
	struct code_context context = some_context();

	(void)state;
	expect_hash(&context, "049182",
		"e1abf97d5c52f9215b669b831c4b1ca18d383959c338a7265a2662627ecbb6f6");
	context.uid = 0xfffffffe;
	context.service = "";
	context.expires_boot_ms = (INT64_C(1) << 40) + 7;
	expect_hash(&context, "A2C4E6GHZ9",
		"c235290ef81f0456020d53e6641d1b1e7126fde9de941de1cb713568ce4ba85e");
}

static struct code_hash
hash_of(const struct code_key *with, const struct code_context *context, const char *code)
{
	struct code_hash hash;
	struct code c = { .text = "" };

	strcpy(c.text, code);
	code_hash(with, context, &c, &hash);
	return hash;
}

/* A change of any part, of any bit where it is bytes, gives another hash. */
static void
test_hash_covers_everything(void **state)
{
	static const struct e164 other_phone = { "+447700900124" };
	static const struct e164 shorter_phone = { "+44770090012" };
	struct code_context context = some_context(), c = context;
	struct code_hash first = hash_of(&key, &context, "049182");
	struct code_hash same = hash_of(&key, &context, "049182");
	struct code_hash other[128 + 512];
	struct { uint8_t *bytes; size_t size; } parts[] = {
		{ binding, sizeof binding }, { boot_id, sizeof boot_id }, { salt, sizeof salt },
	};
	struct code_key other_key = key;
	size_t n = 0;

	(void)state;
	assert_true(code_hash_equal(&first, &same));
	c = context, c.uid = 1002, other[n++] = hash_of(&key, &c, "049182");
	c = context, c.uid = 1001 << 8, other[n++] = hash_of(&key, &c, "049182");
	c = context, c.service = "sudo", other[n++] = hash_of(&key, &c, "049182");
	c = context, c.service = "ssh", other[n++] = hash_of(&key, &c, "049182");
	c = context, c.service = "sshd ", other[n++] = hash_of(&key, &c, "049182");
	c = context, c.phone = &other_phone, other[n++] = hash_of(&key, &c, "049182");
	c = context, c.phone = &shorter_phone, other[n++] = hash_of(&key, &c, "049182");
	for (int bit = 0; bit < 63; bit++) {
		c = context, c.expires_boot_ms ^= INT64_C(1) << bit;
		other[n++] = hash_of(&key, &c, "049182");
	}
	for (size_t p = 0; p < COUNT(parts); p++) {
		for (size_t bit = 0; bit < 8 * parts[p].size; bit += 3) {
			parts[p].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			other[n++] = hash_of(&key, &context, "049182");
			parts[p].bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	other[n++] = hash_of(&key, &context, "049183");
	other[n++] = hash_of(&key, &context, "49182");
	other[n++] = hash_of(&key, &context, "0491820");
	other_key.bytes[31] ^= 1;
	other[n++] = hash_of(&other_key, &context, "049182");
	assert_true(n <= COUNT(other));
	for (size_t i = 0; i < n; i++) {
		assert_false(code_hash_equal(&first, &other[i]));
		for (size_t k = 0; k < i; k++)
			assert_false(code_hash_equal(&other[i], &other[k]));
	}
}

static void
test_hash_equal(void **state)
{
	struct code_hash a = { { 0 } }, b = a;

	(void)state;
	assert_true(code_hash_equal(&a, &b));
	for (size_t bit = 0; bit < 8 * sizeof a.bytes; bit++) {
		b.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(code_hash_equal(&a, &b));
		b.bytes[bit / 8] = 0;
	}
}

static void
test_wipe(void **state)
{
	static const struct code no_code;
	static const struct code_key no_key;
	struct code code = { "491827" };
	struct code_key copy = key;

	(void)state;
	code_wipe(&code);
	assert_memory_equal(&code, &no_code, sizeof code);
	code_key_wipe(&copy);
	assert_memory_equal(&copy, &no_key, sizeof copy);
	code_wipe(NULL);
	code_key_wipe(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_what_was_drawn),
		cmocka_unit_test(test_read_a_megabyte),
		cmocka_unit_test(test_hash_vectors),
		cmocka_unit_test(test_hash_covers_everything),
		cmocka_unit_test(test_hash_equal),
		cmocka_unit_test(test_wipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
