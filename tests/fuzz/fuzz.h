/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzzers share. A property that does not hold ends the process, which libFuzzer
 * reports.
 */
#ifndef SMSOTP_TESTS_FUZZ_H
#define SMSOTP_TESTS_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_HOLDS(property)								\
	do {										\
		if (!(property)) {							\
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,	\
				#property);						\
			abort();							\
		}									\
	} while (0)

/* The input as a string of its own, so that a read beyond its end is seen. To be freed. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	FUZZ_HOLDS(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The input as the content of a file without a name. To be closed. */
static inline int
fuzz_file(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(write(fd, data, size) == (ssize_t)size);
	FUZZ_HOLDS(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/*
 * The input as a file with a path, for what checks owner and mode of file and folder: always the
 * same one, in the folder that SMSOTP_FUZZ_DIR names, which whoever runs the fuzzer makes (0700)
 * and removes.
 */
static inline const char *
fuzz_path(const uint8_t *data, size_t size)
{
	static char path[256];
	const char *folder = getenv("SMSOTP_FUZZ_DIR");
	int fd;

	FUZZ_HOLDS(folder != NULL);
	FUZZ_HOLDS((size_t)snprintf(path, sizeof(path), "%s/input", folder) < sizeof(path));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FUZZ_HOLDS(fd >= 0);
	FUZZ_HOLDS(write(fd, data, size) == (ssize_t)size);
	close(fd);
	return path;
}

#endif
