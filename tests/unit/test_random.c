/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=getrandom */
/* Random numbers and the codes made of them, from a generator that can be made to fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <cmocka.h>

#include "core/code.h"
#include "core/fault.h"
#include "core/random.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct code_form six = { .length = 6, .alphabet = CODE_DIGITS };
static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/* What getrandom does in place of the system's. */
static struct {
	enum { REAL, SCRIPT, FAIL } kind;
	const uint8_t *bytes;		/* SCRIPT: given out one by one, then over and over again */
	size_t count, at;
	size_t most;			/* at most so many bytes in one call; 0: any number */
	int interrupted;		/* so many calls fail with EINTR first */
	size_t good;			/* FAIL: after so many bytes */
	int error;			/* … with this errno; 0: returns 0 bytes */
	unsigned int calls;
} generator;

ssize_t __real_getrandom(void *buffer, size_t size, unsigned int flags);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned int flags);

ssize_t
__wrap_getrandom(void *buffer, size_t size, unsigned int flags)
{
	generator.calls++;
	assert_int_equal(flags, 0);
	if (generator.interrupted > 0) {
		generator.interrupted--;
		errno = EINTR;
		return -1;
	}
	if (generator.most != 0 && size > generator.most)
		size = generator.most;
	if (generator.kind == SCRIPT) {
		for (size_t i = 0; i < size; i++)
			((uint8_t *)buffer)[i] = generator.bytes[generator.at++ % generator.count];
		return (ssize_t)size;
	}
	if (generator.kind == FAIL) {
		if (generator.good == 0) {
			/* With 0 bytes errno is whatever was there before. */
			errno = generator.error != 0 ? generator.error : EINTR;
			return generator.error != 0 ? -1 : 0;
		}
		if (size > generator.good)
			size = generator.good;
		generator.good -= size;
	}
	return __real_getrandom(buffer, size, flags);
}

static int
reset(void **state)
{
	(void)state;
	memset(&generator, 0, sizeof generator);
	return 0;
}

static void
script(const uint8_t *bytes, size_t count)
{
	generator.kind = SCRIPT;
	generator.bytes = bytes;
	generator.count = count;
	generator.at = 0;
}

static void
test_random_bytes(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	generator.interrupted = 3;
	generator.most = 5;
	assert_int_equal(random_bytes(a, sizeof a), 0);
	assert_int_equal(generator.calls, 3 + 13);
	assert_int_equal(random_bytes(b, sizeof b), 0);
	assert_memory_not_equal(a, b, sizeof a);
	/* The last of many short reads is there too: 16 zeros in a row are no accident. */
	assert_memory_not_equal(a + 48, ((uint8_t[16]){ 0 }), 16);
	assert_int_equal(random_bytes(a, 0), 0);
}

static void
test_random_bytes_fail(void **state)
{
	static const int errors[] = { ENOSYS, EAGAIN, EFAULT, EINVAL, EPERM, 0 };
	static const uint8_t zero[64];

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		for (size_t good = 0; good < 64; good += 21) {
			uint8_t bytes[64];

			memset(bytes, 0xa5, sizeof bytes);
			generator.kind = FAIL;
			generator.good = good;
			generator.error = errors[i];
			assert_int_equal(random_bytes(bytes, sizeof bytes), FAULT_SYSTEM);
			assert_memory_equal(bytes, zero, sizeof bytes);
		}
	}
}

