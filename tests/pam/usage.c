/* SPDX-License-Identifier: BSD-2-Clause */
#include "usage.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The smallest block takes 32 bytes: a leak of one byte per login is ten times this after 400
 * logins.
 */
#define HEAP_SLACK 1024
/*
 * Resident pages come and go with the allocator's arenas; a page per login would be far more than
 * this.
 */
#define RESIDENT_SLACK_KIB 512

int
usage_is_instrumented(void)
{
	static int answer = -1;
	char line[512];
	FILE *maps;

	if (answer >= 0)
		return answer;
	answer = 0;
	maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		abort();
	while (fgets(line, sizeof line, maps) != NULL) {
		if (strstr(line, "vgpreload") != NULL || strstr(line, "libasan") != NULL ||
			strstr(line, "libubsan") != NULL || strstr(line, "libtsan") != NULL)
			answer = 1;
	}
	fclose(maps);
#if defined(__SANITIZE_ADDRESS__)
	answer = 1;
#endif
	return answer;
}

static unsigned int
open_files(void)
{
	DIR *files = opendir("/proc/self/fd");
	unsigned int count = 0;

	if (files == NULL)
		abort();
	while (readdir(files) != NULL)
		count++;
	closedir(files);
	return count;
}

static size_t
resident_kib(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL || fscanf(file, "%*u %lu", &pages) != 1)
		abort();
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

struct usage
usage_now(void)
{
	return (struct usage){
		.heap_bytes = usage_is_instrumented() ? 0 : mallinfo2().uordblks,
		.resident_kib = resident_kib(),
		.files = open_files(),
	};
}

const char *
usage_growth(const struct usage *before, const struct usage *after)
{
	static char text[128];

	if (after->files != before->files)
		snprintf(text, sizeof text, "%u files open, %u before", after->files - 3,
			before->files - 3);
	else if (after->heap_bytes > before->heap_bytes + HEAP_SLACK)
		snprintf(text, sizeof text, "%zu bytes of heap, %zu before", after->heap_bytes,
			before->heap_bytes);
	else if (!usage_is_instrumented() &&
		after->resident_kib > before->resident_kib + RESIDENT_SLACK_KIB)
		snprintf(text, sizeof text, "%zu KiB resident, %zu before", after->resident_kib,
			before->resident_kib);
	else
		return NULL;
	return text;
}
