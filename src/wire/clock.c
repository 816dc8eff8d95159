/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/limit.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_TEXT 36		/* a UUID: random(4) */

static int
read_ms(clockid_t clock, int64_t *ret_ms)
{
	struct timespec time;

	if (clock_gettime(clock, &time) != 0)
		return -1;
	*ret_ms = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
	return 0;
}

int64_t
clock_boot_ms(void)
{
	int64_t ms = -1;

	return read_ms(CLOCK_BOOTTIME, &ms) == 0 ? ms : -1;
}

int64_t
clock_real_ms(void)
{
	int64_t ms = 0;

	return read_ms(CLOCK_REALTIME, &ms) == 0 ? ms : 0;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int
read_boot_id(uint8_t ret_id[static 16])
{
	char text[BOOT_ID_TEXT + 2];
	ssize_t got;
	size_t digits = 0;
	int fd;

	fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return -1;
	do
		got = read(fd, text, sizeof text - 1);
	while (got == -1 && errno == EINTR);
	close(fd);
	if (got < BOOT_ID_TEXT) {
		errno = EIO;
		return -1;
	}
	memset(ret_id, 0, 16);
	for (size_t i = 0; i < BOOT_ID_TEXT; i++) {
		int value = hex_value(text[i]);

		if (text[i] == '-')
			continue;
		if (value < 0 || digits >= 32) {
			errno = EINVAL;
			return -1;
		}
		ret_id[digits / 2] = (uint8_t)(ret_id[digits / 2] << 4 | value);
		digits++;
	}
	errno = EINVAL;
	return digits == 32 ? 0 : -1;
}

int
clock_read(struct now *ret_now, struct fault *fault)
{
	struct now now;

	if (read_ms(CLOCK_BOOTTIME, &now.boot_ms) != 0 ||
	    read_ms(CLOCK_REALTIME, &now.real_ms) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "the clock cannot be read");
	if (read_boot_id(now.boot_id) != 0)
		return fault_set_errno(fault, FAULT_SYSTEM, errno, "%s cannot be read",
			BOOT_ID_PATH);
	*ret_now = now;
	return 0;
}

void
clock_sleep(int64_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}
