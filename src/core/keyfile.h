/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32 random bytes that every process must agree on: "key" in the run directory hashes codes,
 * "names.key" in the state directory names phone records. A reader that saw half a key would make
 * or refuse codes that no other process knows, so a key file appears complete, and one with a wrong
 * size, magic, kind, version or checksum is refused for good: made anew, it would silently orphan
 * every record named by it.
 */
#ifndef SMSOTP_CORE_KEYFILE_H
#define SMSOTP_CORE_KEYFILE_H

#include <stdint.h>

#define KEYFILE_KEY_SIZE 32
#define KEYFILE_SIZE 64

struct directory;
struct fault;

/* What a key is for, so that one file cannot be put in the place of the other. */
enum keyfile_kind { KEYFILE_CODES = 1, KEYFILE_NAMES = 2 };

/*
 * Reads the key, drawing it first if there is none (in a rehearsal for the caller alone). The
 * caller wipes ret_key.
 */
int keyfile_open(const struct directory *directory, const char *name, enum keyfile_kind kind,
	uint8_t ret_key[static KEYFILE_KEY_SIZE], struct fault *fault)
	__attribute__((warn_unused_result));

#endif
