/* SPDX-License-Identifier: BSD-2-Clause */
/* smsotpctl check: sudoers, for what keeps the module's prompt from being seen. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/check.h"

#define SUDOERS "/etc/sudoers"
#define SUDOERS_DIR "/etc/sudoers.d"
#define BLANKS " \t\r\n"

/* Whether a line of Defaults, joined, switches it on; what comes last in it counts. */
static bool
overrides(char *line)
{
	static const char name[] = "passprompt_override";
	char *rest = line + strspn(line, BLANKS), *piece;
	bool on = false;

	if (strncmp(rest, "Defaults", strlen("Defaults")) != 0)
		return false;
	/* "Defaults:USER", "Defaults@HOST", "Defaults!COMMAND", "Defaults>RUNAS" */
	rest += strlen("Defaults");
	rest += strcspn(rest, BLANKS);
	while ((piece = strsep(&rest, ",")) != NULL) {
		bool off = false;
		size_t length;

		for (; *piece != '\0' && strchr(BLANKS "!", *piece) != NULL; piece++)
			off = off != (*piece == '!');
		length = strcspn(piece, BLANKS);
		if (length == strlen(name) && memcmp(piece, name, length) == 0)
			on = !off;
	}
	return on;
}

/* A comment ends the line; a backslash at its end does not. */
static void
scan_lines(const struct check *check, const char *path, FILE *file)
{
	struct finding_place place = { .file = path };
	char *line = NULL, joined[4096] = "";
	unsigned int number = 0;
	size_t size = 0;

	while (getline(&line, &size, file) > 0) {
		const size_t used = strlen(joined);
		size_t length;

		number++;
		if (used == 0)
			place.line = number;
		line[strcspn(line, "\n")] = '\0';
		snprintf(joined + used, sizeof joined - used, "%s", line);
		length = strlen(joined);
		if (length > 0 && joined[length - 1] == '\\') {
			joined[length - 1] = ' ';
			continue;
		}
		joined[strcspn(joined, "#")] = '\0';
		if (overrides(joined))
			finding_add(check->findings, FINDING_SUDO_PASSPROMPT, &place,
				"passprompt_override is on");
		joined[0] = '\0';
	}
	free(line);
}

/* Returns 0, or a fault if it cannot be read. */
static int
scan(const struct check *check, const char *path, struct fault *fault)
{
	int fd = -1, result = check_open(path, &fd, fault);
	FILE *file;

	if (result != 0)
		return result;
	file = fdopen(fd, "r");
	if (file == NULL) {
		close(fd);
		return fault_set(fault, FAULT_MEMORY, "%s: out of memory", path);
	}
	scan_lines(check, path, file);
	fclose(file);
	return 0;
}

/* sudo passes over names with a dot and those that end in "~". */
static int
is_read(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return strchr(entry->d_name, '.') == NULL && entry->d_name[length - 1] != '~';
}

void
check_sudo(const struct check *check)
{
	struct dirent **names = NULL;
	char path[sizeof SUDOERS_DIR + 1 + sizeof names[0]->d_name];
	struct fault fault;
	int count;

	if (check->sudoers != NULL) {
		if (scan(check, check->sudoers, &fault) != 0)
			finding_add_fault(check->findings, FINDING_FILE_MISSING, &fault);
		return;
	}
	/* sudo's own may be elsewhere, and not all that is in the directory is a file. */
	(void)scan(check, SUDOERS, NULL);
	count = scandir(SUDOERS_DIR, &names, is_read, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", SUDOERS_DIR, names[i]->d_name);
		(void)scan(check, path, NULL);
		free(names[i]);
	}
	free(names);
}
