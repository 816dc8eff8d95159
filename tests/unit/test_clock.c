/* SPDX-License-Identifier: BSD-2-Clause */
/* ldflags: -Wl,--wrap=clock_gettime -Wl,--wrap=clock_nanosleep -Wl,--wrap=open -Wl,--wrap=read */
/* Clocks that fail, and boot ids that are none: a login without them denies. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/fault.h"
#include "core/limit.h"
#include "wire/clock.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BOOT_ID "6d1c7d9e-0f3a-4b52-8c64-a1b2c3d4e5f6\n"

static struct {
	bool on;
	clockid_t without;	/* a clock that fails; -1: none */
	const char *boot_id;	/* NULL: cannot be opened */
	unsigned int interrupted;	/* so many reads and sleeps are, first */
	unsigned int sleeps;
	int64_t slept_ms;	/* asked for last */
	int fd;			/* of the boot id */
} machine;

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
	struct timespec *left);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	if (!machine.on)
		return __real_clock_gettime(clock, time);
	if (clock == machine.without) {
		errno = EINVAL;
		return -1;
	}
	*time = clock == CLOCK_BOOTTIME ? (struct timespec){ 7, 8999999 }
		: (struct timespec){ 1800000000, 999999999 };
	return 0;
}

int
__wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
	struct timespec *left)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(flags, 0);
	machine.sleeps++;
	machine.slept_ms = wanted->tv_sec * 1000 + wanted->tv_nsec / 1000000;
	if (machine.interrupted == 0)
		return 0;
	machine.interrupted--;
	*left = (struct timespec){ 0, 250000000 };
	return EINTR;
}

int
__wrap_open(const char *path, int flags, ...)
{
	va_list arguments;
	mode_t mode = 0;

	if (machine.on && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0) {
		if (machine.boot_id == NULL) {
			errno = ENOENT;
			return -1;
		}
		machine.fd = __real_open("/dev/null", flags);
		return machine.fd;
	}
	if ((flags & O_CREAT) != 0) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return __real_open(path, flags, mode);
}

ssize_t
__wrap_read(int fd, void *bytes, size_t size)
{
	size_t length;

	if (!machine.on || fd != machine.fd)
		return __real_read(fd, bytes, size);
	if (machine.interrupted > 0) {
		machine.interrupted--;
		errno = EINTR;
		return -1;
	}
	length = strlen(machine.boot_id);
	memcpy(bytes, machine.boot_id, length < size ? length : size);
	return (ssize_t)(length < size ? length : size);
}

static void
start(clockid_t without, const char *boot_id)
{
	memset(&machine, 0, sizeof machine);
	machine.without = without;
	machine.boot_id = boot_id;
	machine.fd = -1;
	machine.on = true;
}

/* The file is not left open in sshd. */
static void
stop(void)
{
	machine.on = false;
	if (machine.fd >= 0)
		assert_int_equal(fcntl(machine.fd, F_GETFD), -1);
}

static void
it_reads_both_clocks_and_the_boot_id(void **state)
{
	static const uint8_t id[16] = { 0x6d, 0x1c, 0x7d, 0x9e, 0x0f, 0x3a, 0x4b, 0x52,
		0x8c, 0x64, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6 };
	struct fault fault = { 0 };
	struct now now = { 0 };

	(void)state;
	start(-1, BOOT_ID);
	machine.interrupted = 2;
	assert_int_equal(clock_read(&now, &fault), 0);
	assert_int_equal(clock_boot_ms(), 7008);
	stop();
	assert_int_equal(now.boot_ms, 7008);
	assert_true(now.real_ms == INT64_C(1800000000999));
	assert_memory_equal(now.boot_id, id, sizeof id);
	assert_string_equal(fault.text, "");
}

static void
without_a_clock_there_is_no_time(void **state)
{
	static const clockid_t clocks[] = { CLOCK_BOOTTIME, CLOCK_REALTIME };

	(void)state;
	for (size_t i = 0; i < COUNT(clocks); i++) {
		struct fault fault = { 0 };
		struct now now = { .boot_ms = 5 };

		start(clocks[i], BOOT_ID);
		assert_int_equal(clock_read(&now, &fault), FAULT_SYSTEM);
		assert_int_equal(clock_boot_ms(), clocks[i] == CLOCK_BOOTTIME ? -1 : 7008);
		stop();
		assert_int_equal(now.boot_ms, 5);
		assert_string_equal(fault.text, "the clock cannot be read: Invalid argument");
	}
}

static void
what_is_no_boot_id_is_not_taken_for_one(void **state)
{
	static const struct { const char *boot_id, *why; } ids[] = {
		{ NULL, "No such file or directory" },
		{ "", "Input/output error" },
		{ "6d1c7d9e-0f3a-4b52-8c64-a1b2c3d4e5f", "Input/output error" },
		{ "6d1c7d9e-0f3a-4b52-8c64-a1b2c3d4e5fg", "Invalid argument" },
		{ "6D1C7D9E-0F3A-4B52-8C64-A1B2C3D4E5F6", "Invalid argument" },
		/* One digit too many, one too few. */
		{ "6d1c7d9e-0f3a-4b52-8c640a1b2c3d4e5f6", "Invalid argument" },
		{ "6d1c7d9e-0f3a-4b52-8c64-a1b2c3d4e5-6", "Invalid argument" },
		{ "------------------------------------", "Invalid argument" },
		{ "00000000 0000 0000 0000 000000000000", "Invalid argument" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++) {
		struct fault fault = { 0 };
		struct now now = { .boot_ms = 5 };

		start(-1, ids[i].boot_id);
		assert_int_equal(clock_read(&now, &fault), FAULT_SYSTEM);
		stop();
		assert_int_equal(now.boot_ms, 5);
		assert_non_null(strstr(fault.text, "/boot_id cannot be read: "));
		assert_string_equal(strstr(fault.text, "read: ") + strlen("read: "), ids[i].why);
	}
}

static void
signals_do_not_shorten_a_sleep(void **state)
{
	(void)state;
	start(-1, BOOT_ID);
	clock_sleep(1750);
	assert_int_equal(machine.sleeps, 1);
	assert_int_equal(machine.slept_ms, 1750);
	machine.interrupted = 2;
	clock_sleep(1750);
	stop();
	assert_int_equal(machine.sleeps, 4);
	assert_int_equal(machine.slept_ms, 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_both_clocks_and_the_boot_id),
		cmocka_unit_test(without_a_clock_there_is_no_time),
		cmocka_unit_test(what_is_no_boot_id_is_not_taken_for_one),
		cmocka_unit_test(signals_do_not_shorten_a_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
