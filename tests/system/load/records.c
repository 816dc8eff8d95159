/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes records of users out of one (docs/FORMATS.md, "Records"):
 *
 *     records TEMPLATE FOLDER FIRST COUNT
 *
 * FOLDER/UID for COUNT user ids from FIRST on, each with what TEMPLATE says, as its own.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOT_SIZE 4096
#define FILE_SIZE (2 * SLOT_SIZE)
#define OFFSET_SETTLED 13
#define OFFSET_OWNER 24
#define OFFSET_SUM 4080
#define SUM_SIZE 16

static int
own(uint8_t slot[SLOT_SIZE], uint32_t uid)
{
	uint8_t settled = slot[OFFSET_SETTLED];
	int result;

	for (int i = 0; i < 4; i++)
		slot[OFFSET_OWNER + i] = (uint8_t)(uid >> (24 - 8 * i));
	slot[OFFSET_SETTLED] = 0;
	result = crypto_generichash(
		slot + OFFSET_SUM, SUM_SIZE, slot, OFFSET_SUM, NULL, 0);
	slot[OFFSET_SETTLED] = settled;
	return result;
}

static int
make(int folder, uint8_t record[FILE_SIZE], uint32_t uid)
{
	char name[16];
	int fd, result;

	if (own(record, uid) != 0 || own(record + SLOT_SIZE, uid) != 0)
		return -1;
	snprintf(name, sizeof name, "%u", uid);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	result = write(fd, record, FILE_SIZE) == FILE_SIZE ? 0 : -1;
	close(fd);
	return result;
}

int
main(int argc, char **argv)
{
	uint8_t record[FILE_SIZE];
	uint32_t first, count;
	int folder, template;

	if (argc != 5 || sodium_init() < 0)
		return 64;
	template = open(argv[1], O_RDONLY | O_CLOEXEC);
	folder = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (template < 0 || folder < 0 || read(template, record, sizeof record) != FILE_SIZE)
		return 66;
	first = (uint32_t)strtoul(argv[3], NULL, 10);
	count = (uint32_t)strtoul(argv[4], NULL, 10);
	for (uint32_t i = 0; i < count; i++) {
		if (make(folder, record, first + i) != 0) {
			perror(argv[2]);
			return 74;
		}
	}
	return 0;
}
