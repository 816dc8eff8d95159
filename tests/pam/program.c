/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void
program_write(const char *directory, const char *name, const char *text)
{
	char *folder = NULL, *path = NULL;
	FILE *file;

	if (asprintf(&folder, "%s/programs", directory) < 0 ||
		asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || chmod(directory, 0711) != 0 ||
		chmod(folder, 0755) != 0 || (file = fopen(path, "we")) == NULL ||
		fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, 0755) != 0) {
		perror(path);
		abort();
	}
	free(path);
	free(folder);
}
