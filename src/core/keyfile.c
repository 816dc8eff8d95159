/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/keyfile.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/directory.h"
#include "core/fault.h"
#include "core/file.h"
#include "core/random.h"

/*
 * Layout, 64 bytes, integers big-endian:
 *    0   8  "SMSOTPKY"
 *    8   4  version, 1
 *   12   4  kind: 1 hashes codes, 2 names records
 *   16  32  the key
 *   48  16  BLAKE2b-128 of bytes 0 to 47
 */
#define VERSION 1
#define OFFSET_VERSION 8
#define OFFSET_KIND 12
#define OFFSET_KEY 16
#define OFFSET_CHECKSUM 48
#define CHECKSUM_SIZE 16
/* One that is removed again and again while we look is an administrator at work, or worse. */
#define TRIES_MAX 8

static const uint8_t magic[8] = { 'S', 'M', 'S', 'O', 'T', 'P', 'K', 'Y' };

static void
seal(uint8_t bytes[static KEYFILE_SIZE])
{
	crypto_generichash(&bytes[OFFSET_CHECKSUM], CHECKSUM_SIZE, bytes, OFFSET_CHECKSUM, NULL, 0);
}

static int
make(const struct directory *directory, const char *name, enum keyfile_kind kind,
	struct fault *fault)
{
	uint8_t bytes[KEYFILE_SIZE] = { 0 };
	const struct file_content content = { .bytes = bytes, .size = sizeof bytes };
	int result;

	memcpy(bytes, magic, sizeof magic);
	bytes_put_u32(&bytes[OFFSET_VERSION], VERSION);
	bytes_put_u32(&bytes[OFFSET_KIND], kind);
	if (random_bytes(&bytes[OFFSET_KEY], KEYFILE_KEY_SIZE) != 0) {
		result = fault_set(fault, FAULT_SYSTEM, "the random generator failed");
		goto out;
	}
	seal(bytes);
	result = file_make(directory, name, &content, fault);
	if (result == FILE_EXISTS)
		result = 0;
out:
	sodium_memzero(bytes, sizeof bytes);
	return result;
}

static int
check(const uint8_t bytes[static KEYFILE_SIZE], const char *path, const char *name,
	enum keyfile_kind kind, struct fault *fault)
{
	uint8_t sum[CHECKSUM_SIZE];

	if (memcmp(bytes, magic, sizeof magic) != 0)
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: not a key file", path, name);
	if (bytes_get_u32(&bytes[OFFSET_VERSION]) != VERSION)
		return fault_set(fault, FAULT_DAMAGED,
			"%s/%s: version %u of the format, this program knows %d",
			path, name, bytes_get_u32(&bytes[OFFSET_VERSION]), VERSION);
	crypto_generichash(sum, sizeof sum, bytes, OFFSET_CHECKSUM, NULL, 0);
	if (memcmp(sum, &bytes[OFFSET_CHECKSUM], sizeof sum) != 0)
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: wrong checksum", path, name);
	if (bytes_get_u32(&bytes[OFFSET_KIND]) != kind)
		return fault_set(fault, FAULT_DAMAGED, "%s/%s: a key for something else",
			path, name);
	return 0;
}

int
keyfile_open(const struct directory *directory, const char *name, enum keyfile_kind kind,
	uint8_t ret_key[static KEYFILE_KEY_SIZE], struct fault *fault)
{
	uint8_t bytes[KEYFILE_SIZE];
	ssize_t count;
	int fd = -1, result = FILE_ABSENT;

	for (int tries = 0; result == FILE_ABSENT; tries++) {
		result = file_open(directory, name, KEYFILE_SIZE, &fd, fault);
		if (result < 0)
			return result;
		if (result == FILE_ABSENT && directory->life == DIRECTORY_REHEARSED) {
			if (random_bytes(ret_key, KEYFILE_KEY_SIZE) == 0)
				return 0;
			return fault_set(fault, FAULT_SYSTEM, "the random generator failed");
		}
		if (result == FILE_ABSENT) {
			int made = make(directory, name, kind, fault);

			if (made < 0)
				return made;
			if (tries == TRIES_MAX)
				return fault_set(fault, FAULT_STATE, "%s/%s: does not stay",
					directory->path, name);
		}
	}
	count = pread(fd, bytes, sizeof bytes, 0);
	if (count < 0)
		result = fault_set_errno(fault, FAULT_STATE, errno, "%s/%s", directory->path, name);
	else if (count != (ssize_t)sizeof bytes)
		result = fault_set(fault, FAULT_DAMAGED, "%s/%s: is cut short",
			directory->path, name);
	else
		result = check(bytes, directory->path, name, kind, fault);
	if (result == 0)
		memcpy(ret_key, &bytes[OFFSET_KEY], KEYFILE_KEY_SIZE);
	sodium_memzero(bytes, sizeof bytes);
	close(fd);
	return result;
}