static void
test_random_below(void **state)
{
	static const uint8_t all_high[] = { 0xff }, ten[] = { 255, 250, 249, 0, 10, 123 };
	unsigned int number = 77;

	(void)state;
	assert_int_equal(random_below(0, &number), FAULT_SYSTEM);
	assert_int_equal(random_below(257, &number), FAULT_SYSTEM);
	assert_int_equal(number, 77);
	/* 250 to 255 would be 0 to 5 once more than 6 to 9: passed over. */
	script(ten, sizeof ten);
	assert_int_equal(random_below(10, &number), 0);
	assert_int_equal(number, 9);
	assert_int_equal(generator.at, 3);
	assert_int_equal(random_below(10, &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(random_below(10, &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(random_below(10, &number), 0);
	assert_int_equal(number, 3);
	/* Every byte serves where bound divides 256. */
	script(all_high, sizeof all_high);
	assert_int_equal(random_below(256, &number), 0);
	assert_int_equal(number, 255);
	assert_int_equal(random_below(32, &number), 0);
	assert_int_equal(number, 31);
	assert_int_equal(random_below(1, &number), 0);
	assert_int_equal(number, 0);
	/* A generator that gives out one byte for ever is broken; the draw ends all the same. */
	number = 77;
	generator.calls = 0;
	assert_int_equal(random_below(10, &number), FAULT_SYSTEM);
	assert_int_equal(number, 77);
	assert_in_range(generator.calls, 64, 1024);
	generator.kind = FAIL;
	generator.error = ENOSYS;
	assert_int_equal(random_below(10, &number), FAULT_SYSTEM);
	assert_int_equal(number, 77);
}

/* All 256 bytes, each once: exactly as many of each number. */
static void
test_random_below_is_even(void **state)
{
	uint8_t every[256];

	(void)state;
	for (unsigned int i = 0; i < 256; i++)
		every[i] = (uint8_t)i;
	for (unsigned int bound = 1; bound <= 256; bound++) {
		unsigned int seen[256] = { 0 }, number = 0;

		script(every, sizeof every);
		for (unsigned int i = 0; i < 256 / bound * bound; i++) {
			assert_int_equal(random_below(bound, &number), 0);
			assert_in_range(number, 0, bound - 1);
			seen[number]++;
		}
		for (unsigned int i = 0; i < bound; i++)
			assert_int_equal(seen[i], 256 / bound);
	}
}

static double
chi_square(const unsigned int *seen, unsigned int cells, unsigned int draws)
{
	double expected = (double)draws / cells, sum = 0;

	for (unsigned int i = 0; i < cells; i++)
		sum += (seen[i] - expected) * (seen[i] - expected) / expected;
	return sum;
}

#define DRAWS 40000

/*
 * A fair generator exceeds each bound with probability 1e-11 (upper tail of chi-square: 70.93 for 9
 * degrees of freedom, 115.86 for 31, 1328.7 for 999), so that one of the 17 comparisons fails it
 * less than once in 5e9 runs.
 */
static void
test_draw_is_fair(void **state)
{
	static const struct code_form ten = { .length = 10, .alphabet = CODE_ALNUM };
	static unsigned int digit[6][10], letter[10][32], triple[1000];
	struct code code;

	(void)state;
	memset(digit, 0, sizeof digit);
	memset(letter, 0, sizeof letter);
	memset(triple, 0, sizeof triple);
	for (unsigned int n = 0; n < DRAWS; n++) {
		assert_int_equal(code_draw(&six, &code), 0);
		assert_int_equal(strspn(code.text, "0123456789"), 6);
		assert_int_equal(code.text[6], '\0');
		for (size_t i = 0; i < 6; i++)
			digit[i][code.text[i] - '0']++;
		triple[(code.text[0] - '0') * 100 + (code.text[2] - '0') * 10 +
			(code.text[5] - '0')]++;

		assert_int_equal(code_draw(&ten, &code), 0);
		assert_int_equal(strspn(code.text, letters), 10);
		assert_int_equal(code.text[10], '\0');
		for (size_t i = 0; i < 10; i++)
			letter[i][strchr(letters, code.text[i]) - letters]++;
	}
	for (size_t i = 0; i < 6; i++)
		assert_true(chi_square(digit[i], 10, DRAWS) < 70.93);
	for (size_t i = 0; i < 10; i++)
		assert_true(chi_square(letter[i], 32, DRAWS) < 115.86);
	assert_true(chi_square(triple, 1000, DRAWS) < 1328.7);
}

static void
test_draw(void **state)
{
	static const uint8_t zeros[] = { 0 }, steps[] = { 0, 252, 0, 11, 22, 255, 33, 254, 9 };
	static const uint8_t thirtyone[] = { 31, 0, 255, 8, 32, 63, 127, 64 };
	struct code_form form = { .length = 8, .alphabet = CODE_ALNUM };
	struct code code;

	(void)state;
	script(zeros, sizeof zeros);
	assert_int_equal(code_draw(&six, &code), 0);
	assert_string_equal(code.text, "000000");
	script(steps, sizeof steps);
	assert_int_equal(code_draw(&six, &code), 0);
	assert_string_equal(code.text, "001239");
	script(thirtyone, sizeof thirtyone);
	assert_int_equal(code_draw(&form, &code), 0);
	assert_string_equal(code.text, "Z2ZA2ZZ2");
	generator.kind = REAL;
	for (form.length = 0; form.length <= 14; form.length++) {
		bool valid = form.length >= 6 && form.length <= CODE_BACKUP_LENGTH;

		strcpy(code.text, "before");
		assert_int_equal(code_draw(&form, &code), valid ? 0 : FAULT_SYSTEM);
		if (valid)
			assert_int_equal(strlen(code.text), form.length);
		else
			assert_string_equal(code.text, "before");
	}
}

/* Wherever the generator fails, at the first byte or the last: no code. */
static void
test_draw_fails(void **state)
{
	static const int errors[] = { ENOSYS, EAGAIN, EPERM, 0 };
	static const uint8_t stuck[] = { 255 };
	struct code before, code;

	(void)state;
	memset(&before, 'x', sizeof before);
	for (size_t i = 0; i < COUNT(errors); i++) {
		for (size_t good = 0; good < 6; good++) {
			code = before;
			generator.kind = FAIL;
			generator.good = good;
			generator.error = errors[i];
			assert_int_equal(code_draw(&six, &code), FAULT_SYSTEM);
			assert_memory_equal(&code, &before, sizeof code);
		}
	}
	script(stuck, sizeof stuck);
	assert_int_equal(code_draw(&six, &code), FAULT_SYSTEM);
	assert_memory_equal(&code, &before, sizeof code);
	generator.kind = REAL;
	generator.interrupted = 100;
	assert_int_equal(code_draw(&six, &code), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random_bytes, reset),
		cmocka_unit_test_setup(test_random_bytes_fail, reset),
		cmocka_unit_test_setup(test_random_below, reset),
		cmocka_unit_test_setup(test_random_below_is_even, reset),
		cmocka_unit_test_setup(test_draw_is_fair, reset),
		cmocka_unit_test_setup(test_draw, reset),
		cmocka_unit_test_setup(test_draw_fails, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
